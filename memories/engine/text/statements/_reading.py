"""A statement as far as it can differ from another."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from memories.engine.text.statements._dates import RESOLVED, with_dates
from memories.engine.text.statements._figures import in_figures
from memories.engine.text.statements._parts import OPENERS, arranged, parts_of
from memories.engine.text.statements._phrases import in_one_wording
from memories.engine.text.tokens import LETTER, fold

_WORD: Final = re.compile(
    r"(?<!\w)-(?=[\d.])|\d+(?:st|nd|rd|th)\b|\d*\.?\d+(?:[.,:/-]\d+)*"
    rf"|(?:(?!\d){LETTER})(?:{LETTER})*+(?:[./:&](?:{LETTER})++)*"
    r"(?:\+\+|[+#](?!\w))?|[%$€£¥<>≤≥+,;?]"
)
_MINUS: Final = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Reading:
    """A statement as far as it can differ from another.

    Attributes:
        content: words that carry meaning, in order, in one spelling.
        openers: places in the content where an adjunct begins.
        marks: auxiliaries that set tense and voice, sorted.
        resolved: dates written in brackets behind relative ones.
        signs: emoji.
    """

    content: tuple[str, ...]
    openers: frozenset[int]
    marks: tuple[str, ...]
    resolved: frozenset[str]
    signs: frozenset[str]


@lru_cache(maxsize=8192)
def read(statement: str, *, dated: bool) -> Reading:
    """Read a statement.

    Args:
        statement: any text.
        dated: put the date in brackets in the place of the relative words before it.
    """
    text = unicodedata.normalize("NFKC", statement).strip().replace(_MINUS, "-")
    resolved = frozenset(fold(with_dates(found["date"])) for found in RESOLVED.finditer(text))
    if dated and not resolved:
        return read(statement, dated=False)
    text = in_one_wording(RESOLVED.sub(r"on \g<date>" if dated else r"\g<words>", text))
    raw = list(in_figures(_WORD.findall(with_dates(text))))
    marks: list[str] = []
    content: list[str] = []
    openers: set[int] = set()
    for part in arranged(parts_of(raw, marks)):
        if part.adjunct or (part.words and part.words[0] in OPENERS):
            openers.add(len(content))
        content.extend(part.words)
    return Reading(
        content=tuple(content),
        openers=frozenset(openers),
        marks=tuple(sorted(marks)),
        resolved=frozenset() if dated else resolved,
        signs=frozenset(sign for sign in text if unicodedata.category(sign) == "So"),
    )
