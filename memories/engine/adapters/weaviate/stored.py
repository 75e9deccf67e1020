"""What Weaviate keeps of rows and entities, as a search reads it: see `documents`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from memories.engine.adapters.weaviate.wire import FoundObject
from memories.engine.domain import Entity, EntityType, KnownEntity

_NAN: Final = float("nan")
_MICROS: Final = 1e6


class StoredPassage(NamedTuple):
    """A passage as a search reads it.

    Attributes:
        owner_id: of the memory or message.
        number: ascends as rows were stored.
        session: of a message; empty for a memory.
        position: place in the session, and `start` in the turn.
        said_at: seconds since 1970.
        occurred: likewise; NaN twice where it tells of no time.
        is_embedded: False where its vector says nothing.
        learned: as `IndexedRow.learned`.
        mentions: as `IndexedRow.mentions`.
        terms: in order.
        cosine: with the question; NaN where either has no vector.
        told: as `told` writes it; empty unless it was asked for.
    """

    owner_id: str
    is_message: bool
    number: int
    session: str
    position: int
    start: int
    speaker: str
    said_at: float
    occurred: tuple[float, float]
    kind: str
    is_embedded: bool
    learned: tuple[str, ...]
    mentions: Mapping[str, float]
    terms: tuple[str, ...]
    cosine: float
    told: str


@dataclass(frozen=True, slots=True)
class StoredEntity:
    """An entity as a search reads it.

    Attributes:
        forms: that it is known under.
        number: ascends as entities were stored.
    """

    known: KnownEntity
    forms: tuple[str, ...]
    number: int


def read_entity(found: FoundObject) -> StoredEntity:
    """An entity as it was written: from `row` of its object."""
    id_, name, type_, aliases, mentions, forms, is_embedded, number = json.loads(found.texts["row"])
    entity = Entity(id_, name, EntityType(type_), tuple(aliases))
    return StoredEntity(KnownEntity(entity, mentions, is_embedded), tuple(forms), number)


def read_passages(found: Sequence[FoundObject]) -> list[StoredPassage]:
    """Passages as they were written: from `row` of each object, and of `terms` and `told`."""
    # Read together: there are some hundred, and to begin reading takes longer than to read one.
    rows = json.loads(f"[{','.join(each.texts['row'] for each in found)}]")
    return [
        StoredPassage(
            owner_id=row[0],
            is_message=row[1],
            number=row[2],
            session=row[3],
            position=row[4],
            start=row[5],
            speaker=row[6],
            said_at=row[7] / _MICROS,
            occurred=(row[8][0] / _MICROS, row[8][1] / _MICROS) if row[8] else (_NAN, _NAN),
            kind=row[9],
            is_embedded=row[10],
            learned=tuple(row[11]),
            mentions=row[12],
            terms=tuple(each.texts.get("terms", "").split()),
            told=each.texts.get("told", ""),
            cosine=1.0 - each.distance if row[10] else _NAN,
        )
        for row, each in zip(rows, found, strict=True)
    ]
