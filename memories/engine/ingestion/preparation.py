"""The slow part of an ingest, done before the file is locked: passages, vectors, mentions."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from memories.engine.domain import (
    Arrival,
    Fact,
    MemoryRecord,
    Mention,
    Message,
    Passage,
    Scope,
    Vector,
)
from memories.engine.ingestion.entity_linking import mentions_of
from memories.engine.ingestion.identity import NAMELESS_SPEAKERS, IngestRequest, sits_with
from memories.engine.ingestion.passages import Draft, draft_memory, draft_message, embedded
from memories.engine.ingestion.tools import IngestTools
from memories.engine.text.fingerprints import fingerprint, stable_id
from memories.engine.text.forms import form_of, openings

# An entity is embedded once so many messages mention it: a rarer one is found by the words around
# it, and most are rare.
_EMBEDDED_FROM: Final = 4


@dataclass(frozen=True, slots=True)
class Heard:
    """A message ready to be kept."""

    arrival: Arrival
    passages: tuple[Passage, ...]
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """A fact ready to be kept: its memory, its passages, whom it mentions."""

    fact: Fact
    memory: MemoryRecord
    passages: tuple[Passage, ...]
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that an ingest will keep.

    Attributes:
        entity_vectors: by form, of the entities that are to be embedded now.
    """

    heard: tuple[Heard, ...]
    learned: tuple[Learned, ...]
    entity_vectors: Mapping[str, Vector]


def prepare(
    fresh: Sequence[Arrival],
    facts: Sequence[Fact],
    *,
    before: Message | None,
    learned_by: str | None,
    request: IngestRequest,
    scope: Scope,
    tools: IngestTools,
) -> Prepared:
    """Passages, vectors and mentions of messages and facts.

    Args:
        fresh: messages that are not stored yet.
        facts: what was learned from them.
        before: the message that was said before them.
        learned_by: which extractor learned it.
        request: the add that they belong to.
        scope: whose.
        tools: the ports.

    Raises:
        EmbedderError: the model gave no usable vectors.
    """
    now = tools.clock.now()
    memories = [
        _memory_of(fact, ordinal, request, learned_by=learned_by, scope=scope, now=now)
        for ordinal, fact in enumerate(facts)
    ]
    passages = _passages(fresh, memories, before=before, scope=scope, tools=tools)
    names = {arrival.message.speaker for arrival in fresh if arrival.message.name}
    texts = [arrival.message.text for arrival in fresh] + [fact.text for fact in facts]
    held = frozenset[str]().union(*map(openings, texts))
    names |= tools.records.entities.people_opening(held, scope=scope)
    heard = tuple(
        Heard(
            arrival,
            tuple(passages.get(arrival.message.id, ())),
            mentions_of(arrival.message.text, names),
        )
        for arrival in fresh
    )
    learned = tuple(
        Learned(
            fact,
            memory,
            tuple(passages[memory.id]),
            _mentions(fact, names),
        )
        for fact, memory in zip(facts, memories, strict=True)
    )
    return Prepared(heard, learned, _entity_vectors(heard, scope=scope, tools=tools))


def _mentions(fact: Fact, names: Collection[str]) -> tuple[Mention, ...]:
    """As the extractor gives them, or else as they are recognised."""
    if fact.mentions is None:
        return mentions_of(fact.text, names)
    return tuple(each for each in fact.mentions if each.surface not in NAMELESS_SPEAKERS)


def _memory_of(
    fact: Fact,
    ordinal: int,
    request: IngestRequest,
    *,
    learned_by: str | None,
    scope: Scope,
    now: datetime,
) -> MemoryRecord:
    return MemoryRecord(
        id=stable_id(request.seed, "memory", str(ordinal)),
        scope=scope,
        text=fact.text,
        attributed_to=fact.attributed_to,
        kind=fact.kind,
        said_at=fact.said_at,
        recorded_at=now,
        updated_at=now,
        fingerprint=fingerprint(fact.text),
        occurred=fact.occurred,
        categories=tuple(dict.fromkeys((*request.categories, *fact.categories))),
        metadata=request.metadata,
        expires_at=request.expires_at,
        immutable=request.immutable,
        importance=fact.importance,
        learned_by=learned_by,
    )


def _passages(
    fresh: Sequence[Arrival],
    memories: Sequence[MemoryRecord],
    *,
    before: Message | None,
    scope: Scope,
    tools: IngestTools,
) -> dict[str, list[Passage]]:
    drafts: list[Draft] = []
    names = tools.passages.speakers(scope=scope.home) | {each.message.speaker for each in fresh}
    for arrival in fresh:
        message = arrival.message
        context = before if sits_with(message, before, scope=scope) else None
        drafts += draft_message(message, before=context, names=names, embedder=tools.embedder)
        before = message
    for memory in memories:
        drafts += draft_memory(memory, names=names, embedder=tools.embedder)
    passages: dict[str, list[Passage]] = {}
    for passage in embedded(drafts, tools.embedder):
        passages.setdefault(passage.owner_id, []).append(passage)
    return passages


def _entity_vectors(
    heard: Sequence[Heard], *, scope: Scope, tools: IngestTools
) -> dict[str, Vector]:
    surfaces: dict[str, str] = {}
    messages: Counter[str] = Counter()
    for each in heard:
        forms = {form_of(mention.surface): mention.surface for mention in each.mentions}
        messages.update(forms.keys())
        surfaces = forms | surfaces
    for form, entities in tools.records.entities.with_forms(surfaces, scope=scope).items():
        # Half of the mentions are memories', learned from the messages that the other half are.
        messages[form] += max(entity.mentions for entity in entities) // 2
        if any(entity.is_embedded for entity in entities):
            del surfaces[form]
    wanted = [form for form in surfaces if messages[form] >= _EMBEDDED_FROM]
    vectors = tools.embedder.embed_passages([surfaces[form] for form in wanted]) if wanted else ()
    return dict(zip(wanted, vectors, strict=True))
