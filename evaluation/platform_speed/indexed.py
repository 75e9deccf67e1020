"""Made-up talks as an index holds them: each turn a message and verbatim a memory, and entities."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from evaluation.speed.corpus import Said
from evaluation.speed.embedders import MadeUpVectors
from memories.engine.domain import (
    Entity,
    EntityType,
    IndexedEntity,
    IndexedRow,
    Kind,
    MemoryRecord,
    Message,
    Passage,
    Role,
    Scope,
    Source,
)
from memories.engine.text.fingerprints import fingerprint, stable_id
from memories.engine.text.forms import form_of
from memories.engine.text.tokens import analyse

_VECTORS: Final = MadeUpVectors()
# Extraction is as sure of a name that stands in the text.
_SURE: Final = 0.9
_RECORDED_AT: Final = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class IndexedTalk:
    """All that an index holds of one user's talk, by id."""

    rows: Mapping[str, IndexedRow]
    entities: Mapping[str, IndexedEntity]


def indexed_talk(turns: Sequence[Said], *, scope: Scope, first: int) -> IndexedTalk:
    """A talk with a vector in a random direction for each text.

    Args:
        turns: what was said.
        scope: whose.
        first: number of the talk's first row in its project.
    """
    entities = _entities(turns, scope=scope, first=first)
    rows: dict[str, IndexedRow] = {}
    for place, turn in enumerate(turns):
        message = _message(turn, scope, place)
        memory = _memory(turn, scope)
        passage = _passage(turn, memory.id)
        mentions = tuple((_entity_id(name, scope), _SURE) for name in turn.about)
        rows[message.id] = IndexedRow(
            told=message,
            scope=scope,
            number=first + place,
            expires_at=None,
            learned=(memory.id,),
            mentions=mentions,
            passages=(_passage(turn, message.id, is_message=True),),
        )
        rows[memory.id] = IndexedRow(
            told=memory,
            scope=scope,
            number=first + place,
            expires_at=None,
            learned=(message.id,),
            mentions=mentions,
            passages=(passage,),
            sources=(Source(message, turn.text, 0, len(turn.text)),),
        )
    return IndexedTalk(rows, entities)


def _message(turn: Said, scope: Scope, place: int) -> Message:
    return Message(
        id=stable_id("message", scope.project, turn.id),
        role=Role.USER,
        speaker=turn.speaker,
        name=turn.speaker,
        text=turn.text,
        said_at=turn.said_at,
        recorded_at=_RECORDED_AT,
        session=stable_id("session", scope.project, turn.session),
        position=place,
        client_id=turn.id,
    )


def _memory(turn: Said, scope: Scope) -> MemoryRecord:
    return MemoryRecord(
        id=stable_id("memory", scope.project, turn.id),
        scope=scope,
        text=turn.text,
        attributed_to=turn.speaker,
        kind=Kind.EVENT,
        said_at=turn.said_at,
        recorded_at=_RECORDED_AT,
        updated_at=_RECORDED_AT,
        fingerprint=fingerprint(turn.text),
    )


def _passage(turn: Said, owner_id: str, *, is_message: bool = False) -> Passage:
    return Passage(
        owner_id=owner_id,
        is_message=is_message,
        version=1,
        start=0,
        until=len(turn.text),
        said_at=turn.said_at,
        recorded_at=_RECORDED_AT,
        terms=analyse(turn.text),
        vector=_VECTORS.embed_query(owner_id),
    )


def _entities(turns: Sequence[Said], *, scope: Scope, first: int) -> Mapping[str, IndexedEntity]:
    mentioned = Counter(name for turn in turns for name in turn.about)
    entities: dict[str, IndexedEntity] = {}
    for place, (name, count) in enumerate(mentioned.items()):
        id_ = _entity_id(name, scope)
        entities[id_] = IndexedEntity(
            entity=Entity(id_, name, EntityType.NAME if name[0].isupper() else EntityType.TOPIC),
            home=scope.home,
            forms=(form_of(name),),
            # By the message and by the memory.
            mentions=2 * count,
            vector=_VECTORS.embed_query(id_),
            number=first + place,
        )
    return entities


def _entity_id(name: str, scope: Scope) -> str:
    return stable_id("entity", scope.project, scope.user, name)
