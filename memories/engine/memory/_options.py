"""What callers hand in, checked and turned into what the engine takes."""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Final

from memories.engine.domain import Filter, JsonObject, Place, Role, Scope, Selection, Turn
from memories.engine.errors import InvalidInput
from memories.engine.ingestion.limits import (
    check_categories,
    check_metadata,
    check_scope,
    check_turns,
    flaw_of_id,
)
from memories.engine.ingestion.revision import UNCHANGED, Edit, MaybeInstant
from memories.engine.retrieval.filters import parse_filter
from memories.engine.retrieval.request import SCORE_PARTS
from memories.engine.retrieval.scoping import beyond, check_names_someone, named_by
from memories.engine.text.storable import flaw_of_text

_LONGEST_QUERY: Final = 8000
_LARGEST_NUMBER: Final = 2**63 - 1
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class View:
    """Which rows a read sees, as callers say it.

    Attributes:
        filters: conditions in the filter language of `retrieval.filters`.
        as_of: only what had been said by then.
        recorded_as_of: only what had been stored by then.
        latest_only: leave out what was superseded.
        include_merged: also near repeats that were folded into another memory.
        show_expired: also what has expired.
    """

    filters: Mapping[str, object] | None = None
    as_of: datetime | None = None
    recorded_as_of: datetime | None = None
    latest_only: bool = False
    include_merged: bool = False
    show_expired: bool = False

    def of(
        self, scope: Scope, *, now: datetime, zone: tzinfo | None = None
    ) -> tuple[Scope, Selection]:
        """Whose rows, and which of them, as the stores take it.

        Times without an offset are on the zone's clock. Whom the filters name narrows the scope.

        Raises:
            InvalidFilter: a filter can't be read.
            InvalidScope: neither scope nor filters name a user, agent, app or run.
        """
        check_scope(scope)
        filter_: Filter | None = None if self.filters is None else parse_filter(self.filters)
        check_names_someone(scope, filter_)
        scope = _narrowed(scope, filter_)
        selection = Selection(
            now=now,
            filter=beyond(scope, filter_),
            as_of=None if self.as_of is None else aware(self.as_of, zone),
            recorded_as_of=(
                None if self.recorded_as_of is None else aware(self.recorded_as_of, zone)
            ),
            latest_only=self.latest_only,
            include_merged=self.include_merged,
            show_expired=self.show_expired,
        )
        return scope, selection


def _narrowed(scope: Scope, filter_: Filter | None) -> Scope:
    """The scope, joined by whom the filter names.

    Rows of a scope are found at once, while a filter is held against each row. An id that no scope
    can have is left to the filter, which nothing passes then.
    """
    open_ids = {
        field: name
        for field, name in named_by(filter_).items()
        if getattr(scope, field) is None and flaw_of_id(name) is None
    }
    return replace(scope, **open_ids)


def aware(instant: datetime, zone: tzinfo | None = None) -> datetime:
    """The instant; one without an offset is on the zone's clock, or in UTC."""
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=zone or UTC)


def check_query(query: str) -> str:
    """The question without surrounding white space.

    Raises:
        InvalidInput: it is empty or too long.
    """
    asked = check_text("query", query).strip()
    if len(asked) > _LONGEST_QUERY:
        raise InvalidInput(f"query: at most {_LONGEST_QUERY} characters, got {len(asked)}")
    return asked


def check_parts(names: Iterable[str]) -> frozenset[str]:
    """Parts of the score that a search leaves out.

    Raises:
        InvalidInput: there is no such part.
    """
    left_out = frozenset(names)
    if unknown := left_out - SCORE_PARTS:
        raise InvalidInput(
            f"leave_out: expected any of {', '.join(sorted(SCORE_PARTS))}, got {min(unknown)!r}"
        )
    return left_out


def check_within(name: str, value: float, least: float, most: float) -> None:
    """Refuse a number outside of its limits.

    Raises:
        InvalidInput: naming the limits.
    """
    if not least <= value <= most:
        raise InvalidInput(f"{name}: expected {least:g} to {most:g}, got {value:g}")


def to_cursor(number: int) -> str:
    """Where the page after the memory of this number begins."""
    return base64.urlsafe_b64encode(json.dumps({"after": number}).encode()).decode()


def from_cursor(cursor: str | None) -> int:
    """The number that a cursor names; 0 for none.

    Raises:
        InvalidInput: it is none that `to_cursor` gave.
    """
    if cursor is None:
        return 0
    try:
        number = json.loads(base64.urlsafe_b64decode(cursor))["after"]
    except (binascii.Error, ValueError, TypeError, KeyError) as error:
        raise InvalidInput("cursor: expected one that an earlier page gave") from error
    if not isinstance(number, int) or not 0 <= number <= _LARGEST_NUMBER:
        raise InvalidInput("cursor: expected one that an earlier page gave")
    return number


def from_place(place: Place | None) -> str | None:
    """Where the shelf after that place begins."""
    if place is None:
        return None
    named = {"said": place.said_at.isoformat(), "after": place.number}
    return base64.urlsafe_b64encode(json.dumps(named).encode()).decode()


def to_place(cursor: str | None) -> Place | None:
    """The place that a cursor names.

    Raises:
        InvalidInput: it is none that `from_place` gave.
    """
    if cursor is None:
        return None
    number = from_cursor(cursor)
    try:
        said_at = datetime.fromisoformat(json.loads(base64.urlsafe_b64decode(cursor))["said"])
        return Place(said_at.astimezone(UTC), number)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise InvalidInput("cursor: expected one that an earlier page gave") from error


def edit_of(
    *,
    text: str | None,
    metadata: JsonObject | None,
    categories: Iterable[str] | None,
    expires_at: MaybeInstant,
    said_at: datetime | None,
    zone: tzinfo | None,
    if_version: int | None,
) -> Edit:
    """What an update changes.

    Raises:
        InvalidInput: nothing, or something that is over a limit.
    """
    labels = None if categories is None else tuple(categories)
    if text is None and metadata is None and labels is None and expires_at is UNCHANGED:
        raise InvalidInput("update: name at least one of text, metadata, categories, expires_at")
    if text is not None:
        check_turns((Turn(Role.USER, check_text("text", text)),))
    if metadata is not None:
        check_metadata(metadata, "metadata")
    if labels is not None:
        check_categories(labels)
    return Edit(
        text=text,
        metadata=metadata,
        categories=labels,
        expires_at=aware(expires_at, zone) if isinstance(expires_at, datetime) else expires_at,
        said_at=None if said_at is None else aware(said_at, zone),
        zone=zone,
        if_version=if_version,
    )


def check_text(name: str, text: str) -> str:
    """The text, which must hold words and be writable.

    Raises:
        InvalidInput: it is empty, or holds a NUL or a lone surrogate.
    """
    if not text.strip():
        raise InvalidInput(f"{name}: expected a text that is not empty")
    if flaw := flaw_of_text(text):
        raise InvalidInput(f"{name}: {flaw}")
    return text
