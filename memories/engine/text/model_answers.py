"""Reading the JSON that language models answer with."""

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Final

_LONGEST_ANSWER: Final = 4_000_000
# Endpoints that know no schema give JSON as they would write it to people.
_FENCED: Final = re.compile(r"\s*```(?:json)?\s(?P<json>.*)```\s*", re.DOTALL)
# They make a text read otherwise than it is.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINES: Final = frozenset("\n\t")


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


def is_no_text(character: str) -> bool:
    """True of control characters, halves of surrogate pairs and marks that turn the line around."""
    return unicodedata.category(character) in {"Cc", "Cs"} or character in _TURNING


def plain(words: str) -> str:
    """Words of several lines without what is no text, and without white space around them."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(each for each in lines if each in _LINES or not is_no_text(each)).strip()
