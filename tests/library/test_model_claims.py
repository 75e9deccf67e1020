"""What a model claims of memories that it was shown, and previews."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from memories import Fact, ModelExtraction, ModelRequest
from memories.engine.domain import FactLink, IngestEvent, Kind, LinkKind, Quote
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.extractor import ScriptedExtractor
from memories.engine.ports.language_model import ScriptedModel
from memories.engine.text.fingerprints import stable_id
from tests.library.learned import Opens, acme_of, claim, known_in, messages, turns_in


def relating(**relations: str) -> Callable[[ModelRequest], str]:
    """Restates each turn and relates the first to known memories, by words that these hold."""

    def answer(request: ModelRequest) -> str:
        known = [
            {"memory": number, "relation": relations[word]}
            for number, text in known_in(request.prompt)
            for word in relations
            if word in text
        ]
        said = turns_in(request.prompt)
        return json.dumps({"facts": [{**claim(*each), "known": known} for each in said]})

    return answer


def test_a_newer_statement_replaces_an_older_one_and_both_stay(opened: Opens) -> None:
    memory = opened(ModelExtraction(ScriptedModel(relating(Porto="supersedes"))))
    acme = acme_of(memory)
    old = memory.add("I live in Porto.", scope=acme).outcomes[0].memory_id
    added = memory.add("I live in Lisbon.", scope=acme)
    new = added.outcomes[0].memory_id
    assert memory.get(str(old)).superseded_by == new
    assert [each.text for each in memory.list(scope=acme, latest_only=True)] == [
        "User: I live in Lisbon."
    ]
    (link,) = memory.links(str(old))
    assert (link.kind, link.reason) == ("supersedes", f"found by {added.extractor}")


def test_what_backs_up_a_memory_is_linked_to_it(opened: Opens) -> None:
    memory = opened(ModelExtraction(ScriptedModel(relating(Porto="supports"))))
    acme = acme_of(memory)
    old = memory.add("I live in Porto.", scope=acme).outcomes[0].memory_id
    memory.add("My flat is in Porto.", scope=acme)
    assert [link.kind for link in memory.links(str(old))] == ["supports"]
    assert memory.get(str(old)).superseded_by is None


@pytest.mark.parametrize(
    ("older", "newer", "is_same"),
    [
        ("I have got a little boat.", "I own a small boat.", True),
        ("I have 2 boats.", "I own 3 boats.", False),
        ("I have a boat.", "I do not own a boat.", False),
        ("I like Porto.", "I love Lisbon.", False),
        ("Ich habe ein Boot.", "Ich besitze ein Boot.", False),
    ],
)
def test_the_same_again_counts_for_the_memory_if_nothing_speaks_against_it(
    opened: Opens, older: str, newer: str, *, is_same: bool
) -> None:
    words = older.rsplit(maxsplit=1)[-1]
    memory = opened(ModelExtraction(ScriptedModel(relating(**{words: "same"}))))
    acme = acme_of(memory)
    old = str(memory.add(older, scope=acme).outcomes[0].memory_id)
    (outcome,) = memory.add(newer, scope=acme).outcomes
    if is_same:
        assert (outcome.event, outcome.memory_id) == (IngestEvent.NOOP, old)
        assert [source.quote for source in memory.sources(old)] == [older, newer]
    else:
        assert outcome.event is IngestEvent.ADD
    assert memory.get(old).reinforcements == is_same


def test_no_more_than_three_memories_are_replaced_in_one_add(opened: Opens) -> None:
    memory = opened(ModelExtraction(ScriptedModel(relating(boat="supersedes"))))
    acme = acme_of(memory)
    for number in range(6):
        memory.add(f"A boat passes, {number}.", scope=acme, infer=False)
    added = memory.add(messages("No boat is left.", "Not one boat."), scope=acme)
    assert memory.stats(scope=acme).superseded == 3
    assert added.dropped == {"it is one replacement too many": 9}


def test_immutable_memories_are_never_replaced(opened: Opens) -> None:
    memory = opened(ModelExtraction(ScriptedModel(relating(Porto="supersedes"))))
    acme = acme_of(memory)
    memory.add("I live in Porto.", scope=acme, immutable=True)
    added = memory.add("I live in Lisbon.", scope=acme)
    assert added.dropped == {"it would replace an immutable memory": 1}
    assert memory.stats().superseded == 0


def test_newer_statements_are_never_replaced_by_older_ones(
    opened: Opens, clock: FixedClock
) -> None:
    memory = opened(ModelExtraction(ScriptedModel(relating(Porto="supersedes"))))
    acme = acme_of(memory)
    memory.add("I live in Porto.", scope=acme)
    added = memory.add("I live in Lisbon.", scope=acme, timestamp=clock.now() - timedelta(days=1))
    assert len(added.dropped) == 1
    assert memory.stats().superseded == 0


def test_memories_of_narrower_and_wider_scopes_are_not_shown(opened: Opens) -> None:
    model = ScriptedModel(relating(Porto="supersedes"))
    memory = opened(ModelExtraction(model))
    for agent, run in [(None, None), ("bot", None), ("bot", "r1")]:
        scope = memory.scope(user="acme", agent=agent, run=run)
        memory.add(f"I live in Porto, {agent} {run}.", scope=scope)
    memory.add("I live in Lisbon.", scope=memory.scope(user="acme", agent="bot"))
    assert known_in(model.requests[-1].prompt) == [(1, "User: I live in Porto, bot None.")]
    assert memory.stats().superseded == 1


def test_a_preview_says_what_an_add_would_do_and_stores_nothing(opened: Opens) -> None:
    memory = opened(ModelExtraction(ScriptedModel(relating(Porto="supersedes"))))
    acme = acme_of(memory)
    known = memory.add(messages("I live in Porto.", "I own a boat."), scope=acme)
    before = memory.stats(scope=acme)
    said = messages("I live in Lisbon.", "I own a boat. ")
    seen = memory.preview(said, scope=acme)
    assert replace(memory.stats(scope=acme), bytes_on_disk=0) == replace(before, bytes_on_disk=0)
    assert [fact.quotes[0].text for fact in seen.facts] == ["I live in Lisbon.", "I own a boat."]
    assert [(each.event, each.memory_id) for each in seen.outcomes] == [
        (IngestEvent.ADD, None),
        (IngestEvent.NOOP, known.outcomes[1].memory_id),
    ]
    assert seen.usage.read > 0
    assert not memory.search("Lisbon", scope=acme).hits
    added = memory.add(said, scope=acme)
    assert [each.event for each in added.outcomes] == [each.event for each in seen.outcomes]
    assert (added.extractor, added.dropped) == (seen.extractor, seen.dropped)


@pytest.mark.parametrize("claimed", ["links", "repeats"])
def test_no_extractor_reaches_memories_of_another_scope(opened: Opens, claimed: str) -> None:
    extractor = ScriptedExtractor()
    memory = opened(extractor)
    acme, globex = acme_of(memory), memory.scope(user="globex")
    (others,) = memory.add("I own a boat.", scope=globex, infer=False).outcomes
    seed = "a seed that is known before"
    words = "I own a boat!"
    fact = Fact(
        text=words,
        attributed_to="User",
        quotes=(Quote(stable_id(seed, "message", "0"), 0, len(words), words),),
        said_at=datetime(2030, 1, 1, tzinfo=UTC),
        kind=Kind.STATE,
    )
    link = FactLink(LinkKind.SUPERSEDES, str(others.memory_id))
    claiming = {
        "links": replace(fact, links=(link,)),
        "repeats": replace(fact, repeats=others.memory_id),
    }
    extractor.facts = {words: [claiming[claimed]]}
    added = memory.add(words, scope=acme, seed=seed)
    assert added.dropped == {"it points at no memory of this scope": 1}
    assert [each.event for each in added.outcomes] == [IngestEvent.ADD]
    kept = memory.get(str(others.memory_id))
    assert (kept.superseded_by, kept.reinforcements) == (None, 0)
