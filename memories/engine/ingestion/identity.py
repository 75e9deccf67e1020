"""Turns handed in become messages with an id, by which one is recognised when it comes again."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from memories.engine.domain import (
    Arrival,
    ContentPart,
    Guidance,
    JsonObject,
    Message,
    Role,
    Scope,
    Turn,
)
from memories.engine.text.fingerprints import digest, stable_id

# Messages without a run belong to one sitting while less than this lies between them.
SITTING_GAP: Final = timedelta(hours=2)
_NAMELESS: Final = {
    Role.USER: "User",
    Role.ASSISTANT: "Assistant",
    Role.SYSTEM: "System",
    Role.TOOL: "Tool",
}
NAMELESS_SPEAKERS: Final = frozenset(_NAMELESS.values())


@dataclass(frozen=True, slots=True)
class IngestRequest:
    """What one add hands in.

    Attributes:
        turns: what was said, in order.
        zone: the speakers' time zone; None leaves each time on its own clock.
        metadata: kept with every message and memory of the request.
        categories: kept with every memory.
        expires_at: from then on neither messages nor memories are shown.
        immutable: the memories can be deleted but not changed.
        guidance: what is to be learned, besides what always is.
        give_up: go on without the facts when a language model is busy.
        infer: learn facts; False keeps each turn verbatim as one memory.
        job_id: the caller's name for the add: the same again is answered as it was before.
        seed: ids of what is stored follow from it; not from the job's id, as an import may have
            brought rows of a job of that name.
    """

    turns: tuple[Turn, ...]
    zone: tzinfo | None = None
    metadata: JsonObject = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    expires_at: datetime | None = None
    immutable: bool = False
    infer: bool = True
    guidance: Guidance = field(default_factory=Guidance)
    give_up: bool = True
    job_id: str | None = None
    seed: str = field(default_factory=lambda: str(uuid.uuid4()))


def identify(request: IngestRequest, *, scope: Scope, now: datetime) -> tuple[Arrival, ...]:
    """Messages about to be stored, in order; session and position are given on storing."""
    return tuple(
        Arrival(
            message=Message(
                id=stable_id(request.seed, "message", str(place)),
                role=turn.role,
                speaker=turn.name or _NAMELESS[turn.role],
                name=turn.name,
                text=turn.text,
                said_at=_on_the_wall(turn.said_at or now, request.zone),
                recorded_at=now,
                session="",
                position=place,
                client_id=turn.client_id,
                metadata={**request.metadata, **turn.metadata},
            ),
            identity=_identity(turn, place, scope),
            expires_at=request.expires_at,
            parts=turn.parts,
        )
        for place, turn in enumerate(request.turns)
    )


def sits_with(message: Message, before: Message | None, *, scope: Scope) -> bool:
    """True if a message belongs to the sitting of the one that was said before it."""
    if before is None:
        return False
    return scope.run is not None or abs(message.said_at - before.said_at) < SITTING_GAP


def session_of(message: Message, *, before: Message | None, scope: Scope) -> str:
    """The session of a message that follows another, stored one in the same scope."""
    if scope.run is not None:
        return stable_id("run", *_ids(scope))
    if before is not None and sits_with(message, before, scope=scope):
        return before.session
    return stable_id("sitting", *_ids(scope), message.id)


def scope_digest(scope: Scope, *parts: str | None) -> bytes:
    """A digest of the parts that no other scope shares."""
    return digest(*_ids(scope), *parts)


def first_of_each(arrivals: Sequence[Arrival]) -> tuple[Arrival, ...]:
    """Without the messages that a request itself repeats, as two with one client id."""
    unique: dict[bytes, Arrival] = {}
    for arrival in arrivals:
        unique.setdefault(arrival.identity, arrival)
    return tuple(unique.values())


def _ids(scope: Scope) -> tuple[str | None, ...]:
    return (scope.organization, scope.project, scope.user, scope.agent, scope.app, scope.run)


def _identity(turn: Turn, place: int, scope: Scope) -> bytes:
    if turn.client_id is not None:
        return scope_digest(scope, "client id", turn.client_id)
    said_at = None if turn.said_at is None else turn.said_at.astimezone(UTC).isoformat()
    files = [mark for part in turn.parts for mark in _marks_of(part)]
    return scope_digest(scope, "turn", said_at, turn.role, turn.name, turn.text, str(place), *files)


def _marks_of(part: ContentPart) -> tuple[str, str]:
    """The same for the same bytes, and for the same address whatever is there by now."""
    if part.content is not None:
        return part.kind, hashlib.sha256(part.content).hexdigest()
    return part.kind, part.address or part.text or ""


def _on_the_wall(instant: datetime, zone: tzinfo | None) -> datetime:
    return instant if zone is None else instant.astimezone(zone)
