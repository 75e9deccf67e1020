"""Projects with keys and filled indexes: a process of its own, with the platform's settings.

    python -m evaluation.platform_speed.filling --memories N --projects N --user N

A search of a project that nothing changes in asks its index alone. So the truth of each project
holds one turn, which enters it there as any other, and the rest is written to its index. Prints one
JSON object.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final

import django

django.setup()

from django.conf import settings

from controlplane.apikeys.services import issue_key
from controlplane.organizations.services import found_organization
from controlplane.shared_index import shared_index
from evaluation.platform_speed.asked import Asked
from evaluation.platform_speed.indexed import indexed_talk
from evaluation.speed.corpus import questions, talk
from memories import Scope
from memories.engine.ports.index_server import IndexWriter
from memories.ingest.projects import PROJECTS
from memories.records.stores import index_name

_QUESTIONS_A_USER: Final = 4
_DIMENSIONS: Final = 384


@dataclass(slots=True)
class Filled:
    """What was written.

    Attributes:
        rows: memories and messages.
        seconds: that they took, without making them up.
        asked: questions, all of one project after another.
    """

    rows: int = 0
    seconds: float = 0.0
    entities: int = 0
    entity_seconds: float = 0.0
    asked: list[Asked] = field(default_factory=list)


def fill(memories: int, projects: int, *, user: int) -> Filled:
    """Make projects and fill their indexes.

    Args:
        memories: in all.
        projects: that share them.
        user: memories of one user.
    """
    filled = Filled()
    for number in range(projects):
        organization, project = found_organization(f"Measured {number}")
        key = issue_key(project.id, name="measuring").token
        with PROJECTS.use(project.id, organization_id=organization.id) as memory:
            memory.add("I live in Lisbon.", scope=memory.scope(user="warming"))
            model = memory.stats().model
        scope = Scope(str(organization.id), str(project.id))
        name = index_name(scope, model)
        writer = shared_index(settings.INDEX).writes(name, dimensions=_DIMENSIONS)
        for place in range(memories // projects // user):
            asked = Asked(key, name, f"u{place}")
            _fill_user(filled, writer, scope, asked, first=2 + place * user, turns=user)
        print(f"platform speed: filled {number + 1} of {projects}", file=sys.stderr, flush=True)
    PROJECTS.close()
    return filled


def _fill_user(
    filled: Filled, writer: IndexWriter, scope: Scope, asked: Asked, *, first: int, turns: int
) -> None:
    said = list(talk(turns, seed=f"{scope.project} {asked.user}"))
    whose = Scope(scope.organization, scope.project, user=asked.user)
    made = indexed_talk(said, scope=whose, first=first)
    started = time.perf_counter()
    writer.settle(made.rows, made.rows)
    settled = time.perf_counter()
    writer.settle_entities(made.entities, made.entities)
    filled.rows += len(made.rows)
    filled.seconds += settled - started
    filled.entities += len(made.entities)
    filled.entity_seconds += time.perf_counter() - settled
    filled.asked += [asked.about(each) for each in questions(said, _QUESTIONS_A_USER)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill, and say what was filled."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.platform_speed.filling")
    for name in ("memories", "projects", "user"):
        parser.add_argument(f"--{name}", type=int, required=True)
    given = parser.parse_args(arguments)
    filled: Mapping[str, object] = asdict(fill(given.memories, given.projects, user=given.user))
    print(json.dumps(filled))
    return 0


if __name__ == "__main__":
    sys.exit(main())
