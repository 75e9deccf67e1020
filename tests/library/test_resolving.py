"""What is found to be one is looked at first, and merged as far as one likes."""

import pytest

from memories import Memory, Scope
from memories.engine.errors import InvalidScope


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
