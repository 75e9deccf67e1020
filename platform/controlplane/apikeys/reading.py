"""Requests about keys. The address is our own: what a body says is known, or refused with 422."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

from controlplane.api.bodies import refuse_unknown
from controlplane.api.errors import RequestRefused
from controlplane.apikeys.models import KeyScope
from controlplane.apikeys.services import ROTATION_OVERLAP

_LONGEST_NAME: Final = 200
_LONGEST_OVERLAP_HOURS: Final = 30 * 24


@dataclass(frozen=True, slots=True)
class KeyWanted:
    """What a new key is to be.

    Attributes:
        scopes: without a word of it, what the asking key holds except `admin`.
    """

    name: str
    scopes: frozenset[str]
    expires_at: datetime | None


def key_wanted(body: Mapping[str, object], *, held: Collection[str], now: datetime) -> KeyWanted:
    """What the body asks for.

    Raises:
        RequestRefused: a field is off, or unknown.
    """
    refuse_unknown(body, ("name", "scopes", "expires_at"))
    return KeyWanted(_name(body.get("name")), _scopes(body, held), _end(body, now))


def overlap_of(body: Mapping[str, object]) -> timedelta:
    """How long a rotated key stays good.

    Raises:
        RequestRefused: a field is off, or unknown.
    """
    refuse_unknown(body, ("overlap_hours",))
    hours = body.get("overlap_hours")
    if hours is None:
        return ROTATION_OVERLAP
    is_number = isinstance(hours, int | float) and not isinstance(hours, bool)
    if not is_number or not 0 <= hours <= _LONGEST_OVERLAP_HOURS:  # type: ignore[operator]
        raise _refuse("overlap_hours", f"must be a number from 0 to {_LONGEST_OVERLAP_HOURS}")
    return timedelta(hours=hours)  # type: ignore[arg-type]


def _name(name: object) -> str:
    if not isinstance(name, str) or not name.strip():
        raise _refuse("name", "must be a string that is not empty")
    name = " ".join(name.split())
    if len(name) > _LONGEST_NAME:
        raise _refuse("name", f"has at most {_LONGEST_NAME} characters")
    return name


def _scopes(body: Mapping[str, object], held: Collection[str]) -> frozenset[str]:
    named = body.get("scopes", sorted(set(held) - {KeyScope.ADMIN.value}))
    known = KeyScope.values
    if not isinstance(named, list) or not named or any(each not in known for each in named):
        raise _refuse("scopes", f"must be a list of {', '.join(known)}, and not empty")
    return frozenset(named)


def _end(body: Mapping[str, object], now: datetime) -> datetime | None:
    raw = body.get("expires_at")
    if raw is None:
        return None
    try:
        end = datetime.fromisoformat(raw) if isinstance(raw, str) else now
        end = (end if end.tzinfo else end.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        end = now
    if end <= now:
        raise _refuse("expires_at", "must be an ISO 8601 time in the future, or null")
    return end


def _refuse(field: str, said: str) -> RequestRefused:
    return RequestRefused(
        f"{field}: {said}", status=HTTPStatus.UNPROCESSABLE_ENTITY, fields={field: [said]}
    )
