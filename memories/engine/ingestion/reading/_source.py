"""The text of a file on disk, decompressed and decoded, and places in it."""

import gzip
import lzma
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path

from memories.engine.errors import UnreadableFile

# A file is held in memory whole, its parsed values included: several times its size.
LARGEST_FILE = 512 * 1024 * 1024
_CHUNK = 1024 * 1024
_GZIP_MAGIC = b"\x1f\x8b"
_XZ_MAGIC = b"\xfd7zXZ\x00"
_FILLED = re.compile(r"\S")
_LINE_END = re.compile("\r\n|\r|\n")


def read_text(path: Path, *, largest: int = LARGEST_FILE) -> str:
    """Returns a UTF-8 file's text without its byte order mark; .gz and .xz are told by content.

    Args:
        path: the file.
        largest: the most bytes allowed, after decompression.

    Raises:
        UnreadableFile: it is missing, no regular file, empty, too large, damaged or not UTF-8.
    """
    if not path.exists():
        raise UnreadableFile(f"{path}: there is no such file")
    if not path.is_file():
        kind = "a directory" if path.is_dir() else "not a regular file"
        raise UnreadableFile(f"{path}: expected a file with conversations, but it is {kind}")
    encoded = _read_bytes(path, largest)
    try:
        text = encoded.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The error counts from after the byte order mark where there is one.
        before = bytes(error.object[: error.start]).decode("utf-8-sig")
        reason = f"expected UTF-8 text, got the byte 0x{error.object[error.start]:02X}"
        raise broken_at(path, before, len(before), reason) from error
    if not text.strip():
        raise broken_at(path, "", 0, "expected conversations, but the file is empty")
    return text


def first_filled(text: str) -> int:
    """Returns the offset of the first character that is not white space; the text has one."""
    found = _FILLED.search(text)
    return 0 if found is None else found.start()


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Returns where an offset stands, both counted from 1, columns in characters."""
    line, line_start = 1, 0
    for end in _LINE_END.finditer(text, 0, offset):
        line, line_start = line + 1, end.end()
    return line, offset - line_start + 1


def broken_at(path: Path, text: str, offset: int, reason: str) -> UnreadableFile:
    """Returns the error that says where in a file's text something is off."""
    line, column = line_and_column(text, offset)
    message = f"{path}, line {line}, column {column}: {reason}"
    return UnreadableFile(message, line=line, column=column)


def _read_bytes(path: Path, largest: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    try:
        with _open(path) as stream:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > largest:
                    raise UnreadableFile(
                        f"{path}: larger than {largest:,} bytes uncompressed, "
                        "the most that is read at once; split it"
                    )
                chunks.append(chunk)
    except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
        raise UnreadableFile(f"{path}: its compression is damaged ({error})") from error
    except OSError as error:
        raise UnreadableFile(f"{path}: can't be read ({error.strerror or error})") from error
    return b"".join(chunks)


@contextmanager
def _open(path: Path) -> Iterator[BufferedIOBase]:
    with path.open("rb") as stream:
        magic = stream.read(len(_XZ_MAGIC))
        stream.seek(0)
        if magic.startswith(_GZIP_MAGIC):
            with gzip.GzipFile(fileobj=stream) as unzipped:
                yield unzipped
        elif magic == _XZ_MAGIC:
            with lzma.LZMAFile(stream) as unzipped:
                yield unzipped
        else:
            yield stream
