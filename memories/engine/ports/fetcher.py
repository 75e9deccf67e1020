"""Getting a file from an address that a message names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from memories.engine.errors import FetchFailed


class Fetcher(Protocol):
    """Fetches what an address leads to, as far as whoever runs it allows that."""

    def fetch(self, url: str, *, most_bytes: int) -> bytes:
        """All that is there.

        Args:
            url: http or https.
            most_bytes: no more is read.

        Raises:
            FetchFailed: it may not be asked, does not answer, or holds more; the words say which,
                and name no address that was found.
        """
        ...


@dataclass(slots=True)
class ScriptedFetcher:
    """A fake: has a file for each of some addresses.

    Attributes:
        files: by address.
        asked: addresses, in order.
    """

    files: Mapping[str, bytes]
    asked: list[str] = field(default_factory=list)

    def fetch(self, url: str, *, most_bytes: int) -> bytes:
        """As the port says."""
        self.asked.append(url)
        if url not in self.files:
            raise FetchFailed("the URL answered 404")
        if len(self.files[url]) > most_bytes:
            raise FetchFailed(f"the URL holds more than {most_bytes} bytes")
        return self.files[url]
