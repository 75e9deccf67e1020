"""Digests that say whether two things are the same."""

import hashlib
import unicodedata
import uuid
from functools import lru_cache
from typing import Final

# Name space of every id that follows from what it names; made once, never to change.
_IDS: Final = uuid.UUID("3f0c2a6e-5d3b-4a53-9c0a-8f1f2c7f4b19")

_MINUS: Final = "\N{MINUS SIGN}"
_STYLES: Final = "\N{VARIATION SELECTOR-15}\N{VARIATION SELECTOR-16}"


def digest(*parts: str | None, key: bytes = b"") -> bytes:
    """16 bytes that stand for the parts, in order; None differs from an empty text.

    Args:
        parts: texts; each is framed by its length, so that ("ab", "c") is not ("a", "bc").
        key: at most 64 bytes, for digests that must not be guessed from outside.
    """
    framed = hashlib.blake2b(digest_size=16, key=key)
    for part in parts:
        encoded = b"" if part is None else part.encode()
        size = -1 if part is None else len(encoded)
        framed.update(size.to_bytes(8, "big", signed=True))
        framed.update(encoded)
    return framed.digest()


def stable_id(*parts: str | None) -> str:
    """A UUID (version 5) that follows from the parts."""
    return str(uuid.uuid5(_IDS, digest(*parts).hex()))


# An ingest asks of each text several times.
@lru_cache(maxsize=256)
def fingerprint(text: str) -> str:
    """What two wordings share that differ in case, white space and punctuation alone.

    Signs that carry meaning stay: a minus or a decimal point at a number, per cent, currency, the
    plus and hash of a name like C++, vowel signs, emoji.
    """
    folded = unicodedata.normalize("NFKC", text).casefold().replace(_MINUS, "-")
    kept: list[str] = []
    for index, character in enumerate(folded):
        if character.isalnum() or _is_mark(character) or _in_number(folded, index):
            kept.append(character)
        elif _is_sign(folded, index):
            kept.append(f" {character} ")
        elif character not in "'’":
            kept.append(" ")
    return digest(" ".join("".join(kept).split()) or folded).hex()


def _is_mark(character: str) -> bool:
    """Vowel signs and accents, which change the word; not the selectors of a picture's style."""
    return unicodedata.category(character).startswith("M") and character not in _STYLES


def _is_sign(text: str, index: int) -> bool:
    character = text[index]
    if character == "#":
        return index > 0 and text[index - 1].isalnum()
    return character == "%" or (
        unicodedata.category(character) in {"Sc", "Sm", "So"} and character not in "|~"
    )


def _in_number(text: str, index: int) -> bool:
    """A point, comma, colon, stroke or hyphen between digits; a minus or point before them."""
    if text[index] not in ".,-:/" or not text[index + 1 : index + 2].isdigit():
        return False
    before = text[index - 1] if index else " "
    return before.isdigit() or (text[index] in ".-" and not before.isalnum() and before not in ".-")
