"""What sort of statement a sentence is."""

import re
from datetime import datetime
from typing import Final

from memories.engine.adapters.local_extractor._relations import any_relation
from memories.engine.adapters.local_extractor._verbs import PASTS
from memories.engine.domain import Interval, Kind

_RELATION: Final = rf"(?:{any_relation()})"
_ABSENCE: Final = (
    r"never(?!\s+(?:give|forget|stop|mind|fails?))|no\s+longer|(?:not|n['’]t)\b.{1,40}\bany\s?more"
    r"|(?:do|does)(?:n['’]t|\s+not)\s+(?:\w+\s+)?(?:have|own|eat|drink|smoke|work|live|like|drive"
    r"|play|watch|use)|(?:has|have)(?:n['’]t|\s+no\b)|stopped|quit|gave\s+up|given\s+up|without\s+an?"
)
_PLAN: Final = (
    r"(?-i:will)|going\s+to|gonna|plan(?:s|ning|ned)?\s+(?:to|on|a|for)|wants?\s+to"
    r"|hop(?:e|es|ing)\s+to|thinking\s+(?:of|about)|looking\s+forward|would\s+(?:like|love)\s+to"
    r"|considering|intends?|(?:can['’]t|cannot)\s+wait|about\s+to|signed\s+up|goal\s+is"
)
_RELATIONSHIP: Final = (
    rf"(?:is|was|are|['’]s)\s+\w+['’]s\s+(?:\w+\s+)?{_RELATION}|{_RELATION}\s+(?:is|are|was)\s+(?:named|called)"
    rf"|{_RELATION}['’]s\s+name|married|engaged\s+to|divorced|dating|broke\s+up|friends\s+with"
    rf"|(?:has|have)\s+(?:an?|one|two|three|four|\d+)\s+(?:\w+\s+)?{_RELATION}|a\s+(?:close\s+)?friend\s+of"
)
_PREFERENCE: Final = (
    r"loves|likes|enjoys|prefers|hates|dislikes|adores|favou?rites?|fan\s+of|can['’]t\s+stand"
    r"|(?:we|they|all|both|kids)\s+(?:\w+ly\s+)?(?:love|like|enjoy|prefer|hate)|allergic"
    r"|passionate\s+about|keen\s+on|(?:is|are|really|so|super)\s+into"
)
_TABLE: Final = (
    (Kind.ABSENCE, _ABSENCE),
    (Kind.PLAN, _PLAN),
    (Kind.RELATIONSHIP, _RELATIONSHIP),
    (Kind.PREFERENCE, _PREFERENCE),
)
_KINDS: Final = tuple(
    (kind, re.compile(rf"\b(?:{pattern})(?!\w)", re.IGNORECASE)) for kind, pattern in _TABLE
)
_PAST: Final = re.compile(
    r"(?<!\bis )(?<!\bso )(?<!\bare )(?<!\bvery )(?<!really )(?<!feels )(?<!feel )(?<!\bbe )"
    rf"\b(?:{'|'.join(sorted(PASTS))}|(?!need\b|indeed\b|speed\b)\w{{3,}}ed)\b",
    re.IGNORECASE,
)
_WAS_STATE: Final = re.compile(r"^(?:was|were|wasn['’]t|weren['’]t)$", re.IGNORECASE)


def kind_of(statement: str, occurred: Interval | None, said_at: datetime) -> Kind:
    """The kind by the statement's words; by its time where they leave it open."""
    for kind, pattern in _KINDS:
        if pattern.search(statement):
            return kind
    if occurred is not None and occurred.start > said_at:
        return Kind.PLAN
    if occurred is not None and occurred.until == said_at:
        return Kind.STATE  # "since 2019": it still holds
    pasts = [match.group() for match in _PAST.finditer(statement)]
    if occurred is not None and occurred.until < said_at:
        return Kind.EVENT
    return Kind.EVENT if any(not _WAS_STATE.match(word) for word in pasts) else Kind.STATE
