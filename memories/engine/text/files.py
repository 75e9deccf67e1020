"""What bytes are, told by themselves and never by a name."""

from collections.abc import Callable, Mapping
from typing import Final

_LONGEST_HEAD: Final = 1024
# How files of each media type begin.
_BEGINNINGS: Final[Mapping[bytes, str]] = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"fLaC": "audio/flac",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
    # Matroska, whose sound browsers record.
    b"\x1aE\xdf\xa3": "audio/webm",
}
# Inside the first bytes, where the beginning alone does not say.
_INSIDE: Final[Mapping[str, Callable[[bytes], bool]]] = {
    "image/webp": lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP",
    "audio/wav": lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE",
    "audio/mp4": lambda head: head[4:8] == b"ftyp",
    # A frame of MPEG audio, layer 3: eleven bits set, then version and layer.
    "audio/mpeg": lambda head: head[:1] == b"\xff" and head[1:2] in (b"\xfb", b"\xf3", b"\xf2"),
    # Readers find the mark anywhere in the first kilobyte.
    "application/pdf": lambda head: b"%PDF-" in head,
}


def media_type_of(content: bytes) -> str | None:
    """The media type of an image, PDF or recording of a kind that is read; None of all else."""
    head = content[:_LONGEST_HEAD]
    for beginning, media_type in _BEGINNINGS.items():
        if head.startswith(beginning):
            return media_type
    return next((type_ for type_, is_one in _INSIDE.items() if is_one(head)), None)


def text_in(content: bytes) -> str:
    """The words of a text file.

    Raises:
        ValueError: it is empty, no UTF-8, or holds a NUL; its words say which.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"expected text in UTF-8, got other bytes at {error.start}") from error
    if not text.strip():
        raise ValueError("expected text that is not empty")
    if "\0" in text:
        raise ValueError("expected text, got a NUL character")
    return text
