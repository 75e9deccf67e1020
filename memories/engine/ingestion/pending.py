"""Messages that wait for an `add`, read as it will read them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from memories.engine.domain import JsonObject, OwnedMessage, Scope
from memories.engine.ingestion.identity import IngestRequest, identify
from memories.engine.ingestion.reading import read_turns


def read_pending(
    messages: str | Mapping[str, object] | Sequence[object],
    *,
    scope: Scope,
    seed: str,
    accepted_at: datetime,
    said_at: datetime | None = None,
    zone: tzinfo | None = None,
    metadata: JsonObject | None = None,
    expires_at: datetime | None = None,
) -> tuple[OwnedMessage, ...]:
    """The messages, with the ids that `add` will store them under when it is given the same seed.

    Args:
        messages: as `Memory.add` takes them.
        scope: whose they become.
        seed: what their ids follow from.
        accepted_at: when they were handed in.
        said_at: when those without a time of their own were said.
        zone: the speakers' time zone.
        metadata: kept with each.
        expires_at: when they are no longer shown.

    Raises:
        InvalidMessages: naming the message and what is off.
    """
    request = IngestRequest(
        turns=read_turns(messages, said_at=said_at, zone=zone or UTC),
        zone=zone,
        metadata=metadata or {},
        expires_at=expires_at,
        seed=seed,
    )
    arrivals = identify(request, scope=scope, now=accepted_at)
    return tuple(OwnedMessage(each.message, scope, each.expires_at) for each in arrivals)
