"""The four ways of finding. Each finds rows that may answer, and judges any row from 0 to 1."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What one signal found.

    Attributes:
        owner_ids: rows that may answer.
        applies: False where the question gives the signal nothing to go by; it then has no
            weight in the fused score.
        note: why it does not apply, where that is worth telling.
    """

    owner_ids: tuple[str, ...] = ()
    applies: bool = True
    note: str | None = None
