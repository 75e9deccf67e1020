"""Reading the time that a model gives a fact."""

from datetime import datetime, timedelta, tzinfo
from typing import Final

from memories.engine.domain import Interval, Precision

# Models give the last day where the day after it belongs: what begins as it ends lasts so long.
_LEAST: Final = {Precision.INSTANT: timedelta(minutes=1), Precision.DAY: timedelta(days=1)}
# Years whose ends no time zone moves out of what a clock can show.
_YEARS: Final = range(2, 9999)


def interval_of(claim: object, said_at: datetime, zone: tzinfo | None) -> Interval | None:
    """The interval; None where it makes none.

    Args:
        claim: as the model wrote it.
        said_at: when the turn was said, whose clock is meant.
        zone: the speaker's; that clock's offset if None.
    """
    if not isinstance(claim, dict):
        return None
    meant = zone or said_at.tzinfo
    start, until = (_instant(claim.get(name), meant) for name in ("from", "until"))
    precision = next((each for each in Precision if each.value == claim.get("precision")), None)
    if start is None or until is None or precision is None:
        return None
    if start == until:
        until = start + _LEAST.get(precision, timedelta())
    return Interval(start, until, precision) if start < until else None


def _instant(written: object, zone: tzinfo | None) -> datetime | None:
    try:
        instant = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    if instant is None or instant.year not in _YEARS:
        return None
    return instant.replace(tzinfo=zone) if instant.tzinfo is None else instant.astimezone(zone)
