"""What may be so of somebody, and the index terms of the texts that tell of it."""

from enum import StrEnum
from typing import Final

# No word holds it.
_SIGN: Final = "§"


class State(StrEnum):
    """What may be so of somebody for a while."""

    WORK = "work"
    HOME = "home"
    STUDY = "study"
    PARTNER = "partner"
    PET = "pet"
    VEHICLE = "vehicle"
    HEALTH = "health"


class Phase(StrEnum):
    """What a text tells of a state: that it is so from then on, or no more, or was so."""

    HOLDS = "holds"
    ENDS = "ends"
    HELD = "held"


def mark_of(state: State, phase: Phase) -> str:
    """The index term of texts that tell of a state; no word is one."""
    return f"{_SIGN}{state}.{phase}"


def state_of(term: str) -> State | None:
    """The state that an index term is a mark of; None where it is a word."""
    return State(term[1:].partition(".")[0]) if term.startswith(_SIGN) else None
