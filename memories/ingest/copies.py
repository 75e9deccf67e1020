"""Copies of what memories say, kept beside them: they go when memories are deleted."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

_FORGETTING: Final[list[Callable[[UUID], None]]] = []


def on_deletion(forget: Callable[[UUID], None]) -> None:
    """Have it called with the project's id whenever something of a project is deleted."""
    _FORGETTING.append(forget)


def forget_copies(project_id: UUID) -> None:
    """Forget every copy of what a project's memories say."""
    for forget in _FORGETTING:
        forget(project_id)
