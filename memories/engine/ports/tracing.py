"""Tells how long the steps of a call take, so that a slow one says where."""

from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol


class Tracer(Protocol):
    """Watches the steps of calls. Safe to use from several threads."""

    def step(self, name: str, **figures: float) -> AbstractContextManager[object]:
        """A step, under way until the block ends.

        It is a part of whichever step is under way in the same context of `contextvars`; work that
        goes on in another thread takes its context along.

        Args:
            name: what is done, the same words whatever it is done with.
            figures: how much there is to do. Never anything that was said, or about whom.
        """
        ...


_NOTHING: Final = nullcontext()


class Untraced:
    """Watches nothing."""

    def step(self, name: str, **figures: float) -> AbstractContextManager[object]:
        """Nothing but the block."""
        del name, figures
        return _NOTHING
