"""Looking through the indexes of all projects, a slice at a time, and mending what is off."""

import logging
from datetime import datetime
from typing import Final

from memories.engine.domain import Scope
from memories.engine.errors import IndexUnavailable, StoreBusy
from memories.records.database import Database
from memories.records.hosting import Hosted
from memories.records.projects import least_lately
from memories.records.settling import Place, Settling
from memories.records.store import PostgresRecords

_logger = logging.getLogger("remembrancer.index")
# When a project was looked through last, and how far that has come.
_LOOKED_AT: Final = "index looked through"
_PLACE: Final = "index looked through up to"
# Of some hundred rows each, a minute.
_PAGES: Final = 10


def verify_a_slice(hosted: Hosted, *, now: datetime) -> int:
    """Go on where the last slice ended, with the project that was looked through longest ago.

    What differs is brought up to date and said in the log: nothing should.

    Returns:
        How many rows were off.
    """
    scope = least_lately(_LOOKED_AT)
    settling = None if scope is None else hosted.settling(scope)
    if scope is None:
        return 0
    records = PostgresRecords(Database(scope))
    if settling is None:
        records.remember_setting(_LOOKED_AT, now.isoformat(), scope=scope)
        return 0
    try:
        return _go_on(settling, records, scope, now)
    except (IndexUnavailable, StoreBusy) as error:
        _logger.warning("an index could not be looked through: %s", type(error).__name__)
        return 0


def _go_on(settling: Settling, records: PostgresRecords, scope: Scope, now: datetime) -> int:
    settling.settle()
    place: Place | None = Place.read(records.setting(_PLACE, scope=scope) or "")
    off = 0
    for _ in range(_PAGES):
        if place is None:
            break
        page = settling.compare_page(place, repair=True)
        off += len(page.differing)
        place = page.following
    if off:
        _logger.error("an index differed from the truth", extra={"rows": off})
    records.remember_setting(_PLACE, "" if place is None else place.written(), scope=scope)
    if place is None:
        records.remember_setting(_LOOKED_AT, now.isoformat(), scope=scope)
    return off
