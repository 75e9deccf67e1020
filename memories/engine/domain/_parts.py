"""Parts of a message: what was handed in, and what it was before it became words."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class PartKind(StrEnum):
    """What a part of a message is."""

    TEXT = "text"
    IMAGE = "image"
    PDF = "pdf"
    AUDIO = "audio"


@dataclass(frozen=True, slots=True)
class ContentPart:
    """A part of a message as it was handed in: one of text, content and address.

    Attributes:
        text: its words, where it has some already.
        content: the bytes of a file.
        address: a URL to fetch the file from.
    """

    kind: PartKind
    text: str | None = None
    content: bytes | None = field(default=None, repr=False)
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of a message, `message.text[start:end]`, with where they stand in an original.

    Attributes:
        page: counted from 1; None where the original has no pages.
        from_seconds: when a recording begins to say them; None for what is no recording.
        until_seconds: when it has said them.
    """

    start: int
    end: int
    page: int | None = None
    from_seconds: float | None = None
    until_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Original:
    """A file that a part of a message was, as it was before it became words.

    Attributes:
        part: its place among the parts of the message, from 0.
        media_type: as its bytes tell it, such as `image/png`.
        size: in bytes; 0 once they were removed.
        digest: SHA-256 of them, hexadecimal; None once they were removed.
        stretches: where its words stand in the message's text, in order.
        read_by: what put it into words, with the version of what that was told; None where nothing
            could.
        content: the bytes, where they were asked for.
    """

    part: int
    media_type: str
    size: int
    digest: str | None
    stretches: tuple[Stretch, ...] = ()
    read_by: str | None = None
    content: bytes | None = field(default=None, repr=False)

    def holds(self, spans: Iterable[tuple[int, int]]) -> bool:
        """True if words at any of the spans, [start, until), are its own."""
        return any(
            each.start < until and start < each.end
            for start, until in spans
            for each in self.stretches
        )


@dataclass(frozen=True, slots=True)
class Origin:
    """Where in an original the words of a quote stand.

    Attributes:
        part: of the message, from 0.
        media_type: of the original.
        page: as of `Stretch`.
        from_seconds: likewise.
        until_seconds: likewise.
    """

    part: int
    media_type: str
    page: int | None = None
    from_seconds: float | None = None
    until_seconds: float | None = None
