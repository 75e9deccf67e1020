"""What a search can be asked besides its question."""

from datetime import UTC, datetime

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


def test_a_question_of_several_parts_finds_what_answers_each(memory: Memory, acme: Scope) -> None:
    said = ["I own a boat.", "I live in Porto.", "My brother is called Leo."]
    tell(memory, acme, *said, *(f"Today I fed {number} hens and ducks." for number in range(9)))
    query = "What is the boat for and who is called Leo?"
    found = memory.search(query, scope=acme, top_k=2, include_messages=False)
    assert {hit.text for hit in found} == {"Nora owns a boat.", "Nora's brother is called Leo."}
    alone = memory.search("who is called Leo?", scope=acme, top_k=1, include_messages=False)[0]
    (leo,) = (hit for hit in found if "Leo" in hit.text)
    assert leo.score == alone.score
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)


def test_what_a_question_wants_is_explained_and_can_be_left_out(
    memory: Memory, acme: Scope
) -> None:
    tell(memory, acme, "I own a red boat.")
    memory.add(
        [
            {
                "role": "user",
                "name": "Nora",
                "content": "I own a blue boat.",
                "timestamp": datetime(2024, 5, 1, 9, tzinfo=UTC),
            }
        ],
        scope=acme,
    )
    query = "When was the last time she saw a boat?"
    newest, older = memory.search(query, scope=acme, include_messages=False, explain=True)
    assert (newest.text, older.text) == ("Nora owns a red boat.", "Nora owns a blue boat.")
    assert newest.breakdown.intent > older.breakdown.intent == 0
    line = "intent 0.12: the question asks for the newest, by 'the last time'"
    assert newest.explanation[-1] == line
    left = memory.search(query, scope=acme, include_messages=False, leave_out=["intent"])
    assert all(hit.breakdown.intent == 0 for hit in left)
    assert left[0].score < newest.score
