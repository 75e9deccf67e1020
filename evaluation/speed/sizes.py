"""How much is measured: the sizes that the targets are about, or a tenth of them."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of one run.

    Attributes:
        name: as the command line names them.
        scope: memories in one scope, with the real model.
        few: memories in one scope, with made-up vectors; the base of the comparison.
        many: memories in `scopes` scopes and, again, in one; with made-up vectors.
        scopes: how many share a project.
        ingested: turns that are added to compare with the model alone.
        compared: turns that are added to compare with mem0.
        questions: asked of each file; a multiple of `rounds`.
        burst_seconds: how long adds come in over HTTP.
        rounds: parts of each measurement that the spread is taken over.
        binding: the targets are about these sizes.
    """

    name: str
    scope: int
    few: int
    many: int
    scopes: int
    ingested: int
    compared: int
    questions: int
    burst_seconds: int
    rounds: int
    binding: bool


FULL: Final = Sizes(
    name="full",
    scope=10_000,
    few=1_000,
    many=100_000,
    scopes=1_000,
    ingested=1_000,
    compared=3_000,
    questions=200,
    burst_seconds=30,
    rounds=5,
    binding=True,
)
SMALL: Final = Sizes(
    name="small",
    scope=1_000,
    few=100,
    many=10_000,
    scopes=100,
    ingested=100,
    compared=300,
    questions=50,
    burst_seconds=3,
    rounds=5,
    binding=False,
)
