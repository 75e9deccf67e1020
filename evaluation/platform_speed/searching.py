"""Searches at a steady rate, over HTTP and bare in turns, so that a busy machine hits both."""

import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from typing import Final, Self

from evaluation.faults import EvaluationError
from evaluation.platform_speed.asked import Asked
from evaluation.platform_speed.bare import Bare
from evaluation.speed.requests import SEARCH_PATH, SEARCHES_A_SECOND, Asking, steadily

# Of each project and of all at least, so that every process has it open and has counted its usual
# words.
_WARMING_A_PROJECT: Final = 8
_WARMING: Final = 500
_WARMERS: Final = 4


@dataclass(slots=True)
class Searched:
    """What searches took.

    Attributes:
        rounds: milliseconds of each search, by round.
        bare_rounds: likewise, of bare queries.
        degraded: how many went on without a signal, by signal.
        failed: how many got no answer.
        empty: how many found nothing.
    """

    rounds: list[list[float]] = field(default_factory=list)
    bare_rounds: list[list[float]] = field(default_factory=list)
    degraded: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    empty: int = 0

    @property
    def taken(self) -> list[float]:
        """Of all rounds."""
        return [each for part in self.rounds for each in part]

    @property
    def bare(self) -> list[float]:
        """Of all rounds."""
        return [each for part in self.bare_rounds for each in part]


class Searching:
    """Asks the server, and counts what goes wrong instead of stopping at it."""

    def __init__(self, base: str) -> None:
        """Take the server's address."""
        self._server = Asking(base)
        self.searched = Searched()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._server.close()

    def search(self, asked: Asked) -> None:
        """Ask one user's memories."""
        body = {"query": asked.question, "filters": {"user_id": asked.user}}
        try:
            found = self._server.ask("POST", SEARCH_PATH, body, key=asked.key)
        except (EvaluationError, OSError):
            self.searched.failed += 1
            return
        self.searched.degraded.update(found.get("degraded", {}).keys())
        self.searched.empty += not found["results"]


def search_steadily(
    base: str, asked: Sequence[Asked], bare: Bare | None, *, seconds: int, rounds: int
) -> Searched:
    """Searches of all projects, 30 a second.

    Args:
        base: where the server answers.
        asked: questions, all of one project after another.
        bare: what is asked between the rounds, as often; nothing if None.
        seconds: of all rounds together.
        rounds: how many.
    """
    first, others = _of_projects(asked)
    with Searching(base) as warming, ThreadPoolExecutor(_WARMERS) as senders:
        list(senders.map(warming.search, first))
    if bare is not None:
        _bare_round(bare, first[:_WARMING_A_PROJECT])
    turns = cycle(others)
    with Searching(base) as searching:
        for _ in range(rounds):
            now = list(islice(turns, SEARCHES_A_SECOND * seconds // rounds))
            calls = [partial(searching.search, each) for each in now]
            searching.searched.rounds.append(steadily(calls, a_second=SEARCHES_A_SECOND))
            if bare is not None:
                searching.searched.bare_rounds.append(_bare_round(bare, now))
        return searching.searched


def _bare_round(bare: Bare, asked: Sequence[Asked]) -> list[float]:
    calls = [partial(bare.search, each) for each in asked]
    return steadily(calls, a_second=SEARCHES_A_SECOND, senders=1)


def _of_projects(asked: Sequence[Asked]) -> tuple[list[Asked], list[Asked]]:
    """The first questions of each project, and all others in any order."""
    order = random.Random("order")  # noqa: S311 - repeatable on purpose
    projects: dict[str, list[Asked]] = {each.key: [] for each in asked}
    for each in asked:
        projects[each.key].append(each)
    each_warming = max(_WARMING_A_PROJECT, _WARMING // len(projects))
    first, others = [], []
    for mine in projects.values():
        order.shuffle(mine)
        warming = min(each_warming, len(mine) // 2)
        first += mine[:warming]
        others += mine[warming:]
    order.shuffle(first)
    order.shuffle(others)
    return first, others
