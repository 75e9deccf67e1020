"""Splitting a text into sentences."""

import re
from typing import Final

_EMOJI: Final = "\u2600-\u27bf\U0001f000-\U0001faff\ufe0f\u200d"
_CLOSERS: Final = r"[\"'”’)\]*_]*"
# Where a sentence may end: its marks, with closing quotes and emoji after them.
_END: Final = re.compile(
    rf"(?P<marks>[.!?\u2026]+){_CLOSERS}(?:\s*[{_EMOJI}]+)?(?=\s|$|(?<=[!?])[A-Z])"
    r"|[。！？]+[」』”’）]*"
    rf"|(?<![{_EMOJI}])[{_EMOJI}]+(?=\s+[A-Z])"
    r"|\n+"
)
_ABBREVIATION: Final = re.compile(
    r"(?:(?<!\w)(?:mr|mrs|ms|dr|prof|st|sr|jr|vs|no|vol|fig|approx|ca|dept|est|gen|col|rev|hon|inc|ltd"
    r"|e\.g|i\.e|cf|al|bzw|z\.b|bspw|sra?|mme|mlle)|(?<!\w)[A-Za-z]|\.[A-Za-z])\.$",
    re.IGNORECASE,
)
_ABBREVIATION_REACH: Final = 12
_NEXT_WORD: Final = re.compile(r"\s+[\"'“‘(\[]*(?P<first>\w)")
_BULLET: Final = re.compile(r"(?:[-*•‣◦–—]|\d{1,2}[.)])\s+")
_NUMBERED: Final = re.compile(r"(?:^|\n)\s*\d{1,2}\.$")


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Spans of the sentences in text[start:end], without white space or bullets around them.

    Line breaks end a sentence; abbreviations, initials, decimals and an ellipsis before a small
    letter do not. Spans are offsets into `text`, in order, none empty.
    """
    limit = len(text) if end is None else end
    spans: list[tuple[int, int]] = []
    begin = start
    for ending in _END.finditer(text, start, limit):
        if ending.end() < limit and not _ends_sentence(text, ending):
            continue
        _append_trimmed(spans, text, begin, ending.end())
        begin = ending.end()
    _append_trimmed(spans, text, begin, limit)
    return spans


def _ends_sentence(text: str, ending: re.Match[str]) -> bool:
    marks = ending.group("marks")
    if not marks or "!" in marks or "?" in marks:
        return True
    following = _NEXT_WORD.match(text, ending.end())
    if following and following.group("first").islower():
        return False
    if marks != ".":
        return True
    before = text[max(0, ending.start() - _ABBREVIATION_REACH) : ending.start() + 1]
    if _NUMBERED.search(before):
        return False
    # "I" ends a sentence more often than it is an initial.
    return before[-3:] == " I." or not _ABBREVIATION.search(before)


def _append_trimmed(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    bullet = _BULLET.match(text, start, end)
    if bullet:
        start = bullet.end()
    if start < end:
        spans.append((start, end))
