"""Requests about the audit trail, read."""

from datetime import UTC, datetime
from typing import Final

from rest_framework.request import Request

from controlplane.api.bodies import refuse_unknown
from controlplane.api.errors import RequestRefused
from controlplane.audit.actions import Action
from controlplane.audit.queries import Wanted

_FIELDS: Final = ("action", "actor", "since", "until")
_USUAL_PAGE: Final = 100
MOST_OF_PAGE: Final = 1000
# Digits of the largest number that the database keeps.
_LONGEST_NUMBER: Final = 18


def records_wanted(request: Request, *also_known: str) -> Wanted:
    """Which records the query asks for.

    Args:
        request: asks.
        also_known: fields that somebody else reads.

    Raises:
        RequestRefused: a field is off, or unknown.
    """
    refuse_unknown(request.query_params, (*_FIELDS, *also_known))
    action = request.query_params.get("action") or None
    if action is not None and action not in list(Action):
        raise _refuse("action", f"must be one of {', '.join(Action)}")
    return Wanted(
        action=None if action is None else Action(action),
        actor=request.query_params.get("actor") or None,
        since=_instant(request, "since"),
        until=_instant(request, "until"),
    )


def page_size_of(request: Request) -> int:
    """How many records an answer may have.

    Raises:
        RequestRefused: it is no number, or too large a one.
    """
    size = _number(request, "page_size")
    if size is None:
        return _USUAL_PAGE
    if not 1 <= size <= MOST_OF_PAGE:
        raise _refuse("page_size", f"must be from 1 to {MOST_OF_PAGE}")
    return size


def before_of(request: Request) -> int | None:
    """The number that all records of the answer stand before; None for the newest.

    Raises:
        RequestRefused: it is no number.
    """
    return _number(request, "before")


def _number(request: Request, field: str) -> int | None:
    raw = request.query_params.get(field)
    if not raw:
        return None
    if not (raw.isascii() and raw.isdigit() and len(raw) <= _LONGEST_NUMBER):
        raise _refuse(field, "must be a whole number")
    return int(raw)


def _instant(request: Request, field: str) -> datetime | None:
    raw = request.query_params.get(field)
    if not raw:
        return None
    try:
        # A plus sign that nobody encoded has become a space.
        read = datetime.fromisoformat(raw.replace(" ", "+") if "T" in raw else raw)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _refuse(field, "must be an ISO 8601 time; without an offset it is UTC") from error


def _refuse(field: str, said: str) -> RequestRefused:
    return RequestRefused(f"{field}: {said}", fields={field: [said]})
