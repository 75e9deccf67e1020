"""A project's tables in Postgres, for a transfer out of them or into them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.db import DataError, IntegrityError, ProgrammingError

from memories.engine.domain import Scope
from memories.engine.storage.gists import gist_columns
from memories.engine.storage.names import name_columns
from memories.engine.storage.originals import ORIGINAL_COLUMNS
from memories.engine.storage.transfer import KINDS
from memories.engine.storage.values import Fields, SqlValue, whole, words
from memories.records.connection import Bound, Connection
from memories.records.entities import note_short_forms
from memories.records.filtered import filtered
from memories.records.memories import forgetting_key
from memories.records.merges import hand_over_merged
from memories.records.visibility import number_of


@dataclass(frozen=True, slots=True)
class _Kind:
    """How rows of one kind are read and put back.

    Attributes:
        select: gives the columns of a line, of a project.
        insert: puts a line back, by the names of its columns; a row that is here stays.
    """

    select: str
    insert: str


def _kind_of(table: str, kind: str, *more: str) -> _Kind:
    """Rows that are one table's, with columns that no line has."""
    names = ", ".join(f'"{name}"' for name in (*KINDS[kind], *more))
    values = ", ".join(f"%({name})s" for name in ("project", *KINDS[kind], *more))
    read = ", ".join(f"m.{name}" for name in KINDS[kind])
    return _Kind(
        f"SELECT {read} FROM {table} m WHERE m.project = %s ORDER BY m.seq",
        f"INSERT INTO {table} (project, {names}) VALUES ({values}) ON CONFLICT DO NOTHING",
    )


def _seq(table: str, name: str) -> str:
    """The number of the row that a line points at; NULL, which no column takes, for none."""
    return f"(SELECT seq FROM {table} WHERE project = %(project)s AND id = %({name})s)"


_ORIGIN_ID: Final = (
    "(SELECT origin.id FROM records_entity origin"
    " WHERE origin.project = x.project AND origin.seq = x.came_from)"
)
_OWNER_ID: Final = (
    "coalesce((SELECT memory.id FROM records_memory memory WHERE memory.project = x.project"
    " AND memory.seq = x.owner / 2 AND x.owner & 1 = 0),"
    " (SELECT message.id FROM records_message message WHERE message.project = x.project"
    " AND message.seq = x.owner / 2 AND x.owner & 1 = 1))"
)
_KINDS: Final[Mapping[str, _Kind]] = {
    "message": _kind_of("records_message", "message", "scope"),
    "memory": _kind_of("records_memory", "memory", "scope", "gist", "dated_gist", "filtered"),
    "original": _Kind(
        "SELECT message.id AS message_id, x.part, x.media_type, x.size, x.digest, x.stretches,"
        " x.read_by, x.content FROM records_original x JOIN records_message message"
        " ON message.project = x.project AND message.seq = x.message"
        " WHERE x.project = %s ORDER BY x.message, x.part",
        f"INSERT INTO records_original (project, message, {ORIGINAL_COLUMNS}, content)"
        f" VALUES (%(project)s, {_seq('records_message', 'message_id')}, %(part)s, %(media_type)s,"
        " %(size)s, %(digest)s, %(stretches)s, %(read_by)s, %(content)s) ON CONFLICT DO NOTHING",
    ),
    "version": _Kind(
        "SELECT memory.id AS memory_id, x.version, x.text, x.said_at, x.recorded_at"
        " FROM records_version x JOIN records_memory memory"
        " ON memory.project = x.project AND memory.seq = x.memory"
        " WHERE x.project = %s ORDER BY x.memory, x.version",
        "INSERT INTO records_version (project, memory, version, text, said_at, recorded_at)"
        f" VALUES (%(project)s, {_seq('records_memory', 'memory_id')}, %(version)s, %(text)s,"
        " %(said_at)s, %(recorded_at)s) ON CONFLICT DO NOTHING",
    ),
    "source": _Kind(
        "SELECT memory.id AS memory_id, message.id AS message_id, x.start, x.until"
        " FROM records_source x JOIN records_memory memory"
        " ON memory.project = x.project AND memory.seq = x.memory JOIN records_message message"
        " ON message.project = x.project AND message.seq = x.message"
        " WHERE x.project = %s ORDER BY x.memory, x.message, x.start",
        "INSERT INTO records_source (project, memory, message, start, until) VALUES (%(project)s,"
        f" {_seq('records_memory', 'memory_id')}, {_seq('records_message', 'message_id')},"
        " %(start)s, %(until)s) ON CONFLICT DO NOTHING",
    ),
    "entity": _Kind(
        "SELECT x.id, m.user, m.agent, m.app, m.run, x.name, x.type FROM records_entity x"
        " JOIN records_scope m ON m.project = x.project AND m.seq = x.home"
        " WHERE x.project = %s ORDER BY x.seq",
        "INSERT INTO records_entity (project, id, home, name, type, opening)"
        " VALUES (%(project)s, %(id)s, %(scope)s, %(name)s, %(type)s, %(opening)s)"
        " ON CONFLICT DO NOTHING",
    ),
    "entity_merge": _Kind(
        "SELECT this.id AS entity_id, other.id AS into_id, this.merge_score AS score,"
        " this.merge_reason AS reason, this.merged_at AS at FROM records_entity this"
        " JOIN records_entity other ON other.project = this.project"
        " AND other.seq = this.merged_into WHERE this.project = %s ORDER BY this.seq",
        f"UPDATE records_entity SET merged_into = {_seq('records_entity', 'into_id')},"
        " merge_score = %(score)s, merge_reason = %(reason)s, merged_at = %(at)s"
        " WHERE project = %(project)s AND id = %(entity_id)s AND merged_into IS NULL AND EXISTS"
        " (SELECT 1 FROM records_entity other WHERE other.project = %(project)s"
        " AND other.id = %(into_id)s AND other.merged_into IS NULL)",
    ),
    "kept_apart": _Kind(
        "SELECT this.id AS one_id, that.id AS other_id FROM records_kept_apart x"
        " JOIN records_entity this ON this.project = x.project AND this.seq = x.one"
        " JOIN records_entity that ON that.project = x.project AND that.seq = x.other"
        " WHERE x.project = %s ORDER BY x.one, x.other",
        "INSERT INTO records_kept_apart (project, one, other)"
        " SELECT %(project)s, min(seq), max(seq) FROM records_entity WHERE project = %(project)s"
        " AND id IN (%(one_id)s, %(other_id)s) HAVING count(*) = 2 ON CONFLICT DO NOTHING",
    ),
    "alias": _Kind(
        f"SELECT e.id AS entity_id, x.form, x.surface, {_ORIGIN_ID} AS came_from_id"
        " FROM records_alias x JOIN records_entity e"
        " ON e.project = x.project AND e.seq = x.entity"
        " WHERE x.project = %s ORDER BY x.entity, x.form",
        "INSERT INTO records_alias (project, home, form, entity, surface, came_from)"
        " VALUES (%(project)s,"
        " (SELECT home FROM records_entity WHERE project = %(project)s AND id = %(entity_id)s),"
        f" %(form)s, {_seq('records_entity', 'entity_id')}, %(surface)s,"
        f" {_seq('records_entity', 'came_from_id')}) ON CONFLICT DO NOTHING",
    ),
    "mention": _Kind(
        f"SELECT e.id AS entity_id, {_OWNER_ID} AS owner_id, x.surface, x.score, x.reason,"
        f" {_ORIGIN_ID} AS came_from_id FROM records_mention x JOIN records_entity e"
        " ON e.project = x.project AND e.seq = x.entity"
        " WHERE x.project = %s ORDER BY x.entity, x.owner & 1, x.owner",
        "INSERT INTO records_mention (project, entity, owner, surface, score, reason, came_from)"
        f" VALUES (%(project)s, {_seq('records_entity', 'entity_id')},"
        f" coalesce({_seq('records_memory', 'owner_id')} * 2,"
        f" {_seq('records_message', 'owner_id')} * 2 + 1), %(surface)s, %(score)s, %(reason)s,"
        f" {_seq('records_entity', 'came_from_id')}) ON CONFLICT DO NOTHING",
    ),
    "link": _Kind(
        "SELECT x.kind, f.id AS from_id, t.id AS to_id, x.score, x.reason FROM records_link x"
        " JOIN records_memory f ON f.project = x.project AND f.seq = x.from_memory"
        " JOIN records_memory t ON t.project = x.project AND t.seq = x.to_memory"
        " WHERE x.project = %s ORDER BY x.from_memory, x.to_memory, x.kind",
        "INSERT INTO records_link (project, kind, from_memory, to_memory, score, reason)"
        f" VALUES (%(project)s, %(kind)s, {_seq('records_memory', 'from_id')},"
        f" {_seq('records_memory', 'to_id')}, %(score)s, %(reason)s) ON CONFLICT DO NOTHING",
    ),
    "history": _Kind(
        "SELECT m.memory_id, m.event, m.at, m.old_text, m.new_text, m.reason"
        " FROM records_history m WHERE m.project = %s ORDER BY m.seq",
        "INSERT INTO records_history (project, memory_id, event, at, old_text, new_text, reason)"
        " SELECT %(project)s, %(memory_id)s, %(event)s, %(at)s::bigint, %(old_text)s, %(new_text)s,"
        " %(reason)s WHERE NOT EXISTS (SELECT 1 FROM records_history"
        " WHERE project = %(project)s AND memory_id = %(memory_id)s AND event = %(event)s"
        " AND at = %(at)s AND reason IS NOT DISTINCT FROM %(reason)s"
        " AND (old_text IS NOT DISTINCT FROM %(old_text)s"
        " AND new_text IS NOT DISTINCT FROM %(new_text)s"
        # Here the memory was deleted since, and its words with it.
        " OR old_text IS NULL AND new_text IS NULL))",
    ),
    "forgotten": _Kind(
        "SELECT digest FROM records_forgotten WHERE project = %s ORDER BY digest",
        "INSERT INTO records_forgotten (project, digest) VALUES (%(project)s, %(digest)s)"
        " ON CONFLICT DO NOTHING",
    ),
}
# Rows that are known by their identity.
_IDENTIFIED: Final[Mapping[str, str]] = {"message": "records_message", "memory": "records_memory"}


class PostgresTables:
    """The Tables of one project."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rows(self, kind: str) -> Iterator[Fields]:
        return self._connection.stream(_KINDS[kind].select, (self._connection.project,))

    def forgetting_key(self) -> bytes:
        return forgetting_key(self._connection)

    def adopt_forgetting_key(self, key: bytes) -> None:
        self._connection.run(
            "UPDATE records_project SET forgetting_key = %s WHERE number = %s"
            " AND NOT EXISTS (SELECT 1 FROM records_message WHERE project = number)",
            (key, self._connection.project),
        )

    def insert(self, kind: str, values: Mapping[str, SqlValue], *, whose: Scope) -> int:
        given: dict[str, Bound] = {
            "project": self._connection.project,
            **values,
            **_derived(kind, values),
        }
        if kind in {"message", "memory", "entity"}:
            given["scope"] = number_of(self._connection, whose)
        try:
            return self._connection.run_named(_KINDS[kind].insert, given)
        except (DataError, IntegrityError, ProgrammingError) as error:
            # Its own words may hold contents.
            raise ValueError(type(error.__cause__).__name__) from None

    def next_position(self, session: SqlValue) -> int:
        return self._connection.number(
            "SELECT coalesce(max(position) + 1, 0) FROM records_message"
            " WHERE project = %s AND session = %s",
            (self._connection.project, session),
        )

    def stored(self, kind: str, identity: SqlValue, id_: SqlValue) -> Fields:
        (row,) = self._connection.fields(
            f"SELECT * FROM {_IDENTIFIED[kind]} WHERE project = %s AND (identity = %s OR id = %s)"
            " ORDER BY id = %s DESC LIMIT 1",
            (self._connection.project, identity, id_, id_),
        )
        return row

    def finish(self, known_as: Mapping[str, str]) -> None:
        for (seq,) in self._connection.rows(
            "SELECT seq FROM records_entity e WHERE e.project = %s AND NOT EXISTS (SELECT 1"
            " FROM records_short_form x WHERE x.project = e.project AND x.entity = e.seq)",
            (self._connection.project,),
        ):
            note_short_forms(self._connection, whole(seq))
        hand_over_merged(self._connection)
        for column in ("superseded_by", "merged_into"):
            for id_, known in known_as.items():
                self._connection.run(
                    f"UPDATE records_memory SET {column} = %s WHERE project = %s AND {column} = %s",
                    (known, self._connection.project, id_),
                )
        for id_, known in known_as.items():
            listed = json.dumps(id_, ensure_ascii=False)
            self._connection.run(
                "UPDATE records_memory SET derived_from = replace(derived_from, %s, %s)"
                " WHERE project = %s AND strpos(derived_from, %s) > 0",
                (
                    *(listed, json.dumps(known, ensure_ascii=False)),
                    *(self._connection.project, listed),
                ),
            )


def _derived(kind: str, values: Mapping[str, SqlValue]) -> Mapping[str, SqlValue]:
    """Columns by which a row is found, and which no line has."""
    if kind == "memory":
        gists = gist_columns(
            words(values["text"]),
            words(values["attributed_to"]),
            values["occurred_from"],
            values["occurred_until"],
        )
        return {**gists, "filtered": filtered(values)}
    if kind == "entity":
        return name_columns(words(values["name"]), words(values["type"]))
    return {}
