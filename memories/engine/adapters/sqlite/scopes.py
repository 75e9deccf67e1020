"""The numbers under which rows carry their scope."""

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.domain import Scope
from memories.engine.storage.values import whole


def number_of(connection: Connection, scope: Scope) -> int:
    """The scope's number, given now if it has none. Needs a write transaction."""
    ids = (scope.user, scope.agent, scope.app, scope.run)
    found = connection.rows(
        "SELECT seq FROM scopes WHERE user IS ? AND agent IS ? AND app IS ? AND run IS ?", ids
    )
    if found:
        return whole(found[0][0])
    return connection.insert("INSERT INTO scopes (user, agent, app, run) VALUES (?, ?, ?, ?)", ids)
