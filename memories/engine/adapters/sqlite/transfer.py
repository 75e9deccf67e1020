"""A whole project as JSON Lines, out and in, without loss. docs/export.md describes the form.

Each line is one row: `record` names its kind, ids stand for row numbers, instants are ISO 8601 in
UTC, digests hexadecimal. What can be derived, the index and its vectors, is left out.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import apsw

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.adapters.sqlite.database import Database
from memories.engine.adapters.sqlite.entities import note_names
from memories.engine.adapters.sqlite.gists import note_gists
from memories.engine.adapters.sqlite.scopes import number_of
from memories.engine.domain import EntityType, HistoryEvent, LinkKind, Scope, TransferReceipt
from memories.engine.errors import StoreError, UnreadableFile
from memories.engine.storage.rows import (
    MEMORY_COLUMNS,
    from_micros,
    memory_of,
    message_of,
    to_micros,
)
from memories.engine.storage.values import Fields, SqlValue, blob, words

FORMAT: Final = 1
_INSTANTS: Final = frozenset(
    """said_at recorded_at updated_at expires_at occurred_from occurred_until superseded_at at
    """.split()
)
_DIGESTS: Final = frozenset({"identity", "digest", "forgetting_key"})
_JSON: Final = frozenset({"metadata", "categories"})
_IDS: Final = ("user", "agent", "app", "run")
_REFERENCES: Final = frozenset({"memory_id", "message_id", "owner_id", "from_id", "to_id"})
# How rows that are known by their identity are read; the scope plays no part in it.
_IDENTIFIED: Final[Mapping[str, tuple[str, Callable[[Fields], object]]]] = {
    "message": ("messages", message_of),
    "memory": ("memories", partial(memory_of, within=Scope("", ""))),
}
_WORDS: Final[Mapping[str, Mapping[str, Callable[[str], object]]]] = {
    "entity": {"type": EntityType},
    "link": {"kind": LinkKind},
    "history": {"event": HistoryEvent},
}
# What a line raises that is no row of an export.
_UNFIT: Final = (
    KeyError,
    TypeError,
    ValueError,
    OverflowError,
    apsw.ConstraintError,
    apsw.MismatchError,
    apsw.TooBigError,
)


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
    "alias": _Kind(
        "SELECT id AS entity_id, form, surface FROM aliases JOIN entities ON seq = entity"
        " ORDER BY seq, form",
        "INSERT INTO aliases (home, form, entity, surface)"
        " VALUES ((SELECT home FROM entities WHERE id = :entity_id), :form,"
        f" {_seq('entities', 'entity_id')}, :surface) ON CONFLICT DO NOTHING",
    ),
    "mention": _Kind(
        f"SELECT id AS entity_id, {_OWNER_ID} AS owner_id, surface, score, reason FROM mentions"
        " JOIN entities ON seq = entity ORDER BY seq, owner % 2, owner",
        "INSERT INTO mentions (entity, owner, surface, score, reason)"
        f" VALUES ({_seq('entities', 'entity_id')},"
        f" coalesce({_seq('memories', 'owner_id')} * 2, {_seq('messages', 'owner_id')} * 2 + 1),"
        " :surface, :score, :reason) ON CONFLICT DO NOTHING",
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
        with suppress(OSError):
            unfinished.unlink()
    return _receipt(counts, known=0)


def import_(database: Database, path: Path, *, scope: Scope) -> TransferReceipt:
    """Take rows in, in one transaction; rows that are here already stay as they are.

    Raises:
        UnreadableFile: naming the line; nothing is stored.
    """
    counts = dict.fromkeys(KINDS, 0)
    known = 0
    with database.write() as connection:
        intake = _Intake(connection, scope)
        for number, line in _lines(path):
            kind = str(line.get("record", ""))
            try:
                if kind == "header":
                    intake.take_header(line)
                    continue
                stored = intake.take(kind, line)
            except _UNFIT as error:
                raise UnreadableFile(
                    f"{path}, line {number}: expected a {kind or 'known'} record of an export, "
                    f"found one that does not fit ({error})",
                    line=number,
                    column=1,
                ) from error
            counts[kind] += stored
            known += 1 - stored
        intake.finish()
    return _receipt(counts, known=known)


class _Intake:
    """Puts the rows of one import back."""

    def __init__(self, connection: Connection, scope: Scope) -> None:
        self._connection = connection
        self._scope = scope
        # Messages and memories that are here already under another id.
        self._known_as: dict[str, str] = {}

    def take_header(self, line: Mapping[str, object]) -> None:
        if line["format"] != FORMAT:
            raise ValueError(f"this release reads format {FORMAT}, not {line['format']}")
        key = bytes.fromhex(str(line["forgetting_key"]))
        # Digests of forgotten facts hold only with their key; a file in use keeps its own.
        if self._connection.number("SELECT count(*) FROM messages") == 0:
            self._connection.run("UPDATE meta SET value = ? WHERE key = 'forgetting_key'", (key,))

    def take(self, kind: str, line: Mapping[str, object]) -> int:
        """Put one row in.

        Returns:
            1, or 0 if it is here already.
        """
        how = KINDS[kind]
        values = {name: _in(name, value) for name, value in line.items() if name != "record"}
        if kind == "history" and values["memory_id"] in self._known_as:
            return 0
        for name in _REFERENCES & values.keys():
            values[name] = self._known_as.get(str(values[name]), values[name])
        if how.scoped:
            ids = {name: _id(line[name]) for name in _IDS}
            whose = Scope(self._scope.organization, self._scope.project, **ids)
            values["scope_seq"] = number_of(self._connection, whose)
        stored = self._connection.run_named(how.insert, values)
        if kind == "message" and not stored:
            stored = self._take_at_the_end(values)
        if kind in _IDENTIFIED:
            self._read_back(kind, values)
        for name, known in _WORDS.get(kind, {}).items():
            known(str(values[name]))
        return stored

    def _take_at_the_end(self, values: Mapping[str, SqlValue]) -> int:
        """Put in a message whose place in its session another one has here, unless it is known."""
        position = self._connection.number(
            "SELECT coalesce(max(position) + 1, 0) FROM messages WHERE session = ?",
            (values["session"],),
        )
        return self._connection.run_named(KINDS["message"].insert, {**values, "position": position})

    def _read_back(self, kind: str, values: Mapping[str, SqlValue]) -> None:
        """Refuse what could be stored but not read; note under which id it is here."""
        table, read = _IDENTIFIED[kind]
        (row,) = self._connection.fields(
            f"SELECT * FROM {table} WHERE identity = ? OR id = ? ORDER BY id = ? DESC LIMIT 1",
            (values["identity"], values["id"], values["id"]),
        )
        read(row)
        if row["id"] != values["id"]:
            self._known_as[words(values["id"])] = words(row["id"])

    def finish(self) -> None:
        """Point what was taken in at the ids under which things are here, and let it be found."""
        note_names(self._connection)
        note_gists(self._connection)
        for column in ("superseded_by", "merged_into"):
            for id_, known in self._known_as.items():
                self._connection.run(
                    f"UPDATE memories SET {column} = ? WHERE {column} = ?", (known, id_)
                )


def _id(value: object) -> str | None:
    return None if value is None else str(value)


def _lines(path: Path) -> Iterator[tuple[int, Mapping[str, object]]]:
    number = 0
    try:
        with path.open(encoding="utf-8") as file:
            for number, text in enumerate(file, start=1):
                line = _line(path, number, text)
                if number == 1 and line.get("record") != "header":
                    raise UnreadableFile(
                        f"{path}, line 1: expected the header of an export", line=1, column=1
                    )
                yield number, line
    except OSError as error:
        raise UnreadableFile(f"{path} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{path}: not UTF-8 at byte {error.start}") from error
    if number == 0:
        raise UnreadableFile(f"{path}: expected an export, found an empty file")


def _line(path: Path, number: int, text: str) -> Mapping[str, object]:
    try:
        line: object = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"{path}, line {number}, column {error.colno}: not JSON: {error.msg}"
        raise UnreadableFile(message, line=number, column=error.colno) from error
    except RecursionError as error:
        message = f"{path}, line {number}: nested too deep"
        raise UnreadableFile(message, line=number, column=1) from error
    if not isinstance(line, dict):
        raise UnreadableFile(f"{path}, line {number}: expected an object", line=number, column=1)
    return line


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
        if not (isinstance(value, dict) if name == "metadata" else _is_texts(value)):
            raise TypeError(f"{name} holds {type(value).__name__}")
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    if isinstance(value, int | float | str):
        return value
    raise TypeError(f"{name} holds {type(value).__name__}")


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


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
