"""Questions of time over made conversations, answered without a model (fixtures/temporal)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import pytest
from _pytest.mark import ParameterSet

from memories import Memory, MemoryRecord, Scope
from tests.conftest import RecordFigure

FIXTURES = Path(__file__).parents[1] / "fixtures" / "temporal"
# "From" is a word of Python.
_NAMES = {"from": "start"}


def _frozen(value: object) -> Any:
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a question with what is right, or a memory with its interval.

    `missed` says why a row is known not to be right yet.
    """

    asks: str
    of: str
    question: str = ""
    at: str | None = None
    as_of: str | None = None
    best: str | None = None
    among: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    within: int = 1
    tells: str | None = None
    start: str = ""
    until: str = ""
    missed: str | None = None

    @classmethod
    def read(cls, kept: Mapping[str, object]) -> Self:
        """A row as the file writes it."""
        return cls(**{_NAMES.get(key, key): _frozen(value) for key, value in kept.items()})


@dataclass(frozen=True, slots=True)
class Told:
    """A conversation that a memory was told."""

    memory: Memory
    scope: Scope
    zone: ZoneInfo

    def moment(self, words: str | None) -> datetime | None:
        """A local time of the conversation; None for none."""
        return None if words is None else datetime.fromisoformat(words).replace(tzinfo=self.zone)


@cache
def table(name: str) -> tuple[Mapping[str, Mapping[str, object]], tuple[Row, ...]]:
    kept = json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))
    return kept["conversations"], tuple(map(Row.read, kept["rows"]))


def tell(conversation: Mapping[str, object]) -> Told:
    zone = ZoneInfo(str(conversation["zone"]))
    memory = Memory(timezone=zone)
    scope = memory.scope(user="friends")
    told = Told(memory, scope, zone)
    said = conversation["said"]
    assert isinstance(said, list)
    for at, name, text in said:
        turn = {"role": "user", "name": name, "content": text, "timestamp": told.moment(at)}
        memory.add([turn], scope=scope)
    return told


@pytest.fixture(scope="module")
def conversations() -> Iterator[dict[str, Told]]:
    told = {
        of: tell(conversation)
        for name in ("table", "held_out", "states", "states_table")
        for of, conversation in table(name)[0].items()
    }
    yield told
    for each in told.values():
        each.memory.close()


def is_right(row: Row, told: Told) -> bool:
    """As the row says: the interval of a memory, the first hit, or those in the first few."""
    if row.tells is not None:
        return has_interval(told.memory.list(scope=told.scope).memories, row, told)
    found = told.memory.search(
        row.question,
        scope=told.scope,
        as_of=told.moment(row.as_of),
        reference_time=told.moment(row.at),
    )
    texts = [hit.text for hit in found.hits[: row.within]]
    if row.best is not None:
        return row.best in texts[0]
    if row.among:
        return all(any(words in text for text in texts) for words in row.among)
    context = told.memory.context(
        row.question, scope=told.scope, reference_time=told.moment(row.at)
    )
    return in_order(texts, row.order) and in_order([str(context)], row.order, ascending=True)


def has_interval(memories: Sequence[MemoryRecord], row: Row, told: Told) -> bool:
    intervals = [each.occurred for each in memories if row.tells and row.tells in each.text]
    return any(
        interval is not None
        and (interval.start, interval.until) == (told.moment(row.start), told.moment(row.until))
        for interval in intervals
    )


def in_order(texts: Sequence[str], words: Sequence[str], *, ascending: bool = False) -> bool:
    """True if all the words are in the texts, and in that order where that is asked for."""
    whole = "\n".join(texts)
    places = [whole.find(each) for each in words]
    return min(places) >= 0 and (not ascending or places == sorted(places))


def parameters() -> Iterator[ParameterSet]:
    for row in (*table("table")[1], *table("states_table")[1]):
        name = f"{row.asks}: {row.question or row.tells}"
        missed = pytest.mark.xfail(reason=row.missed or "", strict=True)
        yield pytest.param(row, id=name, marks=[missed] if row.missed else [])


@pytest.mark.parametrize("row", list(parameters()))
def test_a_question_of_time_is_answered_right(row: Row, conversations: dict[str, Told]) -> None:
    assert is_right(row, conversations[row.of])


# Right of all rows: 17 of 22 held out and 19 of 34 of states before any rule was made for them.
@pytest.mark.parametrize(("name", "least"), [("held_out", 21), ("states", 31)])
def test_questions_that_no_rule_was_made_for_are_mostly_answered_right(
    name: str, least: int, conversations: dict[str, Told], record_figure: RecordFigure
) -> None:
    rows = table(name)[1]
    right = [row for row in rows if is_right(row, conversations[row.of])]
    record_figure(f"temporal questions of {name}, share right", len(right) / len(rows))
    assert len(right) >= least


def test_the_table_asks_in_many_ways() -> None:
    rows = table("table")[1]
    assert len([row for row in rows if row.missed is None]) >= 60
    assert len({row.asks for row in rows}) >= 15
