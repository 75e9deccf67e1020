"""On whose behalf something is done: said where a request or job begins, read where it is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Final

# Whoever asks without a key, such as an agent that registers itself.
ANONYMOUS: Final = "anonymous"
# The server itself: commands, upkeep, jobs that were accepted before their actor was kept.
SYSTEM: Final = "system"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who does something, and from where.

    Attributes:
        actor: the id of a key or, where a person proves who they are, of a user; else `ANONYMOUS`
            or `SYSTEM`.
        address: of the request; empty without one.
        request_id: of the request; empty without one.
    """

    actor: str = SYSTEM
    address: str = ""
    request_id: str = ""


_NOBODY: Final = Caller()
_CALLER: Final[ContextVar[Caller]] = ContextVar("caller", default=_NOBODY)


def current_caller() -> Caller:
    """On whose behalf this is done."""
    return _CALLER.get()


@contextmanager
def calling(caller: Caller) -> Iterator[None]:
    """Do what the block does on that caller's behalf."""
    token = _CALLER.set(caller)
    try:
        yield
    finally:
        _CALLER.reset(token)


@contextmanager
def acting_as(actor: object) -> Iterator[None]:
    """Do what the block does as somebody whom the request has proved to come from."""
    with calling(replace(_CALLER.get(), actor=str(actor))):
        yield


def name_actor(actor: object) -> None:
    """Say who makes the current request, now that it is known, until the request is answered."""
    _CALLER.set(replace(_CALLER.get(), actor=str(actor)))
