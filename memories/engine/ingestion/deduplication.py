"""Recognising what is known already: exactly, or nearly."""

from dataclasses import dataclass
from datetime import UTC

from memories.engine.domain import Interval, MemoryRecord, Scope, Vector
from memories.engine.ingestion.identity import scope_digest
from memories.engine.ports.passage_store import PassageStore
from memories.engine.ports.record_store import RecordStore
from memories.engine.text.forms import form_of
from memories.engine.text.mentions import find_mentions
from memories.engine.text.statements import may_say_the_same, say_the_same


@dataclass(frozen=True, slots=True)
class NearRepeat:
    """A memory that a new one nearly repeats, with how near and why."""

    memory_id: str
    similarity: float


def memory_identity(
    scope: Scope, *, attributed_to: str, fingerprint: str, occurred: Interval | None
) -> bytes:
    """What an exact repeat shares: scope, speaker, words and event interval."""
    bounds = (
        (None, None)
        if occurred is None
        else tuple(time.astimezone(UTC).isoformat() for time in (occurred.start, occurred.until))
    )
    return scope_digest(scope, attributed_to, fingerprint, *bounds)


def near_repeat(
    memory: MemoryRecord,
    vector: Vector,
    *,
    scope: Scope,
    records: RecordStore,
    passages: PassageStore,
) -> NearRepeat | None:
    """The nearest live memory of the same scope and speaker that says the same."""
    repeated = [
        known.id
        for known in records.memories.alike(memory, scope=scope)
        if _may_fold(memory, known)
    ]
    if not repeated:
        # As of nearly every memory.
        return None
    similarities = {
        id_: float(vector @ other) for id_, other in passages.vectors(repeated, scope=scope).items()
    }
    if not similarities:
        return None
    nearest = max(similarities, key=lambda id_: similarities[id_])
    return NearRepeat(nearest, similarities[nearest])


def claimed_repeat(
    memory: MemoryRecord, known_id: str | None, *, scope: Scope, records: RecordStore
) -> MemoryRecord | None:
    """The live memory that an extractor holds to say the same, if nothing speaks against it.

    Its word stands for the meaning; numbers, dates, negation, tense and names must agree anyway.
    """
    known = (
        None if known_id is None else records.memories.get([known_id], scope=scope).get(known_id)
    )
    if known is None or not _is_live_twin(memory, known) or known.merged_into is not None:
        return None
    agree = may_say_the_same(memory.text, known.text)
    return known if agree and _names(memory.text) == _names(known.text) else None


def _names(text: str) -> frozenset[str]:
    return frozenset(form_of(mention.surface) for mention in find_mentions(text))


def lasts_as_long(known: MemoryRecord, memory: MemoryRecord) -> bool:
    """False where folding would hide the newer memory after the older one has expired."""
    if known.expires_at is None:
        return True
    return memory.expires_at is not None and memory.expires_at <= known.expires_at


def _may_fold(memory: MemoryRecord, known: MemoryRecord) -> bool:
    return (
        _is_live_twin(memory, known)
        and lasts_as_long(known, memory)
        and say_the_same(memory.text, known.text)
    )


def _is_live_twin(memory: MemoryRecord, known: MemoryRecord) -> bool:
    return (
        known.id != memory.id
        and known.scope == memory.scope
        and known.attributed_to == memory.attributed_to
        and known.occurred == memory.occurred
        and known.superseded_by is None
        # What is concluded goes with what it rests on: nothing that was said may go along.
        and not (known.derived_from or memory.derived_from)
    )
