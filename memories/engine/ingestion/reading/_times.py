"""Times as conversations write them."""

import math
import re
from datetime import UTC, datetime, tzinfo

from memories.engine.ingestion.reading._nodes import FormError, Node

# 1e11 seconds are the year 5138 and 1e11 milliseconds the year 1973, so nothing said is ambiguous.
_FIRST_MILLISECONDS = 1e11
_TIMESTAMP = "an ISO 8601 time or epoch seconds"

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
# As in "1:56 pm on 8 May, 2023"; not strptime, whose month names follow the process's locale.
_CLOCK_AND_DATE = re.compile(
    r"(\d{1,2}):(\d{2})\s*([ap])m\s+on\s+(\d{1,2})\s+([a-z]+),?\s+(\d{4})", re.IGNORECASE
)
# As in "2023/04/23 (Sun) 18:14".
_DATE_AND_CLOCK = re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})(?:\s*\(\w+\))?\s+(\d{1,2}):(\d{2})")


def parse_iso(text: str, *, zone: tzinfo = UTC) -> datetime | None:
    """Returns the instant of an ISO 8601 text, on the zone's clock if it has no offset.

    The offset that was written is kept. None if the text is no such time.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return _aware(moment, zone)


def read_timestamp(node: Node, *, zone: tzinfo = UTC) -> datetime:
    """Returns the instant of an ISO text, epoch seconds or milliseconds, or a `datetime`.

    Args:
        node: the value.
        zone: whose clock a time without an offset is read from.

    Raises:
        FormError: it is none of these, or beyond the years 1 to 9999.
    """
    moment: datetime | None = None
    value = node.value
    if isinstance(value, datetime):
        moment = _aware(value, zone)
    elif isinstance(value, str):
        moment = parse_iso(value, zone=zone)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        moment = _from_epoch(value)
    if moment is None:
        raise node.mismatch(_TIMESTAMP)
    return moment


def read_clock_and_date(node: Node) -> datetime:
    """Returns the instant of `1:56 pm on 8 May, 2023`, taken as UTC."""
    found = _CLOCK_AND_DATE.fullmatch(node.text().strip())
    if found is None or found[5].lower() not in _MONTHS:
        raise node.mismatch("a time such as '1:56 pm on 8 May, 2023'")
    afternoon = 12 if found[3].lower() == "p" else 0
    hour = int(found[1]) % 12 + afternoon
    month = _MONTHS.index(found[5].lower()) + 1
    return _moment_of(node, (int(found[6]), month, int(found[4]), hour, int(found[2])))


def read_date_and_clock(node: Node) -> datetime:
    """Returns the instant of `2023/04/23 (Sun) 18:14`, taken as UTC."""
    found = _DATE_AND_CLOCK.fullmatch(node.text().strip())
    if found is None:
        raise node.mismatch("a time such as '2023/04/23 (Sun) 18:14'")
    year, month, day, hour, minute = (int(part) for part in found.groups())
    return _moment_of(node, (year, month, day, hour, minute))


def _moment_of(node: Node, parts: tuple[int, int, int, int, int]) -> datetime:
    try:
        return datetime(*parts, tzinfo=UTC)
    except ValueError as error:
        raise FormError(node.path, f"expected a time that exists, got {node.value!r}") from error


def _aware(moment: datetime, zone: tzinfo) -> datetime | None:
    placed = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    try:
        placed.astimezone(UTC)
    except OverflowError:
        return None
    return placed


def _from_epoch(number: float) -> datetime | None:
    try:
        seconds = number / 1000 if abs(number) >= _FIRST_MILLISECONDS else number
        return datetime.fromtimestamp(seconds, UTC) if math.isfinite(seconds) else None
    except (ValueError, OverflowError, OSError):
        return None
