"""Whoever hands in a tracer is told the steps of each search, in whichever thread they are done."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from pathlib import Path

import pytest

from memories import Memory
from memories.engine.ports.tracing import Untraced
from tests.library.embedders import WatchedEmbedder

SIGNALS = {"search.semantic", "search.lexical", "search.entity", "search.temporal"}


class ListingTracer:
    """Keeps each step with the step that it is a part of, and how much there was to do."""

    def __init__(self) -> None:
        self.above: dict[str, set[str]] = {}
        self.figures: dict[str, dict[str, float]] = {}
        self.ended: list[str] = []
        self._now: ContextVar[str] = ContextVar("step", default="")

    def step(self, name: str, **figures: float) -> AbstractContextManager[object]:
        return self._under_way(name, figures)

    @contextmanager
    def _under_way(self, name: str, figures: dict[str, float]) -> Iterator[None]:
        self.above.setdefault(name, set()).add(self._now.get())
        self.figures[name] = figures
        token = self._now.set(name)
        try:
            yield
        finally:
            self._now.reset(token)
            self.ended.append(name)


@pytest.fixture
def tracer() -> ListingTracer:
    return ListingTracer()


def test_a_search_is_told_step_by_step(path: Path, tracer: ListingTracer) -> None:
    with Memory(path, embedder=WatchedEmbedder(), tracer=tracer) as memory:
        ana = memory.scope(user="ana")
        memory.add("I own a boat called Zanzibar.", scope=ana)
        assert memory.search("Who owns Zanzibar?", scope=ana, top_k=3).hits
    assert tracer.above["search"] == {""}
    assert {name for name, above in tracer.above.items() if above == {"search"}} >= SIGNALS
    assert tracer.above["search.gather"] == {"search.answer"}
    assert tracer.figures["search"] == {"top_k": 3}
    assert tracer.figures["search.judge"] == {"candidates": 2}
    assert tracer.ended[-1] == "search"
    assert set(tracer.ended) == set(tracer.above)


def test_a_signal_that_is_left_out_does_nothing(path: Path, tracer: ListingTracer) -> None:
    with Memory(path, embedder=WatchedEmbedder(), tracer=tracer) as memory:
        ana = memory.scope(user="ana")
        memory.search("Who owns Zanzibar?", scope=ana, leave_out=["temporal"])
    assert "search.temporal" not in tracer.above


def test_a_step_ends_where_it_fails(path: Path, tracer: ListingTracer) -> None:
    embedder = WatchedEmbedder()
    with Memory(path, embedder=embedder, tracer=tracer) as memory:
        ana = memory.scope(user="ana")
        memory.add("I own a boat called Zanzibar.", scope=ana)
        embedder.is_away = True
        assert "is away" in str(memory.search("Who owns Zanzibar?", scope=ana).degraded)
    assert {"search.embed", "search.semantic"} <= set(tracer.ended)


def test_nobody_is_told_unless_a_tracer_is_handed_in() -> None:
    untraced = Untraced()
    assert untraced.step("search") is untraced.step("search.read", hits=1)
