"""Parts of paths."""

from urllib.parse import quote


class NameConverter:
    """A name of any characters, as `middleware.RawPaths` leaves it in a path."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """The name."""
        return value.replace("%2F", "/").replace("%25", "%")

    def to_url(self, value: str) -> str:
        """As it stands in a path."""
        return quote(value, safe="")
