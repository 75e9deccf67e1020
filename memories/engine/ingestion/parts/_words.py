"""What files say: each stretch with its place, the whole of a file with what could not be read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Words that stand together in a file.

    Attributes:
        page: counted from 1; None where there are none.
        from_seconds: when a recording begins to say them; None where it does not tell.
        until_seconds: when it has said them; likewise.
    """

    text: str
    page: int | None = None
    from_seconds: float | None = None
    until_seconds: float | None = None

    @property
    def place(self) -> str:
        """Where they stand, for people."""
        if self.page is not None:
            return f"page {self.page}"
        if self.from_seconds is not None:
            return f"second {self.from_seconds:.0f}"
        return "the beginning"


@dataclass(frozen=True, slots=True)
class FileWords:
    """All that a file says.

    Attributes:
        lead: what the file is, as the message says it in front of the words; empty for none.
        words: in order.
        read_by: what put them into words; None for what is text, and for what nothing could read.
        notes: what of it could not be read, and why.
    """

    lead: str
    words: tuple[Words, ...]
    read_by: str | None = None
    notes: tuple[str, ...] = ()
