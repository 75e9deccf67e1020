"""Timing of questions, in turns, so that what a busy machine does hits all alike."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from evaluation.faults import EvaluationError
from memories import Memory, Scope, SearchResult

Ask: TypeAlias = Callable[[], object]
MILLISECONDS: Final = 1000.0


def searching(memory: Memory, question: str, scope: Scope, *, top_k: int = 10) -> Ask:
    """A search to be timed, every signal of which must have run."""

    def search() -> SearchResult:
        found = memory.search(question, scope=scope, top_k=top_k)
        if found.degraded:
            raise EvaluationError(f"a search went on without a signal: {dict(found.degraded)}")
        return found

    return search


def milliseconds(call: Ask) -> float:
    """How long a call takes."""
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * MILLISECONDS


def in_turns(calls: Mapping[str, Sequence[Ask]]) -> dict[str, list[float]]:
    """Time the first call of each name, then the second of each, the order turned around each time.

    Returns:
        Milliseconds of every call, by name, in the given order.

    Raises:
        EvaluationError: a search went on without one of its signals.
    """
    taken: dict[str, list[float]] = {name: [] for name in calls}
    names = list(calls)
    for number in range(min(map(len, calls.values()))):
        for name in names if number % 2 == 0 else names[::-1]:
            taken[name].append(milliseconds(calls[name][number]))
    return taken


def rounds_of(values: Sequence[float], rounds: int) -> list[Sequence[float]]:
    """The values in so many parts of the same length, in order."""
    size = max(1, len(values) // rounds)
    return [values[first : first + size] for first in range(0, size * rounds, size)]
