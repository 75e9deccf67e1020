"""Quoted names and titles."""

import re
from collections.abc import Iterator
from typing import Final

from memories.engine.domain import EntityType, Mention

# Marks that only ever set off a name of a work.
_TITLE_MARKS: Final = re.compile(r"《([^《》\n]{1,60})》|『([^『』\n]{1,60})』")
_MARKS: Final = re.compile(
    r"\"([^\"\n]{2,60})\"|“([^“”\n]{2,60})”|„([^„“”\n]{2,60})[“”]|«\s?([^«»\n]{2,60}?)\s?»"
    r"|「([^「」\n]{1,30})」|(?<!\w)['‘]([A-Z][^'‘’\n]{2,50})['’](?!\w)"
)
_SENTENCE_MARKS: Final = re.compile(r"[.!?。！？,，、]")
_LONGEST_NAME: Final = 7
_SCORE: Final = 0.9


def find_quoted(text: str) -> Iterator[Mention]:
    """Yields what stands in quotation marks and looks like a name rather than like speech."""
    for match in _TITLE_MARKS.finditer(text):
        yield _mention(text, match, EntityType.TITLE)
    for match in _MARKS.finditer(text):
        quoted = match[match.lastindex or 0]
        if _is_name(quoted):
            kind = EntityType.TITLE if " " in quoted else EntityType.NAME
            yield _mention(text, match, kind)


def _mention(text: str, match: re.Match[str], kind: EntityType) -> Mention:
    start, end = match.span(match.lastindex or 0)
    return Mention(text[start:end], start, end, kind, _SCORE)


def _is_name(quoted: str) -> bool:
    words = quoted.split()
    if _SENTENCE_MARKS.search(quoted[:-1]) or len(words) > _LONGEST_NAME:
        return False
    if not quoted[:1].isalnum() or quoted[-1:] in ".!?。":
        return False
    if not quoted[0].islower() and not quoted[0].isupper():
        return True  # a script without case
    capitals = sum(word[0].isupper() for word in words)
    return quoted[0].isupper() and quoted[-1].isalnum() and capitals * 2 >= len(words)
