"""Sentences that leave their subject out: "Went to Rome", "Gonna try"."""

import re
from typing import Final

_PROGRESSIVE: Final = (
    r"(?:trying|planning|thinking|looking|hoping|working|going|heading)\s+"
    r"(?:to|on|of|about|for|forward|at)\b"
)
_PAST: Final = (
    r"(?:(?:just|also|recently|finally|even)\s+)?(?:went|got|had|took|met|saw|bought|started|decided"
    r"|finished|visited|tried|spent|came|joined|signed|moved|adopted|twisted|made|found|wanted|did"
    r"|gave|won|lost|watched|played|learned|attended)\b(?!\s+(?:it|by|you|he|she|they|this|that)\b)"
)
_BEEN: Final = (
    r"(?:just\s+)?been\s+(?:\w+ing|busy|swamped|up|to|in|at|into)\b"
    r"|never\s+(?:been|had|tried|seen|done|heard|played)\b"
)
_FEELING: Final = (
    r"(?:(?:really|so|super|very)\s+)?(?:glad|happy|excited|proud|grateful|thankful)\s+"
    r"(?:to|about|for|that)\b"
)
# What opens the sentence, and what stands for it after the speaker's name.
_TABLE: Final = (
    (r"gonna\b", "is going to"),
    (_BEEN, "has {}"),
    (_PROGRESSIVE, "is {}"),
    (_FEELING, "is {}"),
    (r"can['’]?t\s+wait\b", "{}"),
    (_PAST, "{}"),
)
_OPENINGS: Final = tuple((re.compile(pattern, re.IGNORECASE), form) for pattern, form in _TABLE)


def elided_subject(text: str, start: int = 0) -> tuple[int, str] | None:
    """The end of the verb that opens text[start:], and the words that follow the speaker's name.

    None where the sentence has a subject, or may have one.
    """
    for pattern, form in _OPENINGS:
        opening = pattern.match(text, start)
        if opening is not None:
            return opening.end(), form.format(opening.group().lower())
    return None
