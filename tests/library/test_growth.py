"""Remembering costs the same however much a scope holds already."""

import cProfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Final

import apsw
import pytest

from memories import Memory
from memories.engine.ports.embedder import WordHashEmbedder

FIRST_NAMES: Final = "Ana Ben Clara Dario Elsa Finn Greta Hugo Ines Jonas".split()
SYLLABLES: Final = "ba de fi go lu ma ne pi ro su ta ve".split()
# How many instructions of SQLite one call of its progress handler stands for.
_COUNTED: Final = 50


@dataclass(slots=True)
class Work:
    """What was done: instructions of SQLite and calls of Python functions."""

    instructions: int = 0
    calls: int = 0


@pytest.fixture
def work() -> Iterator[Work]:
    """Counts what the connections do that are opened from now on."""
    counted = Work()

    def count_steps() -> bool:
        counted.instructions += _COUNTED
        return False

    def watch(connection: apsw.Connection) -> None:
        connection.set_progress_handler(count_steps, _COUNTED)

    apsw.connection_hooks.append(watch)
    yield counted
    apsw.connection_hooks.remove(watch)


@contextmanager
def counting(work: Work) -> Iterator[None]:
    """Counts the work of the block alone."""
    work.instructions = 0
    profile = cProfile.Profile()
    with profile:
        yield
    work.calls = sum(entry.callcount for entry in profile.getstats())


def surname(number: int) -> str:
    """Another for each number."""
    spelled = ""
    for _ in range(4):
        number, syllable = divmod(number, len(SYLLABLES))
        spelled += SYLLABLES[syllable]
    return spelled.capitalize()


def statements(numbers: Sequence[int]) -> list[str]:
    """What is said of people who share ten first names, each with a surname of their own."""
    return [
        f"I met {FIRST_NAMES[number % 10]} {surname(number)} in {surname(number + 7)} and sold"
        f" {FIRST_NAMES[number % 7]} the number {number} bus."
        for number in numbers
    ]


def test_an_add_to_a_large_scope_is_no_more_work_than_to_a_small_one(work: Work) -> None:
    numbers = count()
    costs: list[Work] = []
    with Memory(embedder=WordHashEmbedder()) as memory:
        scope = memory.scope(user="ana")

        def say(messages: int) -> None:
            told = statements([next(numbers) for _ in range(messages)])
            memory.add([{"role": "user", "content": text} for text in told], scope=scope)

        for messages in (100, 900):
            for _ in range(messages // 50):
                say(50)
            with counting(work):
                for _ in range(5):
                    say(4)
            costs.append(Work(work.instructions, work.calls))
    small, large = costs
    # The trees of the indexes grow by a level now and then.
    assert large.instructions <= 1.3 * small.instructions
    assert large.calls <= 1.1 * small.calls
