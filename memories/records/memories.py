"""Memories in Postgres, with their versions, links and history."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from memories.engine.domain import (
    HistoryEntry,
    HistoryEvent,
    Kind,
    Link,
    LinkKind,
    MemoryRecord,
    Place,
    Quote,
    Scope,
    Selection,
    Shelf,
    Version,
)
from memories.engine.storage.rows import (
    memory_of,
    memory_row,
    optional_micros,
    to_micros,
)
from memories.engine.storage.values import SqlValue, blob, real, whole, words
from memories.records.columns import MEMORY
from memories.records.connection import Bound, Connection
from memories.records.database import Database, take_time
from memories.records.filtered import filtered
from memories.records.history import add_version, history, remember, versions
from memories.records.messages import delete_owned
from memories.records.pages import page, shelf, told
from memories.records.visibility import exactly, in_scope, number_of, of_scope

_SOURCE = (
    "INSERT INTO records_source (project, memory, message, start, until)"
    " SELECT m.project, m.seq, message.seq, %s, %s FROM records_memory m JOIN records_message"
    " message ON message.project = m.project AND message.id = %s"
    " WHERE m.project = %s AND m.id = %s ON CONFLICT DO NOTHING"
)


class PostgresMemories:
    """The MemoryStore of one project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, memory: MemoryRecord, *, identity: bytes, quotes: Sequence[Quote], scope: Scope
    ) -> None:
        with self._database.write(scope=scope) as connection:
            columns = _columns(memory, identity)
            seq = connection.insert(
                "records_memory", columns | {"scope": number_of(connection, scope)}
            )
            _prove(connection, memory.id, quotes)
            add_version(connection, seq, memory, said_at=memory.said_at)
            remember(connection, memory.id, HistoryEvent.ADD, memory.recorded_at, new=memory.text)

    def find(self, identity: bytes, *, scope: Scope) -> MemoryRecord | None:
        found = self._select("m.identity = %s", identity, scope=scope)
        return found[0] if found else None

    def with_fingerprint(self, fingerprint: str, *, scope: Scope) -> Sequence[MemoryRecord]:
        return self._select("m.fingerprint = %s", fingerprint, scope=scope)

    def alike(self, memory: MemoryRecord, *, scope: Scope) -> Sequence[MemoryRecord]:
        columns = memory_row(memory)
        dated = columns["dated_gist"] or columns["gist"]
        with self._database.read(scope=scope) as connection:
            number, values = exactly(connection, scope)
            rows = connection.fields(
                f"SELECT {MEMORY} FROM records_memory m WHERE m.project = %s"
                f" AND m.scope = ({number}) AND (m.gist IN (%s, %s) OR m.dated_gist = %s)"
                " AND m.superseded_by IS NULL AND m.merged_into IS NULL ORDER BY m.seq",
                (connection.project, *values, columns["gist"], dated, dated),
            )
        return [memory_of(row, within=scope) for row in rows]

    def get(self, ids: Collection[str], *, scope: Scope) -> Mapping[str, MemoryRecord]:
        found = self._select("m.id = ANY(%s::text[])", list(ids), scope=scope)
        return {memory.id: memory for memory in found}

    def as_told(
        self, ids: Collection[str], *, scope: Scope, selection: Selection
    ) -> Mapping[str, MemoryRecord]:
        with self._database.snapshot(scope=scope) as connection:
            return told(connection, self.get(ids, scope=scope), selection)

    def page(
        self, *, scope: Scope, selection: Selection, after: int, limit: int
    ) -> Mapping[int, MemoryRecord]:
        with self._database.snapshot(scope=scope) as connection:
            return page(connection, scope, selection, after=after, limit=limit)

    def browse(
        self,
        *,
        scope: Scope,
        selection: Selection,
        after: Place | None,
        skip: int,
        limit: int,
        newest_first: bool,
    ) -> Shelf:
        with self._database.snapshot(scope=scope) as connection:
            return shelf(
                connection,
                scope,
                selection,
                after=after,
                skip=skip,
                limit=limit,
                newest_first=newest_first,
            )

    def _select(self, condition: str, value: Bound, *, scope: Scope) -> list[MemoryRecord]:
        with self._database.read(scope=scope) as connection:
            whose, values = in_scope(connection, scope)
            rows = connection.fields(
                f"SELECT {MEMORY} FROM records_memory m WHERE {whose} AND {condition}",
                (*values, value),
            )
        return [memory_of(row, within=scope) for row in rows]

    def reinforce(
        self,
        memory_id: str,
        *,
        quotes: Sequence[Quote],
        expires_at: datetime | None,
        scope: Scope,
    ) -> None:
        with self._database.write(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            # What expires never, as NULL, outlasts any time.
            reinforced = connection.run(
                "UPDATE records_memory m SET reinforcements = m.reinforcements + 1, expires_at ="
                " CASE WHEN m.expires_at < %s::bigint OR %s::bigint IS NULL THEN %s"
                f" ELSE m.expires_at END WHERE {condition} AND m.id = %s",
                (*[optional_micros(expires_at)] * 3, *values, memory_id),
            )
            if reinforced:
                _prove(connection, memory_id, quotes)

    def revise(
        self,
        memory: MemoryRecord,
        *,
        identity: bytes,
        said_at: datetime,
        old_text: str,
        scope: Scope,
    ) -> None:
        columns = _columns(memory, identity)
        with self._database.write(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            seq = connection.number(
                f"SELECT m.seq FROM records_memory m WHERE {condition} AND m.id = %s",
                (*values, memory.id),
            )
            assignments = ", ".join(f'"{column}" = %s' for column in columns)
            connection.run(
                f"UPDATE records_memory SET {assignments} WHERE project = %s AND seq = %s",
                (*columns.values(), connection.project, seq),
            )
            add_version(connection, seq, memory, said_at=said_at)
            remember(
                connection,
                memory.id,
                HistoryEvent.UPDATE,
                memory.updated_at,
                old=old_text,
                new=memory.text,
            )

    def link(self, link: Link, *, at: datetime, said_at: datetime, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            ends = {link.from_id, link.to_id}
            # An extractor may claim a relation to a memory that is not there.
            if not ends <= self.get(ends, scope=scope).keys():
                return
            connection.run(
                "INSERT INTO records_link (project, kind, from_memory, to_memory, score, reason)"
                " SELECT f.project, %s, f.seq, t.seq, %s, %s FROM records_memory f"
                " JOIN records_memory t ON t.project = f.project AND t.id = %s"
                " WHERE f.project = %s AND f.id = %s"
                " ON CONFLICT (project, from_memory, to_memory, kind)"
                " DO UPDATE SET score = excluded.score, reason = excluded.reason",
                (
                    *(link.kind, link.score, link.reason, link.to_id),
                    *(connection.project, link.from_id),
                ),
            )
            _hide(connection, link, at=at, said_at=said_at)

    def links(self, memory_id: str, *, scope: Scope) -> Sequence[Link]:
        with self._database.read(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            rows = connection.rows(
                "SELECT link.kind, m.id, t.id, link.score, link.reason FROM records_link link"
                " JOIN records_memory m ON m.project = link.project AND m.seq = link.from_memory"
                " JOIN records_memory t ON t.project = link.project AND t.seq = link.to_memory"
                f" WHERE {condition} AND link.project = m.project AND (m.id = %s OR t.id = %s)"
                " ORDER BY link.from_memory, link.to_memory, link.kind",
                (*values, memory_id, memory_id),
            )
        return [
            Link(LinkKind(words(kind)), words(from_), words(to), real(score), words(reason))
            for kind, from_, to, score, reason in rows
        ]

    def versions(self, memory_id: str, *, scope: Scope) -> Sequence[Version]:
        with self._database.read(scope=scope) as connection:
            return versions(connection, memory_id, scope)

    def merged_into(self, memory_id: str, *, scope: Scope) -> Sequence[str]:
        return [memory.id for memory in self._select("m.merged_into = %s", memory_id, scope=scope)]

    def history(self, memory_id: str, *, scope: Scope) -> Sequence[HistoryEntry]:
        with self._database.read(scope=scope) as connection:
            return history(connection, memory_id)

    def quoted_spans(self, message_id: str, *, scope: Scope) -> Mapping[str, list[tuple[int, int]]]:
        with self._database.read(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            rows = connection.rows(
                "SELECT m.id, source.start, source.until FROM records_message message"
                " JOIN records_source source"
                " ON source.project = message.project AND source.message = message.seq"
                " JOIN records_memory m"
                " ON m.project = source.project AND m.seq = source.memory"
                f" WHERE {condition} AND message.project = m.project AND message.id = %s"
                " ORDER BY m.seq, source.start",
                (*values, message_id),
            )
        spans: dict[str, list[tuple[int, int]]] = {}
        for id_, start, until in rows:
            spans.setdefault(words(id_), []).append((whole(start), whole(until)))
        return spans

    def summaries_of(self, message_ids: Collection[str], *, scope: Scope) -> Sequence[str]:
        with self._database.read(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            rows = connection.rows(
                "SELECT DISTINCT m.id FROM records_message message"
                " JOIN records_source source"
                " ON source.project = message.project AND source.message = message.seq"
                " JOIN records_memory m"
                " ON m.project = source.project AND m.seq = source.memory"
                f" WHERE {condition} AND message.project = m.project"
                " AND message.id = ANY(%s::text[]) AND m.kind = %s",
                (*values, list(message_ids), Kind.PROCEDURE),
            )
        return [words(id_) for (id_,) in rows]

    def delete(self, ids: Collection[str], *, at: datetime, scope: Scope) -> int:
        with self._database.write(scope=scope) as connection:
            condition, values = in_scope(connection, scope)
            rows = connection.rows(
                "SELECT m.seq, m.id FROM records_memory m"
                f" WHERE {condition} AND m.id = ANY(%s::text[])",
                (*values, list(ids)),
            )
            _delete(connection, {whole(seq): words(id_) for seq, id_ in rows}, at)
        return len(rows)

    def not_said_since(self, instant: datetime, *, scope: Scope, limit: int) -> Sequence[str]:
        at = to_micros(instant)
        with self._database.read(scope=scope) as connection:
            condition, values = of_scope(connection, scope)
            rows = connection.rows(
                f"SELECT m.id FROM records_memory m WHERE {condition}"
                " AND m.recorded_at < %s AND m.updated_at < %s"
                " AND NOT EXISTS (SELECT 1 FROM records_source source"
                " JOIN records_message said ON said.project = source.project"
                " AND said.seq = source.message AND said.recorded_at >= %s"
                " WHERE source.project = m.project AND source.memory = m.seq)"
                " AND NOT EXISTS (SELECT 1 FROM records_memory repeat"
                " WHERE repeat.project = m.project AND repeat.merged_into = m.id"
                " AND repeat.recorded_at >= %s) ORDER BY m.recorded_at, m.seq LIMIT %s",
                (*values, at, at, at, at, limit),
            )
        return [words(id_) for (id_,) in rows]

    def forget(self, digests: Collection[bytes], *, scope: Scope) -> None:
        with self._database.write(scope=scope) as connection:
            connection.run(
                "INSERT INTO records_forgotten (project, digest)"
                " SELECT %s, unnest(%s::bytea[]) ON CONFLICT DO NOTHING",
                (connection.project, list(digests)),
            )

    def is_forgotten(self, digest: bytes, *, scope: Scope) -> bool:
        with self._database.read(scope=scope) as connection:
            return bool(
                connection.rows(
                    "SELECT 1 FROM records_forgotten WHERE project = %s AND digest = %s",
                    (connection.project, digest),
                )
            )

    def forgetting_key(self, *, scope: Scope) -> bytes:
        with self._database.read(scope=scope) as connection:
            return forgetting_key(connection)


def forgetting_key(connection: Connection) -> bytes:
    """The project's secret for the digests of forgotten facts."""
    ((key,),) = connection.rows(
        "SELECT forgetting_key FROM records_project WHERE number = %s", (connection.project,)
    )
    return blob(key)


def _columns(memory: MemoryRecord, identity: bytes) -> dict[str, SqlValue]:
    columns = memory_row(memory)
    return columns | {"identity": identity, "filtered": filtered(columns)}


def _prove(connection: Connection, memory_id: str, quotes: Sequence[Quote]) -> None:
    for quote in quotes:
        connection.run(
            _SOURCE, (quote.start, quote.end, quote.message_id, connection.project, memory_id)
        )


def _hide(connection: Connection, link: Link, *, at: datetime, said_at: datetime) -> None:
    """Mark the memory that a superseding or merging link hides."""
    if link.kind is LinkKind.SUPERSEDES:
        connection.run(
            "UPDATE records_memory SET superseded_by = %s, superseded_at = %s"
            " WHERE project = %s AND id = %s",
            (link.from_id, to_micros(said_at), connection.project, link.to_id),
        )
        remember(connection, link.to_id, HistoryEvent.SUPERSEDE, at, reason=link.from_id)
    elif link.kind is LinkKind.MERGED_INTO:
        connection.run(
            "UPDATE records_memory SET merged_into = %s WHERE project = %s AND id = %s",
            (link.to_id, connection.project, link.from_id),
        )
        remember(connection, link.from_id, HistoryEvent.MERGE, at, reason=link.to_id)


def _delete(connection: Connection, memories: Mapping[int, str], at: datetime) -> None:
    """Delete memories, by number and id, and what hides behind them."""
    project, numbers, ids = connection.project, list(memories), list(memories.values())
    take_time(connection)
    delete_owned(connection, "SELECT unnest(%s::bigint[]) * 2", [numbers])
    connection.run(
        "UPDATE records_history SET old_text = NULL, new_text = NULL"
        " WHERE project = %s AND memory_id = ANY(%s::text[])",
        (project, ids),
    )
    connection.run(
        "INSERT INTO records_history (project, memory_id, event, at)"
        " SELECT %s, unnest(%s::text[]), %s, %s",
        (project, ids, HistoryEvent.DELETE, to_micros(at)),
    )
    connection.run(
        "UPDATE records_memory SET superseded_by = NULL, superseded_at = NULL"
        " WHERE project = %s AND superseded_by = ANY(%s::text[])",
        (project, ids),
    )
    connection.run(
        "UPDATE records_memory SET merged_into = NULL"
        " WHERE project = %s AND merged_into = ANY(%s::text[])",
        (project, ids),
    )
    connection.run(
        "DELETE FROM records_memory WHERE project = %s AND seq = ANY(%s::bigint[])",
        (project, numbers),
    )
