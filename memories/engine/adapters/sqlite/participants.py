"""Whom the rows of a file belong to."""

from typing import Final

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.adapters.sqlite.visibility import in_scope
from memories.engine.domain import Participant, ParticipantKind, Scope
from memories.engine.storage.rows import from_micros
from memories.engine.storage.values import whole, words

# Rows are counted by the number of their scope first: there are few scopes, and an index has all
# that is asked.
_COUNTED: Final = (
    "SELECT scope, sum(memories) AS memories, min(first_at) AS first_at, max(last_at) AS last_at"
    " FROM (SELECT scope, count(*) FILTER (WHERE merged_into IS NULL) AS memories,"
    " min(recorded_at) AS first_at, max(recorded_at) AS last_at FROM memories GROUP BY scope"
    " UNION ALL SELECT scope, 0, min(recorded_at), max(recorded_at) FROM messages GROUP BY scope)"
    " GROUP BY scope"
)


def participants(connection: Connection, scope: Scope) -> tuple[Participant, ...]:
    """Users, agents, apps and runs that the scope's rows belong to, by kind and name."""
    condition, values = in_scope(scope)
    by_kind = " UNION ALL ".join(
        f"SELECT {place} AS place, {kind} AS name, memories, first_at, last_at FROM whose"
        for place, kind in enumerate(ParticipantKind)
    )
    rows = connection.rows(
        f"WITH counted AS ({_COUNTED}), whose AS MATERIALIZED (SELECT m.user, m.agent, m.app,"
        " m.run, counted.memories, counted.first_at, counted.last_at"
        f" FROM scopes m JOIN counted ON counted.scope = m.seq WHERE {condition})"
        " SELECT place, name, sum(memories), min(first_at), max(last_at)"
        f" FROM ({by_kind}) WHERE name IS NOT NULL GROUP BY place, name ORDER BY place, name",
        values,
    )
    kinds = tuple(ParticipantKind)
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
