"""How many files an add may hand in, how large, and of which kinds."""

from collections.abc import Mapping, Sequence
from typing import Final

from memories.engine.domain import PartKind, Turn
from memories.engine.errors import InvalidMessages
from memories.engine.ingestion.limits import LIMITS, IngestLimits
from memories.engine.text.files import media_type_of, text_in

# What language models and transcribers take.
_TAKEN: Final[Mapping[PartKind, frozenset[str]]] = {
    PartKind.IMAGE: frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"}),
    PartKind.PDF: frozenset({"application/pdf"}),
    PartKind.AUDIO: frozenset(
        {"audio/mpeg", "audio/wav", "audio/mp4", "audio/ogg", "audio/flac", "audio/webm"}
    ),
}
_EXPECTED: Final[Mapping[PartKind, str]] = {
    PartKind.IMAGE: "a PNG, JPEG, GIF or WebP image",
    PartKind.PDF: "a PDF",
    PartKind.AUDIO: "an MP3, WAV, MP4, Ogg, FLAC or WebM recording",
}


def most_bytes(kind: PartKind, *, limits: IngestLimits = LIMITS) -> int:
    """How large a file of that kind may be."""
    return {
        PartKind.TEXT: limits.text_bytes,
        PartKind.IMAGE: limits.image_bytes,
        PartKind.PDF: limits.pdf_bytes,
        PartKind.AUDIO: limits.audio_bytes,
    }[kind]


def flaw_of_file(kind: PartKind, content: bytes, *, limits: IngestLimits = LIMITS) -> str | None:
    """Why bytes can't be read as what they are said to be; None if they can."""
    most = most_bytes(kind, limits=limits)
    if len(content) > most:
        return f"at most {most} bytes, got {len(content)}"
    found = media_type_of(content)
    if kind is PartKind.TEXT:
        return _flaw_of_text(content, found)
    if found not in _TAKEN[kind]:
        return f"expected {_EXPECTED[kind]}, got {found or 'bytes of no known kind'}"
    return None


def _flaw_of_text(content: bytes, found: str | None) -> str | None:
    if found is not None:
        return f"expected text in UTF-8, got {found}"
    try:
        text_in(content)
    except ValueError as error:
        return str(error)
    return None


def check_files(turns: Sequence[Turn], *, limits: IngestLimits = LIMITS) -> None:
    """Refuse too many files, too large ones, and those that are not what they are said to be.

    Raises:
        InvalidMessages: naming the part and the limit.
    """
    in_all = size = 0
    for index, turn in enumerate(turns):
        path = f"messages[{index}].content"
        files = [part for part in turn.parts if part.text is None]
        if len(files) > limits.files:
            raise InvalidMessages(
                f"{path}: at most {limits.files} files in a message, got {len(files)}"
            )
        for place, part in enumerate(turn.parts):
            if part.content is None:
                continue
            if flaw := flaw_of_file(part.kind, part.content, limits=limits):
                raise InvalidMessages(f"{path}[{place}]: {flaw}")
            size += len(part.content)
        in_all += len(files)
    if in_all > limits.files_in_all:
        raise InvalidMessages(
            f"messages: at most {limits.files_in_all} files in one call, got {in_all}; "
            "split them up"
        )
    if size > limits.file_bytes:
        raise InvalidMessages(
            f"messages: files of at most {limits.file_bytes} bytes together, got {size}; "
            "split them up"
        )
