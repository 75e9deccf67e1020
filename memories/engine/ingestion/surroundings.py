"""What an extractor is shown beside new messages: turns before them, and what is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from memories.engine.domain import (
    Entity,
    EntityType,
    MemoryRecord,
    Message,
    Scope,
    Selection,
    Vectors,
)
from memories.engine.errors import IndexUnavailable
from memories.engine.ingestion.entity_linking import mentions_of
from memories.engine.ingestion.tools import IngestTools
from memories.engine.ports.embedder import MOST_UNKNOWN, Embedder
from memories.engine.text.delimiters import blank_recalled
from memories.engine.text.forms import form_of, openings

# Those of narrower scopes may be nearer, and are left out afterwards.
_LOOKED_AT: Final = 4
_MOST_ENTITIES: Final = 20
_UNSEEN: Final = "what is known was not looked up, as the index does not answer"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around some messages.

    Attributes:
        memories: of exactly their scope, the nearest first.
        entities: that they name.
        note: why something may be missing, in words for people.
    """

    memories: tuple[MemoryRecord, ...] = ()
    entities: tuple[Entity, ...] = ()
    note: str | None = None


def turns_before(
    before: Message | None, count: int, *, scope: Scope, tools: IngestTools
) -> tuple[Message, ...]:
    """The last turns of the session that was said last, up to and with the last one of all.

    Args:
        before: that last one.
        count: how many, at most.
        scope: whose.
        tools: the ports.
    """
    if before is None or count == 0:
        return ()
    places = [(before.session, before.position - back) for back in range(1, count)]
    shown = Selection(now=tools.clock.now())
    found = tools.records.messages.at(places, scope=scope, selection=shown) if places else ()
    return (*found, before)


def known_around(
    messages: Sequence[Message], *, wanted: int, scope: Scope, tools: IngestTools
) -> Surroundings:
    """Memories near to the messages, and entities that they name.

    Args:
        messages: not stored yet.
        wanted: how many memories, at most; 0 for none, and no entities either.
        scope: whose.
        tools: the ports.

    Raises:
        EmbedderError: the embedding model gave no usable vectors.
    """
    if wanted == 0:
        return Surroundings()
    texts = [blank_recalled(message.text) for message in messages]
    entities = entities_in(texts, scope=scope, tools=tools)
    try:
        near = _nearest(_vectors(texts, tools.embedder), wanted, scope=scope, tools=tools)
    except IndexUnavailable:
        return Surroundings((), entities, _UNSEEN)
    return Surroundings(near, entities)


def _vectors(texts: Sequence[str], embedder: Embedder) -> "Vectors | None":
    """Of what the model knows the words of; of the beginning, where a text is long."""
    known = [
        text[start:until]
        for text in texts
        if text.strip() and embedder.unknown_share(text) <= MOST_UNKNOWN
        for start, until in embedder.split(text)[:1]
    ]
    return embedder.embed_passages(known) if known else None


def _nearest(
    vectors: "Vectors | None", wanted: int, *, scope: Scope, tools: IngestTools
) -> tuple[MemoryRecord, ...]:
    selection = Selection(now=tools.clock.now(), latest_only=True)
    nearness: dict[str, float] = {}
    for vector in () if vectors is None else vectors:
        for found in tools.index.semantic(
            vector, scope=scope, selection=selection, limit=wanted * _LOOKED_AT, messages=False
        ):
            nearness[found.owner_id] = max(found.score, nearness.get(found.owner_id, -1.0))
    memories = tools.records.memories.get(nearness, scope=scope)
    own = [memory for memory in memories.values() if memory.scope == scope]
    return tuple(sorted(own, key=lambda memory: -nearness[memory.id])[:wanted])


def entities_in(texts: Sequence[str], *, scope: Scope, tools: IngestTools) -> tuple[Entity, ...]:
    """Known entities that the texts name."""
    held = frozenset[str]().union(*map(openings, texts))
    names = tools.records.entities.people_opening(held, scope=scope)
    forms = [form_of(each.surface) for text in texts for each in mentions_of(text, names)]
    known = tools.records.entities.with_forms(dict.fromkeys(forms), scope=scope)
    entities = (each.entity for form in forms for each in known.get(form, ()))
    # That somebody speaks of knees again helps nobody to understand it.
    named = {each.id: each for each in entities if each.type is not EntityType.TOPIC}
    return tuple(named.values())[:_MOST_ENTITIES]
