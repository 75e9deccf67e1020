"""The four ways of finding, each scoring from 0 to 1 on a fixed scale of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from memories.engine.domain import Found

# Row id to what was found of it.
Ranking: TypeAlias = Mapping[str, Found]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one signal found.

    Attributes:
        ranking: rows with their scores.
        applies: False where the question gives the signal nothing to go by; it then has no
            weight in the fused score.
        note: why it does not apply, where that is worth telling.
    """

    ranking: Ranking = field(default_factory=dict)
    applies: bool = True
    note: str | None = None
