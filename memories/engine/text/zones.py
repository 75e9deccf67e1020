"""Time zones by name."""

from datetime import tzinfo
from zoneinfo import ZoneInfo

from memories.engine.errors import InvalidInput


def zone_of(timezone: str | tzinfo | None) -> tzinfo | None:
    """The time zone of an IANA name.

    Raises:
        InvalidInput: there is no such zone.
    """
    if timezone is None or isinstance(timezone, tzinfo):
        return timezone
    try:
        return ZoneInfo(timezone)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidInput(
            f"timezone: expected an IANA name such as 'Europe/Lisbon', got {timezone!r}"
        ) from error
