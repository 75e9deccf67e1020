"""Days and times of statements in one form."""

import re
from typing import Final

from memories.engine.text.dates import MONTHS

_MONTH: Final = "|".join(MONTHS)
_DATE: Final = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<month>{_MONTH})\b\.?"
    r"(?:,?\s+(?P<year>\d{4})\b)?"
    rf"|\b(?P<month2>{_MONTH})\.?\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)"
    r"(?:,?\s+(?P<year2>\d{4})\b)?",
    re.IGNORECASE,
)
_CLOCK: Final = re.compile(r"\b(1[0-2]|[1-9])(?::([0-5]\d))?\s?([ap])\.?m\b\.?", re.IGNORECASE)
# The date that the extractor writes behind a relative one: "yesterday (7 May 2023)".
RESOLVED: Final = re.compile(
    r"\b(?P<words>(?:yesterday|today|tomorrow|tonight|(?:last|this|next|on)\s+\w+"
    r"|(?:\w+\s+){1,2}ago)(?:\s+(?:morning|afternoon|evening|night))?)"
    r"\s*\((?P<date>[^()]*\d[^()]*)\)",
    re.IGNORECASE,
)
# Years, days as with_dates() writes them, and times of the day.
CALENDAR: Final = re.compile(r"\d{4}|\d{4}-\d\d-\d\d|\d{1,2}:\d\d")


def with_dates(text: str) -> str:
    """The text with days and times in one form: "3 March 2024" as "2024-03-03"."""

    def written(found: re.Match[str]) -> str:
        month = found["month"] or found["month2"]
        if month == "may":  # "5 may come": a verb
            return found[0]
        year = found["year"] or found["year2"]
        day = f"{MONTHS[month.casefold()]:02}-{int(found['day'] or found['day2']):02}"
        return f"{year}-{day}" if year else f"0000-{day}"

    return _CLOCK.sub(_clock, _DATE.sub(written, text))


def _clock(found: re.Match[str]) -> str:
    """Half a day's hours on the whole day's clock: "7 pm" as "19:00"."""
    hour = int(found[1]) % 12 + (12 if found[3] in "pP" else 0)
    return f"{hour}:{found[2] or '00'}"
