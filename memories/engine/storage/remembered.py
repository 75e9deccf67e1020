"""Facts about a project that cost a question, kept until something in it changes."""

import threading
from collections.abc import Callable, Hashable
from typing import Final, TypeVar, cast

_Fact = TypeVar("_Fact")
# A search asks some ten.
_MOST: Final = 10_000


class Remembered:
    """Facts of one state of a project; safe for several threads."""

    def __init__(self, state: Callable[[], object]) -> None:
        """Begin with none.

        Args:
            state: names the state that the project is in; None where that can't be told, and then
                nothing is remembered.
        """
        self._state = state
        self._lock = threading.Lock()
        self._facts: dict[Hashable, object] = {}
        self._of: object = None

    def get(self, key: Hashable, ask: Callable[[], _Fact]) -> _Fact:
        """A fact; asked for if it is not known of the project's present state.

        Args:
            key: names it.
            ask: gives it.
        """
        return self.get_in(self._state(), key, ask)

    def state(self) -> object:
        """The state that the project is in, for several questions about it."""
        return self._state()

    def get_in(self, state: object, key: Hashable, ask: Callable[[], _Fact]) -> _Fact:
        """As `get`, of a state that was asked for before.

        Args:
            state: as `state` gave it.
            key: names the fact.
            ask: gives it.
        """
        with self._lock:
            if state is None or state != self._of or len(self._facts) > _MOST:
                self._facts, self._of = {}, state
            facts = self._facts
            if key in facts:
                return cast("_Fact", facts[key])
        fact = ask()
        # What was learned of an older state goes with that.
        facts[key] = fact
        return fact
