"""Facts about a project that cost a question, kept until something in it changes."""

import threading
from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Final, TypeVar, cast

_Key = TypeVar("_Key", bound=Hashable)
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
        facts = self._facts_of_state()
        if key in facts:
            return cast("_Fact", facts[key])
        facts[key] = fact = ask()
        return fact

    def get_all(
        self,
        of: Hashable,
        keys: Collection[_Key],
        ask: Callable[[Collection[_Key]], Mapping[_Key, _Fact]],
    ) -> dict[_Key, _Fact]:
        """Facts of one sort by key; those that are not known are asked for together.

        Args:
            of: names their sort.
            keys: name them.
            ask: gives some, by key; what it leaves out is left out.
        """
        facts = self._facts_of_state()
        unknown = [key for key in keys if (of, key) not in facts]
        if unknown:
            facts |= {(of, key): fact for key, fact in ask(unknown).items()}
        return {key: cast("_Fact", facts[of, key]) for key in keys if (of, key) in facts}

    def _facts_of_state(self) -> dict[Hashable, object]:
        """Those of the present state; what is learned of an older one goes with that."""
        state = self._state()
        with self._lock:
            if state is None or state != self._of or len(self._facts) > _MOST:
                self._facts, self._of = {}, state
            return self._facts
