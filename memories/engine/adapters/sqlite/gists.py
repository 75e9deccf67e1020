"""Which memories may say the same as another, found without comparing it with all of them."""

from collections.abc import Sequence

from memories.engine.adapters.sqlite.connection import Connection, Fields, SqlValue, words
from memories.engine.adapters.sqlite.rows import MEMORY_COLUMNS, optional_micros
from memories.engine.domain import MemoryRecord, Scope
from memories.engine.text.fingerprints import digest
from memories.engine.text.statements import gists_of


def gist_columns(memory: MemoryRecord) -> dict[str, SqlValue]:
    """Digests of the memory's gists, each with its speaker and the time that it tells of."""
    occurred = memory.occurred
    return _gist_columns(
        memory.text,
        memory.attributed_to,
        optional_micros(occurred.start if occurred else None),
        optional_micros(occurred.until if occurred else None),
    )


def _gist_columns(
    text: str, speaker: str, occurred_from: SqlValue, occurred_until: SqlValue
) -> dict[str, SqlValue]:
    bounds = (str(occurred_from), str(occurred_until))
    plain, dated = (digest(speaker, *bounds, gist) for gist in gists_of(text))
    return {"gist": plain, "dated_gist": None if dated == plain else dated}


def with_gists(connection: Connection, memory: MemoryRecord, scope: Scope) -> Sequence[Fields]:
    """Rows of exactly this scope that share a gist with the memory, and are in force."""
    columns = gist_columns(memory)
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
        columns = _gist_columns(words(text), words(speaker), *occurred)
        connection.run(
            "UPDATE memories SET gist = ?, dated_gist = ? WHERE seq = ?", (*columns.values(), seq)
        )
