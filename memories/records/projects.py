"""The projects in Postgres: which have changed, and how one is removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from memories.engine.domain import Scope
from memories.engine.storage.values import real, whole, words
from memories.records.connection import ALIAS, Connection
from memories.records.database import NO_PROJECT, connected, limit_waiting, take_time, translated


@dataclass(frozen=True, slots=True)
class Untold:
    """Changes that indexes have not heard of.

    Attributes:
        count: how many memories, messages and entities have changed.
        oldest_at: when the first of them did; None if there is none.
    """

    count: int
    oldest_at: datetime | None


def untold() -> Untold:
    """The changes of all projects that their indexes have not heard of."""
    with translated(), connected() as raw:
        ((count, oldest),) = Connection(raw, NO_PROJECT).rows(
            "SELECT count(*), extract(epoch FROM min(noted_at))::float8 FROM records_change"
        )
    oldest_at = None if oldest is None else datetime.fromtimestamp(real(oldest), UTC)
    return Untold(whole(count), oldest_at)


def changes_wait() -> bool:
    """True if there is any such change."""
    with translated(), connected() as raw:
        return bool(Connection(raw, NO_PROJECT).rows("SELECT 1 FROM records_change LIMIT 1"))


def changed_projects(limit: int) -> Sequence[Scope]:
    """At most so many projects that have notes of changes, in no order.

    So those who look at the same time rarely meet, and one that can't be told hides no other.
    """
    with translated(), connected() as raw:
        rows = Connection(raw, NO_PROJECT).rows(
            "SELECT organization, name FROM records_project"
            " WHERE number IN (SELECT project FROM records_change) ORDER BY random() LIMIT %s",
            (limit,),
        )
    return [Scope(words(organization), words(project)) for organization, project in rows]


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
        take_time(connection)
        return bool(
            connection.run(
                "DELETE FROM records_project WHERE organization = %s AND name = %s",
                (scope.organization, scope.project),
            )
        )
