"""A whole project as JSON Lines, out and in, without loss. docs/export.md describes the form.

Each line is one row: `record` names its kind, ids stand for row numbers, instants are ISO 8601 in
UTC, digests hexadecimal. What can be derived, the index and its vectors, is left out.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, Protocol, TypeGuard

from memories.engine.domain import EntityType, HistoryEvent, LinkKind, Scope, TransferReceipt
from memories.engine.errors import StoreError, UnreadableFile
from memories.engine.storage.originals import ORIGINAL_COLUMNS, stretches_of
from memories.engine.storage.rows import (
    MEMORY_COLUMNS,
    from_micros,
    memory_of,
    message_of,
    to_json,
    to_micros,
)
from memories.engine.storage.values import Fields, SqlValue, blob, words

FORMAT: Final = 3
# Formats 1 and 2 knew less of memories and entities, and no originals.
_READ: Final = frozenset({1, 2, FORMAT})
_NEW: Final[Mapping[str, object]] = {
    "importance": None,
    "learned_by": None,
    "derived_from": [],
    "came_from_id": None,
}
_INSTANTS: Final = frozenset(
    """said_at recorded_at updated_at expires_at occurred_from occurred_until superseded_at at
    """.split()
)
_DIGESTS: Final = frozenset({"identity", "digest", "forgetting_key"})
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[a-z0-9.+-]+", re.ASCII)
_REALS: Final = frozenset({"score", "importance"})
_JSON: Final = frozenset({"metadata", "categories", "derived_from", "stretches"})
_IDS: Final = ("user", "agent", "app", "run")
_REFERENCES: Final = frozenset({"memory_id", "message_id", "owner_id", "from_id", "to_id"})
# What a line of each kind holds; in this order, each kind after those it points to.
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    kind: tuple(fields.split())
    for kind, fields in {
        "message": """id identity user agent app run role speaker name client_id text metadata
            session position said_at said_offset recorded_at expires_at""",
        "memory": f"identity superseded_at {MEMORY_COLUMNS.replace(',', '')}",
        "original": f"message_id {ORIGINAL_COLUMNS.replace(',', '')} content",
        "version": "memory_id version text said_at recorded_at",
        "source": "memory_id message_id start until",
        "entity": "id user agent app run name type",
        "entity_merge": "entity_id into_id score reason at",
        "kept_apart": "one_id other_id",
        "alias": "entity_id form surface came_from_id",
        "mention": "entity_id owner_id surface score reason came_from_id",
        "link": "kind from_id to_id score reason",
        "history": "memory_id event at old_text new_text reason",
        "forgotten": "digest",
    }.items()
}
_SCOPED: Final = frozenset({"message", "memory", "entity"})
# How rows that are known by their identity are read; the scope plays no part in it.
_IDENTIFIED: Final[Mapping[str, Callable[[Fields], object]]] = {
    "message": message_of,
    "memory": partial(memory_of, within=Scope("", "")),
}
_WORDS: Final[Mapping[str, Mapping[str, Callable[[str], object]]]] = {
    "entity": {"type": EntityType},
    "link": {"kind": LinkKind},
    "history": {"event": HistoryEvent},
}
# What a line raises that is no row of an export.
_UNFIT: Final = (KeyError, TypeError, ValueError, OverflowError)


class Tables(Protocol):
    """A project's tables, for a transfer out of them or into them, in one transaction."""

    def rows(self, kind: str) -> Iterator[Fields]:
        """Rows of a kind as the columns of a line, in the order they were stored."""
        ...

    def forgetting_key(self) -> bytes:
        """The project's secret for the digests of forgotten facts."""
        ...

    def adopt_forgetting_key(self, key: bytes) -> None:
        """Take over another project's secret; one in use keeps its own."""
        ...

    def insert(self, kind: str, values: Mapping[str, SqlValue], *, whose: Scope) -> int:
        """Put a line back.

        Args:
            kind: of the row.
            values: the columns of the line.
            whose: the scope that the line names.

        Returns:
            1, or 0 if it is here already.

        Raises:
            KeyError: a column is missing.
            ValueError: it does not fit the tables.
        """
        ...

    def next_position(self, session: SqlValue) -> int:
        """The first free place at the end of a session."""
        ...

    def stored(self, kind: str, identity: SqlValue, id_: SqlValue) -> Fields:
        """The row of a message or memory that is here, by its id or else by its identity."""
        ...

    def finish(self, known_as: Mapping[str, str]) -> None:
        """Let what was taken in be found, and point it at the ids under which things are here."""
        ...


def export(reading: AbstractContextManager[Tables], to: Path) -> TransferReceipt:
    """Write every row; the file appears whole or not at all.

    Args:
        reading: gives the tables as they are at one moment.
        to: the file.

    Raises:
        StoreError: the file exists or can't be written.
    """
    if to.exists():
        raise StoreError(f"{to} exists; an export never overwrites")
    unfinished = to.with_name(to.name + ".unfinished")
    counts = dict.fromkeys(KINDS, 0)
    try:
        with reading as tables, unfinished.open("w", encoding="utf-8") as file:
            key = tables.forgetting_key().hex()
            header = {"record": "header", "format": FORMAT, "forgetting_key": key}
            file.write(json.dumps(header) + "\n")
            for kind, names in KINDS.items():
                for row in tables.rows(kind):
                    line = {"record": kind} | {name: _out(name, row[name]) for name in names}
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
                    counts[kind] += 1
        unfinished.rename(to)
    except OSError as error:
        raise StoreError(f"{to} can't be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            unfinished.unlink()
    return _receipt(counts, known=0)


def import_(tables: Tables, path: Path, *, scope: Scope) -> TransferReceipt:
    """Take rows in; rows that are here already stay as they are.

    Args:
        tables: within a transaction, which an error must undo.
        path: the export.
        scope: the project.

    Raises:
        UnreadableFile: naming the line.
    """
    counts = dict.fromkeys(KINDS, 0)
    known = 0
    intake = _Intake(tables, scope)
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

    def __init__(self, tables: Tables, scope: Scope) -> None:
        self._tables = tables
        self._scope = scope
        self._format: object = FORMAT
        # Messages and memories that are here already under another id.
        self._known_as: dict[str, str] = {}

    def take_header(self, line: Mapping[str, object]) -> None:
        if line["format"] not in _READ:
            raise ValueError(f"this release reads formats up to {FORMAT}, not {line['format']}")
        self._format = line["format"]
        self._tables.adopt_forgetting_key(bytes.fromhex(str(line["forgetting_key"])))

    def take(self, kind: str, line: Mapping[str, object]) -> int:
        """Put one row in.

        Returns:
            1, or 0 if it is here already.
        """
        if self._format != FORMAT:
            line = {**_NEW, **line}
        values = {name: _in(name, line[name]) for name in KINDS[kind]}
        if kind == "history" and values["memory_id"] in self._known_as:
            return 0
        for name in _REFERENCES & values.keys():
            values[name] = self._known_as.get(str(values[name]), values[name])
        whose = self._whose(line) if kind in _SCOPED else self._scope
        stored = self._tables.insert(kind, values, whose=whose)
        if kind == "message" and not stored:
            # Its place in its session may be another's here: then it goes to the end.
            position = self._tables.next_position(values["session"])
            stored = self._tables.insert(kind, {**values, "position": position}, whose=whose)
        if kind in _IDENTIFIED:
            self._read_back(kind, values)
        for name, known in _WORDS.get(kind, {}).items():
            known(str(values[name]))
        return stored

    def _whose(self, line: Mapping[str, object]) -> Scope:
        ids = {name: _id(line[name]) for name in _IDS}
        return Scope(self._scope.organization, self._scope.project, **ids)

    def _read_back(self, kind: str, values: Mapping[str, SqlValue]) -> None:
        """Refuse what could be stored but not read; note under which id it is here."""
        row = self._tables.stored(kind, values["identity"], values["id"])
        _IDENTIFIED[kind](row)
        if row["id"] != values["id"]:
            self._known_as[words(values["id"])] = words(row["id"])

    def finish(self) -> None:
        self._tables.finish(self._known_as)


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
    if name == "content":
        return base64.b64encode(blob(value)).decode()
    return json.loads(words(value)) if name in _JSON else value


def _in(name: str, value: object) -> SqlValue:
    if value is None:
        return None
    if name in _FORMS:
        return _FORMS[name](value)
    if name == "metadata" and isinstance(value, dict):
        return to_json(value)
    if name in {"categories", "derived_from"} and _is_texts(value):
        return to_json(value)
    if isinstance(value, int | str) or (isinstance(value, float) and name in _REALS):
        return value
    raise TypeError(f"{name} holds {type(value).__name__}")


def _stretches(value: object) -> str:
    column = json.dumps(value)
    stretches_of(column)
    return column


def _media_type(value: object) -> str:
    # It becomes a header where originals are handed out.
    if not isinstance(value, str) or not _MEDIA_TYPE.fullmatch(value):
        raise ValueError("not a media type")
    return value


# How values are read that are no text or number in the tables.
_FORMS: Final[Mapping[str, Callable[[object], SqlValue]]] = {
    **dict.fromkeys(_INSTANTS, lambda value: to_micros(datetime.fromisoformat(str(value)))),
    **dict.fromkeys(_DIGESTS, lambda value: bytes.fromhex(str(value))),
    "content": lambda value: base64.b64decode(str(value), validate=True),
    "stretches": _stretches,
    "media_type": _media_type,
}


def _is_texts(value: object) -> TypeGuard[list[str]]:
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
        originals=counts["original"],
    )
