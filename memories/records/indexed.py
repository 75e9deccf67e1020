"""Rows and entities with all that an index holds of them, some hundred in a few statements."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from memories.engine.domain import (
    Entity,
    EntityType,
    HistoryEvent,
    IndexedEntity,
    IndexedRow,
    Passage,
    Scope,
)
from memories.engine.storage.rows import (
    from_micros,
    memory_of,
    message_of,
    optional_instant,
    owner_of_memory,
    owner_of_message,
    scope_of,
)
from memories.engine.storage.values import Fields, blob, real, whole, words
from memories.records.columns import IDS, MEMORY, MESSAGE
from memories.records.connection import Connection
from memories.records.messages import sources_of
from memories.records.passages import vector_of
from memories.records.visibility import in_scope

# When an event befell a memory `m` for the first time.
_FIRST_FOUND: Final = (
    "(SELECT min(found.at) FROM records_history found WHERE found.project = m.project"
    " AND found.memory_id = m.id AND found.event = %s)"
)


def indexed_memories(
    connection: Connection, ids: Collection[str], scope: Scope
) -> Mapping[str, IndexedRow]:
    """Memories by id; those that are not there are left out."""
    condition, values = in_scope(connection, scope)
    rows = connection.fields(
        f"SELECT m.seq, {MEMORY}, m.superseded_at, t.said_at AS merged_said_at,"
        f" {_FIRST_FOUND} AS merged_found_at, {_FIRST_FOUND} AS superseded_found_at"
        " FROM records_memory m LEFT JOIN records_memory t"
        " ON t.project = m.project AND t.id = m.merged_into"
        f" WHERE {condition} AND m.id = ANY(%s::text[])",
        (HistoryEvent.MERGE, HistoryEvent.SUPERSEDE, *values, list(ids)),
    )
    numbers = [whole(row["seq"]) for row in rows]
    learned = _learned(connection, "memory", "message", numbers)
    owned = _Owned(connection, rows, owner_of_memory)
    sources = sources_of(connection, ids, scope)
    return {
        words(row["id"]): IndexedRow(
            told=memory_of(row, within=scope),
            scope=scope_of(row, within=scope),
            number=whole(row["seq"]),
            expires_at=optional_instant(row["expires_at"]),
            learned=learned.get(whole(row["seq"]), ()),
            mentions=owned.mentions(row),
            passages=owned.passages(row),
            sources=tuple(sources.get(words(row["id"]), ())),
            merged_said_at=optional_instant(row["merged_said_at"]),
            superseded_at=optional_instant(row["superseded_at"]),
            merged_found_at=_if_so(row, "merged_into", "merged_found_at"),
            superseded_found_at=_if_so(row, "superseded_by", "superseded_found_at"),
        )
        for row in rows
    }


def _if_so(row: Fields, which: str, at: str) -> datetime | None:
    """When something befell a memory, unless it was taken back since."""
    return None if row[which] is None else optional_instant(row[at])


def indexed_messages(
    connection: Connection, ids: Collection[str], scope: Scope
) -> Mapping[str, IndexedRow]:
    """Messages by id; those that are not there are left out."""
    condition, values = in_scope(connection, scope)
    rows = connection.fields(
        f"SELECT m.seq, {MESSAGE}, {IDS}, m.expires_at FROM records_message m"
        f" WHERE {condition} AND m.id = ANY(%s::text[])",
        (*values, list(ids)),
    )
    numbers = [whole(row["seq"]) for row in rows]
    learned = _learned(connection, "message", "memory", numbers)
    owned = _Owned(connection, rows, owner_of_message)
    return {
        words(row["id"]): IndexedRow(
            told=message_of(row),
            scope=scope_of(row, within=scope),
            number=whole(row["seq"]),
            expires_at=optional_instant(row["expires_at"]),
            learned=learned.get(whole(row["seq"]), ()),
            mentions=owned.mentions(row),
            passages=owned.passages(row),
        )
        for row in rows
    }


def indexed_entities(
    connection: Connection, ids: Collection[str], scope: Scope
) -> Mapping[str, IndexedEntity]:
    """Entities by id, wherever their home is; those that are not there are left out."""
    rows = connection.fields(
        "SELECT e.seq, e.id, e.name, e.type, e.mentions, e.vector, m.user, m.agent, m.app, m.run,"
        " coalesce((SELECT jsonb_agg(jsonb_build_array(a.form, a.surface) ORDER BY a.seq)"
        " FROM records_alias a WHERE a.project = e.project AND a.entity = e.seq), '[]') AS aliases,"
        " coalesce((SELECT jsonb_agg(s.short ORDER BY s.short) FROM records_short_form s"
        " WHERE s.project = e.project AND s.entity = e.seq), '[]') AS shorts"
        " FROM records_entity e JOIN records_scope m ON m.project = e.project AND m.seq = e.home"
        " WHERE e.project = %s AND e.id = ANY(%s::text[])",
        (connection.project, list(ids)),
    )
    return {words(row["id"]): _entity(row, scope) for row in rows}


def _entity(row: Fields, scope: Scope) -> IndexedEntity:
    name = words(row["name"])
    aliases: Sequence[tuple[str, str]] = json.loads(words(row["aliases"]))
    forms = [*(form for form, _ in aliases), *json.loads(words(row["shorts"]))]
    others = tuple(surface for _, surface in aliases if surface != name)
    vector = row["vector"]
    return IndexedEntity(
        entity=Entity(words(row["id"]), name, EntityType(words(row["type"])), others),
        home=scope_of(row, within=scope),
        forms=tuple(dict.fromkeys(forms)),
        mentions=whole(row["mentions"]),
        vector=None if vector is None else vector_of(blob(vector)),
        number=whole(row["seq"]),
    )


def _learned(
    connection: Connection, side: str, other: str, numbers: list[int]
) -> Mapping[int, tuple[str, ...]]:
    """Ids of the rows on the other side of the sources, by number."""
    rows = connection.rows(
        f"SELECT DISTINCT source.{side}, o.seq, o.id FROM records_source source"
        f" JOIN records_{other} o ON o.project = source.project AND o.seq = source.{other}"
        f" WHERE source.project = %s AND source.{side} = ANY(%s::bigint[]) ORDER BY 1, 2",
        (connection.project, numbers),
    )
    found: dict[int, tuple[str, ...]] = {}
    for number, _, id_ in rows:
        found[whole(number)] = (*found.get(whole(number), ()), words(id_))
    return found


class _Owned:
    """What belongs to some memories or to some messages."""

    def __init__(
        self, connection: Connection, rows: Sequence[Fields], owner_of: Callable[[int], int]
    ) -> None:
        self._owner_of = owner_of
        self._ids = {owner_of(whole(row["seq"])): words(row["id"]) for row in rows}
        owners = (connection.project, list(self._ids))
        self._mentions: dict[int, list[tuple[str, float]]] = {}
        for owner, entity, score in connection.rows(
            "SELECT x.owner, e.id, x.score FROM records_mention x"
            " JOIN records_entity e ON e.project = x.project AND e.seq = x.entity"
            " AND e.merged_into IS NULL"
            " WHERE x.project = %s AND x.owner = ANY(%s::bigint[]) ORDER BY x.owner, e.seq",
            owners,
        ):
            mention = (words(entity), real(score))
            self._mentions.setdefault(whole(owner), []).append(mention)
        self._passages: dict[int, list[Passage]] = {}
        for row in connection.fields(
            "SELECT owner, version, start, until, said_from, said_until, recorded_from,"
            " recorded_until, vector, to_jsonb(terms) AS terms FROM records_passage"
            " WHERE project = %s AND owner = ANY(%s::bigint[]) ORDER BY seq",
            owners,
        ):
            owner = whole(row["owner"])
            passage = _passage(row, self._ids[owner], is_message=bool(owner % 2))
            self._passages.setdefault(owner, []).append(passage)

    def mentions(self, row: Fields) -> tuple[tuple[str, float], ...]:
        """Entities that the row mentions."""
        return tuple(self._mentions.get(self._owner_of(whole(row["seq"])), ()))

    def passages(self, row: Fields) -> tuple[Passage, ...]:
        """Passages of the row, as they were put in."""
        return tuple(self._passages.get(self._owner_of(whole(row["seq"])), ()))


def _passage(row: Fields, owner_id: str, *, is_message: bool) -> Passage:
    vector = row["vector"]
    return Passage(
        owner_id=owner_id,
        is_message=is_message,
        version=whole(row["version"]),
        start=whole(row["start"]),
        until=whole(row["until"]),
        said_at=from_micros(row["said_from"]),
        recorded_at=from_micros(row["recorded_from"]),
        terms=tuple(json.loads(words(row["terms"]))),
        vector=None if vector is None else vector_of(blob(vector)),
        said_until=optional_instant(row["said_until"]),
        recorded_until=optional_instant(row["recorded_until"]),
    )
