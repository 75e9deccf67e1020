"""Rows as hits show them, as one text beside what they are found by."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from memories.engine.domain import IndexedRow, Message, Scope, ShownRow, Source
from memories.engine.storage.rows import memory_columns, memory_of, message_columns, message_of
from memories.engine.storage.values import Fields

# What stands in the text: the row, its sources' messages with what is quoted, its entities.
_MEMORY: Final = "memory"
_MESSAGE: Final = "message"
NamesOf = Callable[[Sequence[str]], Mapping[str, str]]


def written_row(row: IndexedRow) -> str:
    """A memory or message with its sources."""
    told = row.told
    if isinstance(told, Message):
        kept: dict[str, object] = {_MESSAGE: message_columns(told)}
    else:
        kept = {
            _MEMORY: memory_columns(told),
            "sources": [
                [message_columns(each.message), each.start, each.end] for each in row.sources
            ],
        }
    kept["entities"] = [id_ for id_, _ in row.mentions]
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


class WrittenRows(Mapping[str, ShownRow]):
    """Rows by id, each read when it is asked for: of some hundred a few are shown."""

    def __init__(self, written: Mapping[str, str], *, scope: Scope, names_of: NamesOf) -> None:
        """Begin.

        Args:
            written: as `written_row` wrote them.
            scope: the project.
            names_of: gives entities' names by id.
        """
        self._written = written
        self._scope = scope.everyone
        self._names_of = names_of

    def __getitem__(self, row_id: str) -> ShownRow:
        kept = json.loads(self._written[row_id])
        names = self._names_of(kept["entities"])
        entities = tuple(names[id_] for id_ in kept["entities"] if id_ in names)
        if _MESSAGE in kept:
            return ShownRow(message_of(kept[_MESSAGE]), entities=entities)
        sources = tuple(_source(*each) for each in kept["sources"])
        return ShownRow(memory_of(kept[_MEMORY], within=self._scope), sources, entities)

    def __contains__(self, row_id: object) -> bool:
        return row_id in self._written

    def __iter__(self) -> Iterator[str]:
        return iter(self._written)

    def __len__(self) -> int:
        return len(self._written)


def read_message(written: str) -> Message:
    """The message of a row that is one."""
    return message_of(json.loads(written)[_MESSAGE])


def _source(message: Fields, start: int, end: int) -> Source:
    told = message_of(message)
    return Source(told, told.text[start:end], start, end)
