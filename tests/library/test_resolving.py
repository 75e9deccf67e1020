"""What is found to be one is looked at first, and merged as far as one likes."""

import pytest

from memories import Memory, Scope
from memories.engine.domain import Entity, EntityType
from memories.engine.errors import InvalidScope
from memories.engine.ingestion.entity_resolution import resolve_entities
from memories.engine.text.forms import form_of


@pytest.fixture
def leo(memory: Memory) -> Scope:
    leo = memory.scope(user="leo")
    memory.add("The contract with DataForge Systems ends in June.", scope=leo)
    memory.add("Data-Forge Systems renewed the contract.", scope=leo)
    return leo


def test_what_was_found_is_merged_with_its_score_and_reason(memory: Memory, leo: Scope) -> None:
    found = memory.resolve_entities(scope=leo, apply=False)
    assert memory.entity_merges(scope=leo) == []
    assert memory.merge_found(found.merged, scope=leo) == found.merged
    (merge,) = memory.entity_merges(scope=leo)
    assert (merge.score, merge.reason) == (found.merged[0].score, found.merged[0].reason)
    assert memory.resolve_entities(scope=leo).merged == ()


def test_what_is_merged_or_gone_by_then_is_left_as_it_is(memory: Memory, leo: Scope) -> None:
    (found,) = memory.resolve_entities(scope=leo, apply=False).merged
    memory.merge_entities(found.into_id, into=found.entity.id, scope=leo)
    assert memory.merge_found([found], scope=leo) == ()
    memory.delete_all(scope=leo)
    assert memory.merge_found([found], scope=leo) == ()


def test_nobody_elses_entities_are_merged(memory: Memory, leo: Scope) -> None:
    found = memory.resolve_entities(scope=leo, apply=False)
    assert memory.merge_found(found.merged, scope=memory.scope(user="bo")) == ()
    with pytest.raises(InvalidScope):
        memory.merge_found(found.merged, scope=memory.scope())


def test_a_consolidation_holds_those_against_others_that_it_looks_at(
    memory: Memory, leo: Scope
) -> None:
    looked_at = [each.id for each in memory.list(scope=leo)]
    store = memory._engine.ingest.records.consolidation
    store.settle(looked_at, scope=leo)
    memory.add("I own a boat.", scope=leo)
    assert memory.consolidate(scope=leo).merged_entities == ()
    store.renew(looked_at[:1], scope=leo)
    assert len(memory.consolidate(scope=leo).merged_entities) == 1


def test_whom_else_another_may_be_counts_though_nobody_looks_at_that_one(memory: Memory) -> None:
    ida = memory.scope(user="ida")
    memory.add("I own a boat. I own a ship. I own a kayak.", scope=ida)
    names = ("Xena Bergmann", "Xena Bergmonn", "Xeno Bergmonn")
    first, *others = memory.list(scope=ida)
    for name, owner in zip(names, (first, *others), strict=True):
        enter(memory, name, owner.id, scope=ida)
    tools = memory._engine.ingest
    about = resolve_entities(scope=ida, apply=False, tools=tools, about=[first.id])
    assert about.merged == ()
    (suggested,) = about.suggested
    assert {suggested.entity.id, suggested.into_id} == {f"entity {name}" for name in names[:2]}


def enter(memory: Memory, name: str, owner_id: str, *, scope: Scope) -> None:
    """Let a memory mention an entity, as an ingest would."""
    entities = memory._engine.ingest.records.entities
    entity = Entity(f"entity {name}", name, EntityType.PERSON)
    entities.add(entity, form=form_of(name), scope=scope)
    entities.mention(entity.id, owner_id, surface=name, score=1.0, reason="", scope=scope)
