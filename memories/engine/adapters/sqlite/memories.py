"""Memories in the file, with their versions, links and history."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.gists import with_gists
from memories.engine.adapters.sqlite.messages import delete_owned
from memories.engine.adapters.sqlite.pages import page, shelf, told
from memories.engine.adapters.sqlite.scopes import number_of
from memories.engine.adapters.sqlite.visibility import in_scope
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
    MEMORY_COLUMNS,
    from_micros,
    memory_of,
    memory_row,
    optional_micros,
    to_micros,
)
from memories.engine.storage.values import SqlValue, blob, optional_words, real, whole, words


class SqliteMemories:
    """The MemoryStore of one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, memory: MemoryRecord, *, identity: bytes, quotes: Sequence[Quote], scope: Scope
    ) -> None:
        with self._database.write() as connection:
            columns = memory_row(memory)
            columns |= {"identity": identity, "scope": number_of(connection, scope)}
            seq = connection.insert(
                f"INSERT INTO memories ({', '.join(columns)})"
                f" VALUES ({', '.join('?' * len(columns))})",
                columns.values(),
            )
            for quote in quotes:
                connection.run(
                    "INSERT OR IGNORE INTO sources (memory, message, start, until)"
                    " SELECT ?, seq, ?, ? FROM messages WHERE id = ?",
                    (seq, quote.start, quote.end, quote.message_id),
                )
            _add_version(connection, seq, memory, said_at=memory.said_at)
            _remember(connection, memory.id, HistoryEvent.ADD, memory.recorded_at, new=memory.text)

    def find(self, identity: bytes, *, scope: Scope) -> MemoryRecord | None:
        found = self._select("m.identity = ?", [identity], scope=scope)
        return found[0] if found else None

    def with_fingerprint(self, fingerprint: str, *, scope: Scope) -> Sequence[MemoryRecord]:
        return self._select("m.fingerprint = ?", [fingerprint], scope=scope)

    def alike(self, memory: MemoryRecord, *, scope: Scope) -> Sequence[MemoryRecord]:
        with self._database.read() as connection:
            rows = with_gists(connection, memory, scope)
        return [memory_of(row, within=scope) for row in rows]

    def get(self, ids: Collection[str], *, scope: Scope) -> Mapping[str, MemoryRecord]:
        found = self._select(
            "m.id IN (SELECT value FROM json_each(?))", [json.dumps(list(ids))], scope=scope
        )
        return {memory.id: memory for memory in found}

    def as_told(
        self, ids: Collection[str], *, scope: Scope, selection: Selection
    ) -> Mapping[str, MemoryRecord]:
        with self._database.read() as connection:
            return told(connection, self.get(ids, scope=scope), selection)

    def page(
        self, *, scope: Scope, selection: Selection, after: int, limit: int
    ) -> Mapping[int, MemoryRecord]:
        with self._database.read() as connection:
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
        with self._database.read() as connection:
            return shelf(
                connection,
                scope,
                selection,
                after=after,
                skip=skip,
                limit=limit,
                newest_first=newest_first,
            )

    def _select(
        self, condition: str, values: Sequence[SqlValue], *, scope: Scope
    ) -> list[MemoryRecord]:
        scope_condition, scope_values = in_scope(scope)
        with self._database.read() as connection:
            rows = connection.fields(
                f"SELECT {MEMORY_COLUMNS} FROM memories m WHERE {condition} AND {scope_condition}",
                (*values, *scope_values),
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
        condition, values = in_scope(scope)
        with self._database.write() as connection:
            # SQLite's max() of several values is NULL if one of them is: never outlasts any time.
            reinforced = connection.run(
                "UPDATE memories AS m SET reinforcements = reinforcements + 1,"
                f" expires_at = max(expires_at, ?) WHERE id = ? AND {condition}",
                (optional_micros(expires_at), memory_id, *values),
            )
            if not reinforced:
                return
            for quote in quotes:
                connection.run(
                    "INSERT OR IGNORE INTO sources (memory, message, start, until)"
                    " SELECT memories.seq, messages.seq, ?, ? FROM memories, messages"
                    " WHERE memories.id = ? AND messages.id = ?",
                    (quote.start, quote.end, memory_id, quote.message_id),
                )

    def revise(
        self,
        memory: MemoryRecord,
        *,
        identity: bytes,
        said_at: datetime,
        old_text: str,
        scope: Scope,
    ) -> None:
        condition, values = in_scope(scope)
        columns = memory_row(memory) | {"identity": identity}
        with self._database.write() as connection:
            seq = connection.number(
                f"SELECT seq FROM memories m WHERE id = ? AND {condition}", (memory.id, *values)
            )
            connection.run(
                f"UPDATE memories SET {', '.join(f'{column} = ?' for column in columns)}"
                " WHERE seq = ?",
                (*columns.values(), seq),
            )
            _add_version(connection, seq, memory, said_at=said_at)
            _remember(
                connection,
                memory.id,
                HistoryEvent.UPDATE,
                memory.updated_at,
                old=old_text,
                new=memory.text,
            )

    def link(self, link: Link, *, at: datetime, said_at: datetime, scope: Scope) -> None:
        with self._database.write() as connection:
            # An extractor may claim a relation to a memory that is not there.
            if (
                not {link.from_id, link.to_id}
                <= self.get([link.from_id, link.to_id], scope=scope).keys()
            ):
                return
            connection.run(
                "INSERT OR REPLACE INTO links (kind, from_memory, to_memory, score, reason)"
                " SELECT ?, f.seq, t.seq, ?, ? FROM memories f, memories t"
                " WHERE f.id = ? AND t.id = ?",
                (link.kind, link.score, link.reason, link.from_id, link.to_id),
            )
            if link.kind is LinkKind.SUPERSEDES:
                connection.run(
                    "UPDATE memories SET superseded_by = ?, superseded_at = ? WHERE id = ?",
                    (link.from_id, to_micros(said_at), link.to_id),
                )
                _remember(connection, link.to_id, HistoryEvent.SUPERSEDE, at, reason=link.from_id)
            elif link.kind is LinkKind.MERGED_INTO:
                connection.run(
                    "UPDATE memories SET merged_into = ? WHERE id = ?", (link.to_id, link.from_id)
                )
                _remember(connection, link.from_id, HistoryEvent.MERGE, at, reason=link.to_id)

    def links(self, memory_id: str, *, scope: Scope) -> Sequence[Link]:
        condition, values = in_scope(scope)
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT links.kind, m.id, t.id, links.score, links.reason FROM links"
                " JOIN memories m ON m.seq = from_memory JOIN memories t ON t.seq = to_memory"
                f" WHERE (m.id = ? OR t.id = ?) AND {condition}",
                (memory_id, memory_id, *values),
            )
        return [
            Link(LinkKind(words(kind)), words(from_), words(to), real(score), words(reason))
            for kind, from_, to, score, reason in rows
        ]

    def versions(self, memory_id: str, *, scope: Scope) -> Sequence[Version]:
        condition, values = in_scope(scope)
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT versions.version, versions.text, versions.said_at, versions.recorded_at"
                " FROM versions JOIN memories m ON m.seq = versions.memory"
                f" WHERE m.id = ? AND {condition} ORDER BY versions.version",
                (memory_id, *values),
            )
        return [
            Version(whole(number), words(text), from_micros(said), from_micros(recorded))
            for number, text, said, recorded in rows
        ]

    def merged_into(self, memory_id: str, *, scope: Scope) -> Sequence[str]:
        return [memory.id for memory in self._select("m.merged_into = ?", [memory_id], scope=scope)]

    def history(self, memory_id: str, *, scope: Scope) -> Sequence[HistoryEntry]:
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT memory_id, event, at, old_text, new_text, reason FROM history"
                " WHERE memory_id IN (SELECT value FROM json_each(?)) ORDER BY seq",
                (json.dumps([memory_id]),),
            )
        return [
            HistoryEntry(
                memory_id=words(id_),
                event=HistoryEvent(words(event)),
                at=from_micros(at),
                old_text=optional_words(old),
                new_text=optional_words(new),
                reason=optional_words(reason),
            )
            for id_, event, at, old, new, reason in rows
        ]

    def quoted_spans(self, message_id: str, *, scope: Scope) -> Mapping[str, list[tuple[int, int]]]:
        condition, values = in_scope(scope)
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT m.id, sources.start, sources.until FROM sources"
                " JOIN memories m ON m.seq = sources.memory"
                " JOIN messages ON messages.seq = sources.message"
                f" WHERE messages.id = ? AND {condition}",
                (message_id, *values),
            )
        spans: dict[str, list[tuple[int, int]]] = {}
        for id_, start, until in rows:
            spans.setdefault(words(id_), []).append((whole(start), whole(until)))
        return spans

    def summaries_of(self, message_ids: Collection[str], *, scope: Scope) -> Sequence[str]:
        condition, values = in_scope(scope)
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT DISTINCT m.id FROM messages JOIN sources ON sources.message = messages.seq"
                " JOIN memories m ON m.seq = sources.memory"
                " WHERE messages.id IN (SELECT value FROM json_each(?))"
                f" AND m.kind = ? AND {condition}",
                (json.dumps(list(message_ids)), Kind.PROCEDURE, *values),
            )
        return [words(id_) for (id_,) in rows]

    def delete(self, ids: Collection[str], *, at: datetime, scope: Scope) -> int:
        condition, values = in_scope(scope)
        with self._database.write() as connection:
            chosen = f"m.id IN (SELECT value FROM json_each(?)) AND {condition}"
            bound = (json.dumps(list(ids)), *values)
            selected = f"SELECT seq FROM memories m WHERE {chosen}"
            delete_owned(connection, f"SELECT seq * 2 FROM ({selected})", bound)
            connection.run(
                "UPDATE history SET old_text = NULL, new_text = NULL WHERE memory_id IN"
                f" (SELECT id FROM memories m WHERE {chosen})",
                bound,
            )
            connection.run(
                "INSERT INTO history (memory_id, event, at)"
                f" SELECT id, ?, ? FROM memories m WHERE {chosen}",
                (HistoryEvent.DELETE, to_micros(at), *bound),
            )
            connection.run(
                "UPDATE memories SET superseded_by = NULL, superseded_at = NULL"
                f" WHERE superseded_by IN (SELECT id FROM memories m WHERE {chosen})",
                bound,
            )
            connection.run(
                "UPDATE memories SET merged_into = NULL"
                f" WHERE merged_into IN (SELECT id FROM memories m WHERE {chosen})",
                bound,
            )
            return connection.run(f"DELETE FROM memories WHERE seq IN ({selected})", bound)

    def not_said_since(self, instant: datetime, *, scope: Scope, limit: int) -> Sequence[str]:
        condition, values = in_scope(scope)
        with self._database.read() as connection:
            rows = connection.rows(
                "SELECT id FROM memories m WHERE recorded_at < ? AND updated_at < ?"
                f" AND {condition} AND NOT EXISTS (SELECT 1 FROM sources JOIN messages said"
                " ON said.seq = sources.message AND said.recorded_at >= ?"
                " WHERE sources.memory = m.seq) AND id NOT IN (SELECT merged_into FROM memories"
                " WHERE merged_into IS NOT NULL AND recorded_at >= ?)"
                " ORDER BY recorded_at, seq LIMIT ?",
                (at := to_micros(instant), at, *values, at, at, limit),
            )
        return [words(id_) for (id_,) in rows]

    def forget(self, digests: Collection[bytes], *, scope: Scope) -> None:
        with self._database.write() as connection:
            for digest in digests:
                connection.run("INSERT OR IGNORE INTO forgotten (digest) VALUES (?)", (digest,))

    def is_forgotten(self, digest: bytes, *, scope: Scope) -> bool:
        with self._database.read() as connection:
            return bool(connection.rows("SELECT 1 FROM forgotten WHERE digest = ?", (digest,)))

    def forgetting_key(self, *, scope: Scope) -> bytes:
        with self._database.read() as connection:
            return blob(
                connection.rows("SELECT value FROM meta WHERE key = 'forgetting_key'")[0][0]
            )


def _add_version(
    connection: Connection, seq: int, memory: MemoryRecord, *, said_at: datetime
) -> None:
    connection.run(
        "INSERT INTO versions (memory, version, text, said_at, recorded_at) VALUES (?, ?, ?, ?, ?)",
        (seq, memory.version, memory.text, to_micros(said_at), to_micros(memory.updated_at)),
    )


def _remember(
    connection: Connection,
    memory_id: str,
    event: HistoryEvent,
    at: datetime,
    *,
    old: str | None = None,
    new: str | None = None,
    reason: str | None = None,
) -> None:
    connection.run(
        "INSERT INTO history (memory_id, event, at, old_text, new_text, reason)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (memory_id, event, to_micros(at), old, new, reason),
    )
