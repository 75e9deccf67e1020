"""How well repeats are recognised, against pairs labelled by hand (fixtures/near_duplicates)."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from memories.engine.text.statements import gists_of, say_the_same
from tests.conftest import RecordFigure

FIXTURES = Path(__file__).parents[1] / "fixtures" / "near_duplicates"


@dataclass(frozen=True, slots=True)
class Score:
    false_share: float
    recall: float


def measure(name: str, record_figure: RecordFigure) -> Score:
    lines = (FIXTURES / f"{name}.jsonl").read_text("utf-8").splitlines()
    pairs = [json.loads(line) for line in lines]
    merged = [(pair["same"], say_the_same(pair["a"], pair["b"])) for pair in pairs]
    for pair, (_, folded) in zip(pairs, merged, strict=True):
        # By their gists repeats are found among all that is known.
        alike = zip(gists_of(pair["a"]), gists_of(pair["b"]), strict=True)
        assert not folded or any(gist == twin for gist, twin in alike)
    different = sum(not same for same, _ in merged)
    score = Score(
        merged.count((False, True)) / different,
        merged.count((True, True)) / (len(merged) - different),
    )
    record_figure(f"near duplicates, {name}: share of false merges", score.false_share)
    record_figure(f"near duplicates, {name}: recall", score.recall)
    return score


# Floors lie a little under what was measured, so that a new rule may lose a pair or two.
@pytest.mark.parametrize(("name", "least_recall"), [("dev", 0.59), ("test", 0.27)])
def test_different_facts_stay_apart_and_most_repeats_are_found(
    name: str, least_recall: float, record_figure: RecordFigure
) -> None:
    score = measure(name, record_figure)
    assert score.false_share == 0.0
    assert score.recall >= least_recall
