"""Digests that say whether two things are the same."""

import hashlib
import unicodedata
import uuid
from collections.abc import Sequence
from typing import Final

# Name space of every id that follows from what it names; made once, never to change.
_IDS: Final = uuid.UUID("3f0c2a6e-5d3b-4a53-9c0a-8f1f2c7f4b19")


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


def fingerprint(text: str) -> str:
    """What two wordings share that differ in case, white space and punctuation alone.

    Signs that carry meaning stay: a minus or a decimal point between digits, per cent, currency.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept: list[str] = []
    for index, character in enumerate(folded):
        if _tells_apart(character) or (character in ".,-:/" and _between_digits(folded, index)):
            kept.append(character)
        elif character not in "'’":
            kept.append(" ")
    return digest(" ".join("".join(kept).split()) or folded).hex()


def _tells_apart(character: str) -> bool:
    return character.isalnum() or character in "%$€£¥+" or bool(unicodedata.combining(character))


def _between_digits(text: Sequence[str], index: int) -> bool:
    before = index > 0 and text[index - 1].isdigit()
    return before and index + 1 < len(text) and text[index + 1].isdigit()
