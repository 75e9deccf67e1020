"""What a second search finds that the first one only leads to."""

import json
from pathlib import Path
from typing import Final

import pytest

from evaluation.speed.corpus import talk
from memories import InvalidInput, Memory, SearchResult
from tests.conftest import RecordFigure

QUESTIONS: Final = json.loads(
    (Path(__file__).parents[1] / "fixtures" / "hops" / "questions.json").read_text("utf-8")
)
FIRST: Final = 5


def shows(found: SearchResult, said: str) -> bool:
    return any(source.message.text == said for hit in found.hits for source in hit.sources)


def test_a_second_hop_finds_what_the_first_one_leads_to(record_figure: RecordFigure) -> None:
    found = {1: 0, 2: 0}
    with Memory() as memory:
        scope = memory.scope(user="ana")
        turns = talk(300, seed="hops")
        memory.add([{"role": "user", "content": turn.text} for turn in turns], scope=scope)
        for asked in QUESTIONS:
            for said in asked["said"]:
                memory.add(said, scope=scope)
        for asked in QUESTIONS:
            for hops in found:
                hits = memory.search(asked["question"], scope=scope, top_k=FIRST, hops=hops)
                assert len(hits) <= FIRST
                assert [hit.score for hit in hits] == sorted((h.score for h in hits), reverse=True)
                assert len({hit.id for hit in hits}) == len(hits)
                found[hops] += shows(hits, asked["said"][1])
    for hops, count in found.items():
        record_figure(f"of {len(QUESTIONS)} answered among the first {FIRST}, {hops} hops", count)
    assert found[2] > found[1]


def test_hops_are_one_or_two() -> None:
    with Memory() as memory, pytest.raises(InvalidInput, match="hops"):
        memory.search("boat", scope=memory.scope(user="ana"), hops=3)
