"""How well repeats are recognised, against pairs labelled by hand (fixtures/near_duplicates)."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from memories.engine.text.statements import say_the_same

FIXTURES = Path(__file__).parents[1] / "fixtures" / "near_duplicates"


@dataclass(frozen=True, slots=True)
class Figures:
    false_merges: int
    different: int
    found: int
    same: int

    @property
    def false_share(self) -> float:
        return self.false_merges / self.different

    @property
    def recall(self) -> float:
        return self.found / self.same

    def __str__(self) -> str:
        return (
            f"false merges {self.false_merges} of {self.different} ({self.false_share:.1%}), "
            f"recall {self.found} of {self.same} ({self.recall:.1%})"
        )


def measured(name: str) -> Figures:
    lines = (FIXTURES / f"{name}.jsonl").read_text("utf-8").splitlines()
    pairs = [json.loads(line) for line in lines]
    merged = [(pair["same"], say_the_same(pair["a"], pair["b"])) for pair in pairs]
    return Figures(
        false_merges=merged.count((False, True)),
        different=sum(not same for same, _ in merged),
        found=merged.count((True, True)),
        same=sum(same for same, _ in merged),
    )


# Floors lie a little under what was measured, so that a new rule may lose a pair or two.
@pytest.mark.parametrize(("name", "most_false", "least_recall"), [("dev", 0.0, 0.74), ("test", 0.01, 0.27)])
def test_different_facts_stay_apart_and_most_repeats_are_found(
    name: str, most_false: float, least_recall: float
) -> None:
    figures = measured(name)
    print(f"near duplicates, {name}: {figures}")  # noqa: T201 - the figures are the result
    assert figures.false_share <= most_false, figures
    assert figures.recall >= least_recall, figures
