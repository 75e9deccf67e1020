"""A whole project as JSON Lines, out and in, without loss. docs/export.md describes the form.

Each line is one row: `record` names its kind, ids stand for row numbers, instants are ISO 8601 in
UTC, digests hexadecimal. What can be derived, the index and its vectors, is left out.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import apsw

from memories.engine.adapters.sqlite.connection import Connection, SqlValue, blob, words
from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.rows import MEMORY_COLUMNS, from_micros, to_micros
from memories.engine.adapters.sqlite.scopes import number_of
from memories.engine.domain import Scope, TransferReceipt
from memories.engine.errors import StoreError, UnreadableFile

FORMAT: Final = 1
_INSTANTS: Final = frozenset(
    """said_at recorded_at updated_at expires_at occurred_from occurred_until superseded_at at
    """.split()
)
_DIGESTS: Final = frozenset({"identity", "digest", "forgetting_key"})
_JSON: Final = frozenset({"metadata", "categories"})
_IDS: Final = ("user", "agent", "app", "run")


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
        f"INSERT OR IGNORE INTO {table} ({columns}, {scope_column}) VALUES ({values}, :scope_seq)"
    )


_MESSAGES: Final = (
    "id, identity, user, agent, app, run, role, speaker, name, client_id, text, metadata, session,"
    " position, said_at, said_offset, recorded_at, expires_at"
)
_MEMORIES: Final = f"identity, superseded_at, {MEMORY_COLUMNS}"
_OWNER_ID: Final = (
    "coalesce((SELECT id FROM memories WHERE owner % 2 = 0 AND seq = owner / 2),"
    " (SELECT id FROM messages WHERE owner % 2 = 1 AND seq = owner / 2))"
)
_HOME: Final = "home.user, home.agent, home.app, home.run"

# In this order, each kind after those it points to.
KINDS: Final[Mapping[str, _Kind]] = {
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
    "version": _Kind(
        "SELECT id AS memory_id, versions.version, versions.text, versions.said_at,"
        " versions.recorded_at FROM versions JOIN memories ON seq = memory ORDER BY seq, 2",
        "INSERT OR IGNORE INTO versions (memory, version, text, said_at, recorded_at)"
        " SELECT seq, :version, :text, :said_at, :recorded_at FROM memories WHERE id = :memory_id",
    ),
    "source": _Kind(
        "SELECT memories.id AS memory_id, messages.id AS message_id, start, until FROM sources"
        " JOIN memories ON memories.seq = memory JOIN messages ON messages.seq = message"
        " ORDER BY memories.seq, messages.seq, start",
        "INSERT OR IGNORE INTO sources (memory, message, start, until)"
        " SELECT memories.seq, messages.seq, :start, :until FROM memories, messages"
        " WHERE memories.id = :memory_id AND messages.id = :message_id",
    ),
    "entity": _Kind(
        f"SELECT id, {_HOME}, name, type FROM entities JOIN scopes home ON home.seq = home"
        " ORDER BY entities.seq",
        "INSERT OR IGNORE INTO entities (id, home, name, type)"
        " VALUES (:id, :scope_seq, :name, :type)",
        scoped=True,
    ),
    "alias": _Kind(
        "SELECT id AS entity_id, form, surface FROM aliases JOIN entities ON seq = entity"
        " ORDER BY seq, form",
        "INSERT OR IGNORE INTO aliases (home, form, entity, surface)"
        " SELECT home, :form, seq, :surface FROM entities WHERE id = :entity_id",
    ),
    "mention": _Kind(
        f"SELECT id AS entity_id, {_OWNER_ID} AS owner_id, surface, score, reason FROM mentions"
        " JOIN entities ON seq = entity ORDER BY seq, owner",
        "INSERT OR IGNORE INTO mentions (entity, owner, surface, score, reason)"
        " SELECT seq, coalesce((SELECT seq * 2 FROM memories WHERE id = :owner_id),"
        " (SELECT seq * 2 + 1 FROM messages WHERE id = :owner_id)), :surface, :score, :reason"
        " FROM entities WHERE id = :entity_id",
    ),
    "link": _Kind(
        "SELECT links.kind, f.id AS from_id, t.id AS to_id, score, reason FROM links"
        " JOIN memories f ON f.seq = from_memory JOIN memories t ON t.seq = to_memory"
        " ORDER BY f.seq, t.seq",
        "INSERT OR IGNORE INTO links (kind, from_memory, to_memory, score, reason)"
        " SELECT :kind, f.seq, t.seq, :score, :reason FROM memories f, memories t"
        " WHERE f.id = :from_id AND t.id = :to_id",
    ),
    "history": _Kind(
        "SELECT memory_id, event, at, old_text, new_text, reason FROM history ORDER BY seq",
        "INSERT INTO history (memory_id, event, at, old_text, new_text, reason)"
        " SELECT :memory_id, :event, :at, :old_text, :new_text, :reason WHERE NOT EXISTS ("
        " SELECT 1 FROM history WHERE memory_id = :memory_id AND event = :event AND at = :at)",
    ),
    "forgotten": _Kind(
        "SELECT digest FROM forgotten ORDER BY digest",
        "INSERT OR IGNORE INTO forgotten (digest) VALUES (:digest)",
    ),
}


def export(database: Database, to: Path) -> TransferReceipt:
    """Write every row; the file appears whole or not at all.

    Raises:
        StoreError: the file exists or can't be written.
    """
    if to.exists():
        raise StoreError(f"{to} exists; an export never overwrites")
    unfinished = to.with_name(to.name + ".unfinished")
    counts = dict.fromkeys(KINDS, 0)
    try:
        with database.read() as connection, unfinished.open("w", encoding="utf-8") as file:
            key = connection.rows("SELECT value FROM meta WHERE key = 'forgetting_key'")[0][0]
            header = {"record": "header", "format": FORMAT, "forgetting_key": blob(key).hex()}
            file.write(json.dumps(header) + "\n")
            for kind, how in KINDS.items():
                for row in connection.fields(how.select):
                    line = {"record": kind} | {name: _out(name, row[name]) for name in row}
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
                    counts[kind] += 1
        unfinished.rename(to)
    except OSError as error:
        raise StoreError(f"{to} can't be written: {error.strerror}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return _receipt(counts, known=0)


def import_(database: Database, path: Path, *, scope: Scope) -> TransferReceipt:
    """Take rows in, in one transaction; rows that are here already stay as they are.

    Raises:
        UnreadableFile: naming the line; nothing is stored.
    """
    counts = dict.fromkeys(KINDS, 0)
    known = 0
    with database.write() as connection:
        for number, line in _lines(path):
            kind = str(line.get("record", ""))
            try:
                if kind == "header":
                    _take_header(connection, line)
                    continue
                stored = _take(connection, kind, line, scope)
            except (KeyError, TypeError, ValueError, apsw.Error) as error:
                raise UnreadableFile(
                    f"{path}, line {number}: expected a {kind or 'known'} record of an export, "
                    f"found one that does not fit ({error})",
                    line=number,
                    column=1,
                ) from error
            counts[kind] += stored
            known += 1 - stored
    return _receipt(counts, known=known)


def _take_header(connection: Connection, line: Mapping[str, object]) -> None:
    if line["format"] != FORMAT:
        raise ValueError(f"this release reads format {FORMAT}, not {line['format']}")
    key = bytes.fromhex(str(line["forgetting_key"]))
    # Digests of forgotten facts hold only with their key; a file in use keeps its own.
    if connection.number("SELECT count(*) FROM messages") == 0:
        connection.run("UPDATE meta SET value = ? WHERE key = 'forgetting_key'", (key,))


def _take(connection: Connection, kind: str, line: Mapping[str, object], scope: Scope) -> int:
    how = KINDS[kind]
    values = {name: _in(name, value) for name, value in line.items() if name != "record"}
    if how.scoped:
        ids = {name: _id(line[name]) for name in _IDS}
        values["scope_seq"] = number_of(connection, Scope(scope.organization, scope.project, **ids))
    return connection.run_named(how.insert, values)


def _id(value: object) -> str | None:
    return None if value is None else str(value)


def _lines(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    number = 0
    try:
        with path.open(encoding="utf-8") as file:
            for number, text in enumerate(file, start=1):
                line = json.loads(text)
                if not isinstance(line, dict):
                    raise UnreadableFile(
                        f"{path}, line {number}: expected an object", line=number, column=1
                    )
                if number == 1 and line.get("record") != "header":
                    raise UnreadableFile(
                        f"{path}, line 1: expected the header of an export", line=1, column=1
                    )
                yield number, line
    except OSError as error:
        raise UnreadableFile(f"{path} can't be read: {error.strerror}") from error
    except json.JSONDecodeError as error:
        message = f"{path}, line {number}, column {error.colno}: not JSON: {error.msg}"
        raise UnreadableFile(message, line=number, column=error.colno) from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{path}: not UTF-8 at byte {error.start}") from error


def _out(name: str, value: SqlValue) -> object:
    if value is None:
        return None
    if name in _INSTANTS:
        return from_micros(value).isoformat()
    if name in _DIGESTS:
        return blob(value).hex()
    return json.loads(words(value)) if name in _JSON else value


def _in(name: str, value: object) -> SqlValue:
    if value is None:
        return None
    if name in _INSTANTS:
        return to_micros(datetime.fromisoformat(str(value)))
    if name in _DIGESTS:
        return bytes.fromhex(str(value))
    if name in _JSON:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    if isinstance(value, int | float | str):
        return value
    raise TypeError(f"{name} holds {type(value).__name__}")


def _receipt(counts: Mapping[str, int], *, known: int) -> TransferReceipt:
    return TransferReceipt(
        messages=counts["message"],
        memories=counts["memory"],
        entities=counts["entity"],
        mentions=counts["mention"],
        links=counts["link"],
        history=counts["history"],
        known=known,
    )
