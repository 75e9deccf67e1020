"""What a search can be asked besides its question."""

import pytest

from memories import InvalidInput, Memory, Scope
from memories.engine.domain import Signal


def tell(memory: Memory, scope: Scope, *texts: str) -> None:
    for text in texts:
        memory.add([{"role": "user", "name": "Nora", "content": text}], scope=scope)


def test_hits_carry_as_many_turns_around_them_as_asked_for(memory: Memory, acme: Scope) -> None:
    tell(memory, acme, "One.", "My brother is called Leo.", "I own a boat.", "The sea is calm.")
    (hit,) = memory.search("Who owns a boat?", scope=acme, top_k=1, neighbours=1)
    assert [turn.text for turn in hit.neighbours] == [
        "My brother is called Leo.",
        "The sea is calm.",
    ]
    (hit,) = memory.search("Who owns a boat?", scope=acme, top_k=1, neighbours=2)
    assert len(hit.neighbours) == 3
    with pytest.raises(InvalidInput, match="neighbours: expected 0 to 10, got 11"):
        memory.search("boat", scope=acme, neighbours=11)


@pytest.mark.parametrize("part", [*Signal, "session"])
def test_a_part_of_the_score_can_be_left_out(memory: Memory, acme: Scope, part: str) -> None:
    tell(memory, acme, "I met Ines in Porto in May 2023.", "Ines is well.")
    query = "What happened in Porto in May 2023?"
    used = memory.search(query, scope=acme)[0].breakdown
    assert getattr(used, part) > 0
    left = memory.search(query, scope=acme, leave_out=[part])
    assert left.degraded == {}
    if part != "session":
        assert getattr(left[0].breakdown, part) == 0


def test_a_part_of_the_score_that_is_none_is_named(memory: Memory, acme: Scope) -> None:
    with pytest.raises(InvalidInput, match=r"leave_out: expected any of entity, .* got 'words'"):
        memory.search("boat", scope=acme, leave_out=["words"])


def test_whom_the_question_names_counts(memory: Memory, acme: Scope) -> None:
    for name in ("Nora", "Leo"):
        memory.add([{"role": "user", "name": name, "content": "I own a boat."}], scope=acme)
    for name in ("Nora", "Leo"):
        hits = memory.search(f"What does {name} own?", scope=acme)
        assert hits[0].attributed_to == name
        assert hits[0].score > hits[1].score


def test_naming_somebody_in_the_filters_is_as_good_as_in_the_scope(memory: Memory) -> None:
    acme, globex = memory.scope(user="acme", run="r1"), memory.scope(user="globex", run="r1")
    for scope in (acme, globex):
        tell(memory, scope, "I met Ines in Porto in May 2023.", "Ines is well.")
    query = "Who is well?"
    asked = memory.search(query, scope=acme, explain=True)
    for filters in (
        {"user_id": "acme", "run_id": "r1"},
        {"AND": [{"user_id": "acme"}, {"run_id": "r1"}]},
    ):
        assert memory.search(query, filters=filters, explain=True) == asked
    both = memory.search(query, scope=memory.scope(run="r1"), filters={"user_id": "acme"})
    assert [hit.id for hit in both] == [hit.id for hit in asked]
    assert not memory.search(query, scope=globex, filters={"user_id": "acme"})
    assert not memory.search(query, filters={"AND": [{"user_id": "acme"}, {"user_id": "globex"}]})


def test_an_id_that_nobody_can_have_finds_nobody(memory: Memory, acme: Scope) -> None:
    tell(memory, acme, "I own a boat.")
    for name in ("x" * 257, "  "):
        assert not memory.search("boat", filters={"user_id": name})
        assert not memory.list(filters={"user_id": name}).memories
        assert not memory.browse(filters={"user_id": name}).memories
