"""The projects in Postgres: which have changed, and how one is removed."""

from collections.abc import Sequence

from django.db import transaction

from memories.engine.domain import Scope
from memories.engine.storage.values import words
from memories.records.connection import ALIAS, Connection
from memories.records.database import NO_PROJECT, connected, limit_waiting, translated


def changed_projects(limit: int) -> Sequence[tuple[str, str]]:
    """Organisations and projects of at most so many that have notes of changes."""
    with translated(), connected() as raw:
        rows = Connection(raw, NO_PROJECT).rows(
            "SELECT organization, name FROM records_project"
            " WHERE number IN (SELECT project FROM records_change) ORDER BY number LIMIT %s",
            (limit,),
        )
    return [(words(organization), words(project)) for organization, project in rows]


def all_projects() -> Sequence[Scope]:
    """Every project that has records, as they came."""
    with translated(), connected() as raw:
        rows = Connection(raw, NO_PROJECT).rows(
            "SELECT organization, name FROM records_project ORDER BY number"
        )
    return [Scope(words(organization), words(project)) for organization, project in rows]


def least_lately(setting: str) -> Scope | None:
    """The project whose setting of that name is the least, or which has none; None without any."""
    with translated(), connected() as raw:
        rows = Connection(raw, NO_PROJECT).rows(
            "SELECT p.organization, p.name FROM records_project p LEFT JOIN records_setting s"
            " ON s.project = p.number AND s.key = %s"
            " ORDER BY s.value NULLS FIRST, p.number LIMIT 1",
            (setting,),
        )
    return Scope(words(rows[0][0]), words(rows[0][1])) if rows else None


def scope_of_project(project: str) -> Scope | None:
    """The project of that name, whoever's it is; None if there is none."""
    with translated(), connected() as raw:
        rows = Connection(raw, NO_PROJECT).rows(
            "SELECT organization FROM records_project WHERE name = %s", (project,)
        )
    return Scope(words(rows[0][0]), project) if rows else None


def remove_project(scope: Scope) -> bool:
    """Delete everything of a project, once nobody writes to it; it is never written to again.

    Whoever has its records open can enter it anew only by opening them anew.

    Returns:
        True if it was there.

    Raises:
        StoreBusy: somebody went on writing to it.
    """
    with translated(), connected() as raw, transaction.atomic(using=ALIAS):
        connection = Connection(raw, NO_PROJECT)
        limit_waiting(connection)
        return bool(
            connection.run(
                "DELETE FROM records_project WHERE organization = %s AND name = %s",
                (scope.organization, scope.project),
            )
        )
