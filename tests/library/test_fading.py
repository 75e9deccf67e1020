"""`decay=True`: what was said long ago and not again fades."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from memories import Memory, Scope, SearchHit
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.embedder import WordHashEmbedder

NOW: Final = datetime(2024, 6, 1, tzinfo=UTC)
ASKED: Final = "What does Ana cook?"


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory(embedder=WordHashEmbedder(), clock=FixedClock(NOW)) as opened:
        yield opened


def tell(memory: Memory, text: str, *, days_ago: float, user: str = "ana") -> Scope:
    scope = memory.scope(user=user)
    told = {"role": "user", "name": "Ana", "content": text}
    memory.add(told, scope=scope, timestamp=NOW - timedelta(days=days_ago), infer=False)
    return scope


def found(memory: Memory, scope: Scope, **asked: bool) -> list[SearchHit]:
    return list(memory.search(ASKED, scope=scope, include_messages=False, **asked))  # type: ignore[arg-type]  # flags


def test_of_two_that_say_as_much_the_older_one_fades(memory: Memory) -> None:
    tell(memory, "I cook soup often.", days_ago=400)
    ana = tell(memory, "I cook rice often.", days_ago=1)
    first, *_ = found(memory, ana, decay=True)
    assert first.text == "I cook rice often."
    plain = {hit.text: hit.score for hit in found(memory, ana)}
    for hit in found(memory, ana, decay=True):
        assert hit.score == pytest.approx(plain[hit.text] * hit.breakdown.decay)
        assert 0.7 <= hit.breakdown.decay <= 1


def test_without_it_nothing_fades(memory: Memory) -> None:
    ana = tell(memory, "I cook soup often.", days_ago=4000)
    (hit,) = found(memory, ana)
    assert hit.breakdown.decay == 1


def test_what_was_said_again_fades_less(memory: Memory) -> None:
    best: list[SearchHit] = []
    for user, repeats in (("once", 1), ("often", 4)):
        for number in range(repeats):
            tell(memory, "I cook soup often.", days_ago=400 - number, user=user)
        best += found(memory, memory.scope(user=user), decay=True)
    once, often = best
    assert often.memory is not None
    assert often.memory.reinforcements == 3
    assert often.breakdown.decay > once.breakdown.decay


def test_a_plan_does_not_fade_before_its_time(memory: Memory) -> None:
    ana = memory.scope(user="ana")
    told = {"role": "user", "name": "Ana", "content": "I will cook for my family in August 2024."}
    memory.add(told, scope=ana, timestamp=NOW - timedelta(days=300))
    (hit,) = found(memory, ana, decay=True)
    assert hit.breakdown.decay == 1


def test_a_better_answer_from_long_ago_still_comes_first(memory: Memory) -> None:
    tell(memory, "Ana does cook lentils, that is what Ana does cook.", days_ago=4000)
    ana = tell(memory, "The weather was fine and what a day it was.", days_ago=0)
    assert "lentils" in found(memory, ana, decay=True)[0].text


def test_it_says_how_much_and_why(memory: Memory) -> None:
    ana = tell(memory, "I cook soup often.", days_ago=90)
    (hit,) = found(memory, ana, decay=True, explain=True)
    assert hit.explanation[-1] == "said 90 days ago and 0 times again: 0.85 of the score"


def test_contexts_fade_too(memory: Memory) -> None:
    tell(memory, "I cook soup often.", days_ago=900)
    ana = tell(memory, "I cook rice often.", days_ago=1)
    hits = memory.context(ASKED, scope=ana, threshold=0.0, decay=True).hits
    assert {hit.breakdown.decay < 0.9 for hit in hits} == {True, False}
