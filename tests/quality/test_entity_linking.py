"""How well mentions are linked to whom and what they mean, by labels (tests/fixtures/links)."""

import json
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

import pytest

from evaluation.speed.corpus import talk
from memories.engine.adapters.sqlite.stores import SqliteStores
from memories.engine.domain import EntityType, Mention, Scope
from memories.engine.ingestion.entity_linking import EntityLinker, mentions_of
from memories.engine.ports.record_store import RecordStore
from memories.engine.text.forms import openings
from tests.conftest import RecordFigure

FIXTURES: Final = Path(__file__).parents[1] / "fixtures" / "links"
_TIMED: Final = 200
_AT_ONCE: Final = 500
_MOST_MILLISECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Labelled:
    """One mention of a turn, with whom or what it means."""

    mention: Mention
    means: str


def turns_of(path: Path) -> Iterator[list[Labelled]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        turn = json.loads(line)
        yield [
            Labelled(
                Mention(
                    surface=each["surface"],
                    start=each["start"],
                    end=each["start"] + len(each["surface"]),
                    type=EntityType(each["type"]),
                ),
                each["entity"],
            )
            for each in turn["mentions"]
        ]


@dataclass(slots=True)
class Pairs:
    """Pairs of mentions: how many mean the same, are linked to the same, and both."""

    same: int = 0
    linked: int = 0
    both: int = 0

    def count(self, means: Sequence[str], linked_to: Sequence[str]) -> None:
        for one, other in combinations(range(len(means)), 2):
            is_same = means[one] == means[other]
            is_linked = linked_to[one] == linked_to[other]
            self.same += is_same
            self.linked += is_linked
            self.both += is_same and is_linked

    def add(self, other: "Pairs") -> None:
        self.same += other.same
        self.linked += other.linked
        self.both += other.both

    @property
    def precision(self) -> float:
        return self.both / self.linked

    @property
    def recall(self) -> float:
        return self.both / self.same


@pytest.fixture
def records(tmp_path: Path) -> Iterator[RecordStore]:
    opened = SqliteStores(tmp_path / "links.db", durability="process-crash").records
    yield opened
    opened.close()


def link(
    mentions: Sequence[Mention], *, owner_id: str, records: RecordStore, scope: Scope
) -> list[str]:
    """Ids of the entities that the mentions of one turn are linked to."""
    linker = EntityLinker(records.entities, scope=scope)
    linker.learn(mentions)
    found: list[str] = []
    for mention in mentions:
        linked = linker.link(mention)
        linker.store(linked, owner_id=owner_id)
        found.append(linked.entity.id)
    return found


def linked_in(path: Path, records: RecordStore) -> tuple[list[str], list[str]]:
    """Of each mention of a conversation whom it means, and whom it was linked to."""
    scope = Scope("acme", "links", user=path.stem)
    means: list[str] = []
    linked_to: list[str] = []
    for number, turn in enumerate(turns_of(path)):
        with records.writing(scope=scope):
            mentions = [each.mention for each in turn]
            owner_id = f"{path.stem} {number}"
            linked_to += link(mentions, owner_id=owner_id, records=records, scope=scope)
        means += [each.means for each in turn]
    return means, linked_to


def test_mentions_are_linked_to_whom_and_what_they_mean(
    records: RecordStore, record_figure: RecordFigure
) -> None:
    every, mentions = Pairs(), 0
    for path in sorted(FIXTURES.glob("*.jsonl")):
        means, linked_to = linked_in(path, records)
        pairs = Pairs()
        for counted in (pairs, every):
            counted.count(means, linked_to)
        mentions += len(means)
        record_figure(f"entity links, {path.stem}: precision", pairs.precision)
        record_figure(f"entity links, {path.stem}: recall", pairs.recall)
    record_figure(f"entity links, all {mentions} mentions: precision", every.precision)
    record_figure(f"entity links, all {mentions} mentions: recall", every.recall)
    assert mentions >= 300
    assert every.precision >= 0.9
    assert every.recall >= 0.6


def milliseconds_a_memory(records: RecordStore, *, memories: int) -> float:
    """What recognising and linking takes of one memory, where so many are stored already."""
    scope = Scope("acme", "links", user="many")
    said = [turn.text for turn in talk(memories + _TIMED, seed="links")]
    for first in range(0, memories, _AT_ONCE):
        with records.writing(scope=scope):
            for number in range(first, min(first + _AT_ONCE, memories)):
                link_one(said[number], str(number), records, scope)
    taken: list[float] = []
    for number in range(memories, memories + _TIMED):
        with records.writing(scope=scope):
            started = time.perf_counter()
            link_one(said[number], str(number), records, scope)
            taken.append(1000 * (time.perf_counter() - started))
    return statistics.median(taken)


def link_one(text: str, owner_id: str, records: RecordStore, scope: Scope) -> None:
    names = records.entities.people_opening(openings(text), scope=scope)
    link(mentions_of(text, names), owner_id=owner_id, records=records, scope=scope)


def test_linking_takes_little_of_each_memory(
    records: RecordStore, record_figure: RecordFigure
) -> None:
    took = milliseconds_a_memory(records, memories=2000)
    record_figure("entity links, milliseconds a memory among 2,000", took)
    # Busy machines and all.
    assert took <= 10 * _MOST_MILLISECONDS


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_linking_takes_little_of_each_memory_among_very_many(
    records: RecordStore, record_figure: RecordFigure
) -> None:
    took = milliseconds_a_memory(records, memories=100_000)
    record_figure("entity links, milliseconds a memory among 100,000", took)
    assert took <= _MOST_MILLISECONDS
