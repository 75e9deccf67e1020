"""Which memories may say the same as another, found without comparing it with all of them."""

from collections.abc import Sequence

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.domain import MemoryRecord, Scope
from memories.engine.storage.gists import gist_columns
from memories.engine.storage.rows import MEMORY_COLUMNS, memory_row
from memories.engine.storage.values import Fields, words


def with_gists(connection: Connection, memory: MemoryRecord, scope: Scope) -> Sequence[Fields]:
    """Rows of exactly this scope that share a gist with the memory, and are in force."""
    columns = memory_row(memory)
    dated = columns["dated_gist"] or columns["gist"]
    return connection.fields(
        "WITH home AS (SELECT seq FROM scopes WHERE user IS ? AND agent IS ? AND app IS ?"
        f" AND run IS ?) SELECT {MEMORY_COLUMNS} FROM memories WHERE seq IN ("
        # One index for each, where an OR would have every memory of the scope read.
        "SELECT seq FROM memories WHERE scope = (SELECT seq FROM home) AND gist IN (?, ?)"
        " UNION SELECT seq FROM memories"
        " WHERE scope = (SELECT seq FROM home) AND dated_gist = ?)"
        " AND superseded_by IS NULL AND merged_into IS NULL ORDER BY seq",
        (scope.user, scope.agent, scope.app, scope.run, columns["gist"], dated, dated),
    )


def note_gists(connection: Connection) -> None:
    """Give the memories their gists that were stored without."""
    rows = connection.rows(
        "SELECT seq, text, attributed_to, occurred_from, occurred_until FROM memories"
        " WHERE gist IS NULL"
    )
    for seq, text, speaker, *occurred in rows:
        columns = gist_columns(words(text), words(speaker), *occurred)
        connection.run(
            "UPDATE memories SET gist = ?, dated_gist = ? WHERE seq = ?", (*columns.values(), seq)
        )
