"""How much is measured: what the targets are about, or a little of it."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class World:
    """Projects of one size, on an index of their own.

    Attributes:
        name: as the command line and the JSON have it.
        memories: in all.
        projects: that share them.
    """

    name: str
    memories: int
    projects: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """The sizes of one run.

    Attributes:
        name: as the command line names them.
        worlds: the first is what the others are compared with.
        user: memories of one user.
        seconds: how long is searched at a steady rate.
        rounds: parts of each measurement that the spread is taken over.
        binding: the targets are about these sizes.
    """

    name: str
    worlds: tuple[World, ...]
    user: int
    seconds: int
    rounds: int
    binding: bool


FULL: Final = Sizes(
    name="full",
    worlds=(
        World("many_projects", 100_000, 100),
        World("one_project", 100_000, 1),
        World("thousand_projects", 1_000_000, 1_000),
    ),
    user=100,
    seconds=60,
    rounds=5,
    binding=True,
)
SMALL: Final = Sizes(
    name="small",
    worlds=(World("many_projects", 400, 4), World("one_project", 400, 1)),
    user=50,
    seconds=3,
    rounds=3,
    binding=False,
)
