"""Reading what language models answer as a stranger's words."""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from memories.engine.text.delimiters import strip_recalled

FORMLESS: Final = "it has not the form that was asked for"
NO_TEXT: Final = "it is empty or holds characters that are no text"
TOO_LONG: Final = "it is too long"
RECALLED: Final = "it holds the marks of recalled memories"

_LONGEST_ANSWER: Final = 4_000_000
# Endpoints that know no schema give JSON as they would write it to people.
_FENCED: Final = re.compile(r"\s*```(?:json)?\s(?P<json>.*)```\s*", re.DOTALL)
# They make a text read otherwise than it is.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINES: Final = frozenset("\n\t")
_Shown = TypeVar("_Shown")


class Unfit(Exception):
    """A claim can't be taken over.

    Attributes:
        why: in words.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def object_in(answer: str) -> Mapping[str, object] | None:
    """The JSON object that an answer is, also between fences; None if it is none."""
    if len(answer) > _LONGEST_ANSWER:
        return None
    fenced = _FENCED.fullmatch(answer)
    try:
        parsed: object = json.loads(fenced["json"] if fenced else answer)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def statement_of(text: object, *, longest: int) -> str:
    """A text that can be kept, its white space made single blanks.

    Raises:
        Unfit: it is none.
    """
    if not isinstance(text, str):
        raise Unfit(FORMLESS)
    if len(text) > longest:
        raise Unfit(TOO_LONG)
    written = " ".join(text.split())
    if not any(map(str.isalnum, written)) or any(map(_is_no_text, written)):
        raise Unfit(NO_TEXT)
    if strip_recalled(written) != ((0, len(written)),):
        raise Unfit(RECALLED)
    return written


def numbered(number: object, shown: Sequence[_Shown]) -> _Shown | None:
    """What was shown under a number, counted from 1; None if nothing was."""
    if isinstance(number, bool) or not isinstance(number, int):
        return None
    return shown[number - 1] if 1 <= number <= len(shown) else None


def plain(words: str) -> str:
    """Words of several lines without what is no text, and without white space around them."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in lines if each in _LINES or not _is_no_text(each)).strip()


def _is_no_text(character: str) -> bool:
    """True of control characters, halves of surrogate pairs and marks that turn the line around."""
    return unicodedata.category(character) in {"Cc", "Cs"} or character in _TURNING
