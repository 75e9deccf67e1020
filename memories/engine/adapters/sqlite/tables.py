"""The tables of a file, for a transfer out of it or into it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import apsw

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.adapters.sqlite.entities import note_names
from memories.engine.adapters.sqlite.gists import note_gists
from memories.engine.adapters.sqlite.merges import hand_over_merged
from memories.engine.adapters.sqlite.scopes import number_of
from memories.engine.domain import Scope
from memories.engine.storage.originals import ORIGINAL_COLUMNS
from memories.engine.storage.rows import MEMORY_COLUMNS
from memories.engine.storage.values import Fields, SqlValue, blob

# What the file refuses that is no row of an export.
_UNFIT: Final = (apsw.ConstraintError, apsw.MismatchError, apsw.TooBigError)
# Rows that are known by their identity.
_IDENTIFIED: Final[Mapping[str, str]] = {"message": "messages", "memory": "memories"}


@dataclass(frozen=True, slots=True)
class _Kind:
    """How rows of one kind are read and put back.

    Attributes:
        select: gives the columns of a line.
        insert: puts a line back, by the names of its columns; a row that is here stays.
        scoped: the row carries the number of its scope.
    """

    select: str
    insert: str
    scoped: bool = False


def _insert(table: str, columns: str, *, scope_column: str) -> str:
    names = columns.split(", ")
    values = ", ".join(f":{name}" for name in names)
    return (
        f"INSERT INTO {table} ({columns}, {scope_column}) VALUES ({values}, :scope_seq)"
        " ON CONFLICT DO NOTHING"
    )


def _seq(table: str, name: str) -> str:
    """The number of the row that a line points at; NULL, which no column takes, for none."""
    return f"(SELECT seq FROM {table} WHERE id = :{name})"


_MESSAGES: Final = (
    "id, identity, user, agent, app, run, role, speaker, name, client_id, text, metadata, session,"
    " position, said_at, said_offset, recorded_at, expires_at"
)
_MEMORIES: Final = f"identity, superseded_at, {MEMORY_COLUMNS}"
_OWNER_ID: Final = (
    "coalesce((SELECT id FROM memories WHERE owner % 2 = 0 AND seq = owner / 2),"
    " (SELECT id FROM messages WHERE owner % 2 = 1 AND seq = owner / 2))"
)
_ORIGIN_ID: Final = "(SELECT origin.id FROM entities origin WHERE origin.seq = came_from)"
_HOME: Final = "home.user, home.agent, home.app, home.run"

# In this order, each kind after those it points to.
_KINDS: Final[Mapping[str, _Kind]] = {
    "message": _Kind(
        f"SELECT {_MESSAGES} FROM messages ORDER BY seq",
        _insert("messages", _MESSAGES, scope_column="scope"),
        scoped=True,
    ),
    "memory": _Kind(
        f"SELECT {_MEMORIES} FROM memories ORDER BY seq",
        _insert("memories", _MEMORIES, scope_column="scope"),
        scoped=True,
    ),
    "original": _Kind(
        f"SELECT id AS message_id, {ORIGINAL_COLUMNS}, content FROM originals"
        " JOIN messages ON seq = message ORDER BY seq, part",
        f"INSERT INTO originals (message, {ORIGINAL_COLUMNS}, content) VALUES"
        f" ({_seq('messages', 'message_id')}, :part, :media_type, :size, :digest, :stretches,"
        " :read_by, :content) ON CONFLICT DO NOTHING",
    ),
    "version": _Kind(
        "SELECT id AS memory_id, versions.version, versions.text, versions.said_at,"
        " versions.recorded_at FROM versions JOIN memories ON seq = memory ORDER BY seq, 2",
        "INSERT INTO versions (memory, version, text, said_at, recorded_at)"
        f" VALUES ({_seq('memories', 'memory_id')}, :version, :text, :said_at, :recorded_at)"
        " ON CONFLICT DO NOTHING",
    ),
    "source": _Kind(
        "SELECT memories.id AS memory_id, messages.id AS message_id, start, until FROM sources"
        " JOIN memories ON memories.seq = memory JOIN messages ON messages.seq = message"
        " ORDER BY memories.seq, messages.seq, start",
        "INSERT INTO sources (memory, message, start, until) VALUES"
        f" ({_seq('memories', 'memory_id')}, {_seq('messages', 'message_id')}, :start, :until)"
        " ON CONFLICT DO NOTHING",
    ),
    "entity": _Kind(
        f"SELECT id, {_HOME}, name, type FROM entities JOIN scopes home ON home.seq = home"
        " ORDER BY entities.seq",
        "INSERT INTO entities (id, home, name, type) VALUES (:id, :scope_seq, :name, :type)"
        " ON CONFLICT DO NOTHING",
        scoped=True,
    ),
    "entity_merge": _Kind(
        "SELECT this.id AS entity_id, other.id AS into_id, this.merge_score AS score,"
        " this.merge_reason AS reason, this.merged_at AS at FROM entities this"
        " JOIN entities other ON other.seq = this.merged_into ORDER BY this.seq",
        f"UPDATE entities SET merged_into = {_seq('entities', 'into_id')}, merge_score = :score,"
        " merge_reason = :reason, merged_at = :at"
        " WHERE id = :entity_id AND merged_into IS NULL AND EXISTS"
        " (SELECT 1 FROM entities other WHERE other.id = :into_id AND other.merged_into IS NULL)",
    ),
    "kept_apart": _Kind(
        "SELECT this.id AS one_id, that.id AS other_id FROM kept_apart"
        " JOIN entities this ON this.seq = one JOIN entities that ON that.seq = other"
        " ORDER BY one, other",
        "INSERT INTO kept_apart (one, other) SELECT min(seq), max(seq) FROM entities"
        " WHERE id IN (:one_id, :other_id) HAVING count(*) = 2 ON CONFLICT DO NOTHING",
    ),
    "alias": _Kind(
        f"SELECT id AS entity_id, form, surface, {_ORIGIN_ID} AS came_from_id FROM aliases"
        " JOIN entities ON seq = entity ORDER BY seq, form",
        "INSERT INTO aliases (home, form, entity, surface, came_from)"
        " VALUES ((SELECT home FROM entities WHERE id = :entity_id), :form,"
        f" {_seq('entities', 'entity_id')}, :surface, {_seq('entities', 'came_from_id')})"
        " ON CONFLICT DO NOTHING",
    ),
    "mention": _Kind(
        f"SELECT id AS entity_id, {_OWNER_ID} AS owner_id, surface, score, reason,"
        f" {_ORIGIN_ID} AS came_from_id FROM mentions"
        " JOIN entities ON seq = entity ORDER BY seq, owner % 2, owner",
        "INSERT INTO mentions (entity, owner, surface, score, reason, came_from)"
        f" VALUES ({_seq('entities', 'entity_id')},"
        f" coalesce({_seq('memories', 'owner_id')} * 2, {_seq('messages', 'owner_id')} * 2 + 1),"
        f" :surface, :score, :reason, {_seq('entities', 'came_from_id')}) ON CONFLICT DO NOTHING",
    ),
    "link": _Kind(
        "SELECT links.kind, f.id AS from_id, t.id AS to_id, score, reason FROM links"
        " JOIN memories f ON f.seq = from_memory JOIN memories t ON t.seq = to_memory"
        " ORDER BY f.seq, t.seq, links.kind",
        "INSERT INTO links (kind, from_memory, to_memory, score, reason) VALUES (:kind,"
        f" {_seq('memories', 'from_id')}, {_seq('memories', 'to_id')}, :score, :reason)"
        " ON CONFLICT DO NOTHING",
    ),
    "history": _Kind(
        "SELECT memory_id, event, at, old_text, new_text, reason FROM history ORDER BY seq",
        "INSERT INTO history (memory_id, event, at, old_text, new_text, reason)"
        " SELECT :memory_id, :event, :at, :old_text, :new_text, :reason WHERE NOT EXISTS ("
        " SELECT 1 FROM history WHERE memory_id = :memory_id AND event = :event AND at = :at"
        " AND reason IS :reason AND (old_text IS :old_text AND new_text IS :new_text"
        # Here the memory was deleted since, and its words with it.
        " OR old_text IS NULL AND new_text IS NULL))",
    ),
    "forgotten": _Kind(
        "SELECT digest FROM forgotten ORDER BY digest",
        "INSERT INTO forgotten (digest) VALUES (:digest) ON CONFLICT DO NOTHING",
    ),
}


class SqliteTables:
    """The Tables of one file."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, kind: str) -> Iterator[Fields]:
        return self._connection.stream_fields(_KINDS[kind].select)

    def forgetting_key(self) -> bytes:
        ((key,),) = self._connection.rows("SELECT value FROM meta WHERE key = 'forgetting_key'")
        return blob(key)

    def adopt_forgetting_key(self, key: bytes) -> None:
        if self._connection.number("SELECT count(*) FROM messages") == 0:
            self._connection.run("UPDATE meta SET value = ? WHERE key = 'forgetting_key'", (key,))

    def insert(self, kind: str, values: Mapping[str, SqlValue], *, whose: Scope) -> int:
        how = _KINDS[kind]
        scoped = {"scope_seq": number_of(self._connection, whose)} if how.scoped else {}
        try:
            return self._connection.run_named(how.insert, {**values, **scoped})
        except _UNFIT as error:
            raise ValueError(str(error)) from error

    def next_position(self, session: SqlValue) -> int:
        return self._connection.number(
            "SELECT coalesce(max(position) + 1, 0) FROM messages WHERE session = ?", (session,)
        )

    def stored(self, kind: str, identity: SqlValue, id_: SqlValue) -> Fields:
        (row,) = self._connection.fields(
            f"SELECT * FROM {_IDENTIFIED[kind]} WHERE identity = ? OR id = ?"
            " ORDER BY id = ? DESC LIMIT 1",
            (identity, id_, id_),
        )
        return row

    def finish(self, known_as: Mapping[str, str]) -> None:
        note_names(self._connection)
        hand_over_merged(self._connection)
        note_gists(self._connection)
        for column in ("superseded_by", "merged_into"):
            for id_, known in known_as.items():
                self._connection.run(
                    f"UPDATE memories SET {column} = ? WHERE {column} = ?", (known, id_)
                )
        for id_, known in known_as.items():
            listed = json.dumps(id_, ensure_ascii=False)
            self._connection.run(
                "UPDATE memories SET derived_from = replace(derived_from, ?, ?)"
                " WHERE instr(derived_from, ?) > 0",
                (listed, json.dumps(known, ensure_ascii=False), listed),
            )
