"""Rows as hits show them, as one text beside what they are found by."""

import json
from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias, TypedDict

from memories.engine.domain import IndexedRow, Message, Scope, ShownRow, Source
from memories.engine.storage.rows import memory_columns, memory_of, message_columns, message_of
from memories.engine.storage.values import Fields

NamesOf: TypeAlias = Callable[[Collection[str]], Mapping[str, str]]


class _Written(TypedDict, total=False):
    """What stands in the text: a memory or message, what is quoted of which messages, entities."""

    memory: Fields
    message: Fields
    sources: list[tuple[Fields, int, int]]
    entities: list[str]


def written_row(row: IndexedRow) -> str:
    """A memory or message with its sources."""
    told = row.told
    kept: _Written = {"entities": [id_ for id_, _ in row.mentions]}
    if isinstance(told, Message):
        kept["message"] = message_columns(told)
    else:
        kept["memory"] = memory_columns(told)
        kept["sources"] = [
            (message_columns(each.message), each.start, each.end) for each in row.sources
        ]
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def read_rows(
    written: Mapping[str, str], *, scope: Scope, names_of: NamesOf
) -> dict[str, ShownRow]:
    """Rows by id.

    Args:
        written: as `written_row` wrote them.
        scope: the project.
        names_of: gives entities' names by id.
    """
    kept: dict[str, _Written] = {id_: json.loads(text) for id_, text in written.items()}
    names = names_of({id_ for row in kept.values() for id_ in row["entities"]})
    return {id_: _row(row, scope.everyone, names) for id_, row in kept.items()}


def read_message(written: str) -> Message:
    """The message of a row that is one."""
    return message_of(json.loads(written)["message"])


def _row(kept: _Written, project: Scope, names: Mapping[str, str]) -> ShownRow:
    entities = tuple(names[id_] for id_ in kept["entities"] if id_ in names)
    if "message" in kept:
        return ShownRow(message_of(kept["message"]), entities=entities)
    sources = tuple(_source(*each) for each in kept["sources"])
    return ShownRow(memory_of(kept["memory"], within=project), sources, entities)


def _source(message: Fields, start: int, end: int) -> Source:
    told = message_of(message)
    return Source(told, told.text[start:end], start, end)
