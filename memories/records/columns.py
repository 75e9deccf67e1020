"""Columns that are read into messages and memories, of the alias `m`."""

from typing import Final

from memories.engine.storage.rows import MEMORY_COLUMNS, MESSAGE_COLUMNS


def _of_m(names: str) -> str:
    # Qualified always: `user` alone is Postgres's name for who is connected.
    return ", ".join(f"m.{name}" for name in names.split(", "))


MESSAGE: Final = _of_m(MESSAGE_COLUMNS)
MEMORY: Final = _of_m(MEMORY_COLUMNS)
IDS: Final = _of_m("user, agent, app, run")
