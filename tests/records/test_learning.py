"""A language model learns for a project in Postgres as it does for a file."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest

from memories import Memory, ModelRequest
from memories.engine.domain import IngestEvent
from memories.engine.ports.language_model import ScriptedModel
from tests.library.learned import claim, known_in, turns_in
from tests.records.hosted import hosted_memory

PORTO: Final = "I live in Porto."
LISBON: Final = "I live in Lisbon."


def moving(request: ModelRequest) -> str:
    """Restates each turn; what is said later of Porto is true no longer."""
    known = [
        {"memory": number, "relation": "supersedes"}
        for number, text in known_in(request.prompt)
        if "Porto" in text
    ]
    said = turns_in(request.prompt)
    return json.dumps({"facts": [{**claim(*each), "known": known} for each in said]})


@pytest.fixture
def memory(transactional_db: None, records_database: None) -> Iterator[Memory]:
    with hosted_memory(ScriptedModel(moving)) as opened:
        yield opened


def test_known_memories_are_found_through_the_index_and_replaced(memory: Memory) -> None:
    ana = memory.scope(user="ana")
    (old,) = memory.add(PORTO, scope=ana, job_id="j").outcomes
    added = memory.add(LISBON, scope=ana)
    (new,) = added.outcomes
    assert memory.get(str(old.memory_id)).superseded_by == new.memory_id
    kept = memory.get(str(new.memory_id))
    assert (kept.learned_by, kept.importance) == (added.extractor, 0.5)
    found = memory.search("Where is it, in Lisbon?", scope=ana, include_messages=False)
    assert kept in [hit.memory for hit in found.hits]


def test_a_preview_leaves_nothing_behind(memory: Memory) -> None:
    ana = memory.scope(user="ana")
    memory.add(PORTO, scope=ana)
    before = memory.stats()
    seen = memory.preview(LISBON, scope=ana)
    assert [(each.event, each.memory_id) for each in seen.outcomes] == [(IngestEvent.ADD, None)]
    after = memory.stats()
    assert replace(after, bytes_on_disk=0) == replace(before, bytes_on_disk=0)
    (porto,) = memory.list(scope=ana)
    assert porto.superseded_by is None
    found = memory.search("Lisbon", scope=ana)
    assert all("Lisbon" not in hit.text for hit in found.hits)
