"""Whom a project's rows belong to."""

from typing import Final

from memories.engine.domain import Participant, ParticipantKind, Scope
from memories.engine.storage.rows import from_micros
from memories.engine.storage.values import whole, words
from memories.records.connection import Connection
from memories.records.visibility import in_scope

# Rows are counted by the number of their scope first: there are few scopes, and an index has all
# that is asked.
_COUNTED: Final = (
    "SELECT scope, count(*) FILTER (WHERE merged_into IS NULL) AS memories,"
    " min(recorded_at) AS first_at, max(recorded_at) AS last_at"
    " FROM records_memory WHERE project = %s GROUP BY scope"
    " UNION ALL SELECT scope, 0, min(recorded_at), max(recorded_at)"
    " FROM records_message WHERE project = %s GROUP BY scope"
)


def participants(connection: Connection, scope: Scope) -> tuple[Participant, ...]:
    """Users, agents, apps and runs that the scope's rows belong to, by kind and name."""
    condition, values = in_scope(connection, scope)
    kinds = tuple(ParticipantKind)
    by_kind = ", ".join(f"({place}, m.{kind})" for place, kind in enumerate(kinds))
    rows = connection.rows(
        f"WITH counted AS ({_COUNTED}) SELECT named.place, named.name,"
        " sum(counted.memories)::bigint, min(counted.first_at), max(counted.last_at)"
        " FROM records_scope m JOIN counted ON counted.scope = m.seq"
        f" CROSS JOIN LATERAL (VALUES {by_kind}) AS named (place, name)"
        f" WHERE {condition} AND named.name IS NOT NULL"
        " GROUP BY named.place, named.name ORDER BY named.place, named.name",
        (connection.project, connection.project, *values),
    )
    return tuple(
        Participant(
            kind=kinds[whole(place)],
            name=words(name),
            memories=whole(memories),
            first_at=from_micros(first),
            last_at=from_micros(last),
        )
        for place, name, memories, first, last in rows
    )
