"""Which state a question asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from memories.engine.text.states._states import State
from memories.engine.text.states._telling import is_about_relation
from memories.engine.text.word_lists import patterns


@dataclass(frozen=True, slots=True)
class AskedState:
    """A state that a question asks for.

    Attributes:
        words: those of the question that ask for it.
    """

    state: State
    words: str


def asked_state(question: str) -> AskedState | None:
    """The state that a question asks for of whom it names; None where it asks for none.

    What is marked is of those who speak: of "Ana's brother" nothing is.
    """
    if is_about_relation(question):
        return None
    for state, pattern in _patterns().items():
        if found := pattern.search(question):
            return AskedState(state, next(filter(None, found.groups())))
    return None


@cache
def _patterns() -> Mapping[State, re.Pattern[str]]:
    ways: dict[State, list[str]] = {}
    for state, pattern in patterns("asking"):
        ways.setdefault(State(state), []).append(pattern)
    return {
        state: re.compile(rf"(?<!\w)(?:{'|'.join(each)})(?!\w)", re.IGNORECASE)
        for state, each in ways.items()
    }
