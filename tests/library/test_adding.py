"""What a Memory is told: kept once, learned once, proven."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from memories import AddResult, Memory, Scope
from memories.engine.domain import Fact, IngestEvent, Kind, Quote
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.embedder import WordHashEmbedder
from memories.engine.ports.extractor import ScriptedExtractor
from tests.library.extractors import DecidedExtractor, QuotingExtractor

MORNING = datetime(2024, 5, 1, 9, tzinfo=UTC)


def said(text: str, *, name: str = "Nora", at: datetime = MORNING) -> dict[str, object]:
    return {"role": "user", "name": name, "content": text, "timestamp": at}


def events(result: AddResult) -> list[str]:
    return [outcome.event.value for outcome in result.outcomes]


def texts(memory: Memory, scope: Scope, *, include_merged: bool = False) -> list[str]:
    return sorted(each.text for each in memory.list(scope=scope, include_merged=include_merged))


def test_what_is_said_is_kept_and_learned(memory: Memory, acme: Scope) -> None:
    result = memory.add([said("I moved to Lisbon. I own a boat.")], scope=acme)
    assert events(result) == ["ADD", "ADD"]
    assert (result.repeated_messages, result.reason) == (0, None)
    assert texts(memory, acme) == ["Nora moved to Lisbon.", "Nora owns a boat."]
    ids = {outcome.memory_id for outcome in result.outcomes}
    assert ids == {each.id for each in memory.list(scope=acme)}


def test_repeating_a_request_adds_nothing(memory: Memory, acme: Scope) -> None:
    request = [said("I moved to Lisbon."), said("I own a boat.")]
    first = memory.add(request, scope=acme)
    before = memory.stats()
    again = memory.add(request, scope=acme)
    assert again.message_ids == first.message_ids
    assert (again.repeated_messages, again.outcomes) == (2, ())
    assert again.reason == "every message was known already"
    assert memory.stats() == before


def test_a_request_repeated_by_eight_threads_at_once_is_kept_once(
    memory: Memory, acme: Scope
) -> None:
    request = [said("I moved to Lisbon."), said("I own a boat.")]
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda _: memory.add(request, scope=acme), range(8)))
    assert len({result.message_ids for result in results}) == 1
    assert sorted(result.repeated_messages for result in results) == [0, *[2] * 7]
    assert memory.stats().messages == 2
    assert texts(memory, acme) == ["Nora moved to Lisbon.", "Nora owns a boat."]


def test_two_honest_oks_are_two_messages(memory: Memory, acme: Scope) -> None:
    result = memory.add([said("ok"), said("Sure?", name="Max"), said("ok")], scope=acme)
    assert len(set(result.message_ids)) == 3
    assert memory.stats().messages == 3


def test_a_growing_history_sent_again_adds_only_what_is_new(memory: Memory, acme: Scope) -> None:
    history = [{"role": "user", "content": "I own a boat."}]
    first = memory.add(history, scope=acme)
    history += [{"role": "assistant", "content": "ok"}, {"role": "user", "content": "ok"}]
    second = memory.add(history, scope=acme)
    history += [{"role": "assistant", "content": "ok"}]
    third = memory.add(history, scope=acme)
    assert second.message_ids[:1] == first.message_ids
    assert third.message_ids[:3] == second.message_ids
    assert [each.repeated_messages for each in (first, second, third)] == [0, 1, 3]
    assert memory.stats().messages == 4


def test_the_same_client_id_is_the_same_message(memory: Memory, acme: Scope) -> None:
    first = memory.add([said("I own a boat.") | {"id": "m1"}], scope=acme)
    edited = memory.add(
        [said("Hm."), said("I own two boats.", at=MORNING + timedelta(days=1)) | {"id": "m1"}],
        scope=acme,
    )
    assert edited.message_ids[1] == first.message_ids[0]
    assert texts(memory, acme) == ["Nora owns a boat."]


def test_the_same_request_in_another_scope_is_another_one(
    memory: Memory, acme: Scope, globex: Scope
) -> None:
    request = [said("I own a boat.") | {"id": "m1"}]
    first = memory.add(request, scope=acme)
    second = memory.add(request, scope=globex)
    assert set(first.message_ids).isdisjoint(second.message_ids)
    assert (events(first), events(second)) == (["ADD"], ["ADD"])
    assert texts(memory, acme) == texts(memory, globex) == ["Nora owns a boat."]


def test_an_exact_repeat_names_the_memory_it_repeats_and_counts(
    memory: Memory, acme: Scope
) -> None:
    first = memory.add([said("I own a boat.")], scope=acme)
    later = memory.add([said("I OWN a boat!", at=MORNING + timedelta(days=3))], scope=acme)
    assert events(later) == ["NOOP"]
    assert later.outcomes[0].memory_id == first.outcomes[0].memory_id
    assert later.outcomes[0].reason == "known already"
    (kept,) = memory.list(scope=acme)
    assert (kept.reinforcements, kept.version) == (1, 1)
    assert [source.quote for source in memory.sources(kept.id)] == [
        "I own a boat.",
        "I OWN a boat!",
    ]


def test_the_same_words_on_two_days_are_two_facts(memory: Memory, acme: Scope) -> None:
    first = memory.add([said("I ran 5 km today.")], scope=acme)
    second = memory.add([said("I ran 5 km today.", at=MORNING + timedelta(days=1))], scope=acme)
    assert (events(first), events(second)) == (["ADD"], ["ADD"])
    days = sorted(each.occurred.start.day for each in memory.list(scope=acme) if each.occurred)
    assert days == [1, 2]


def test_the_same_words_of_two_speakers_are_two_facts(memory: Memory, acme: Scope) -> None:
    result = memory.add([said("Rain is wet."), said("Rain is wet.", name="Max")], scope=acme)
    speakers = {each.attributed_to for each in memory.list(scope=acme, include_merged=True)}
    assert len(result.message_ids) == 2
    assert len(speakers) == len(result.outcomes)


def test_a_near_repeat_is_kept_and_hidden_unless_asked_for(memory: Memory, acme: Scope) -> None:
    first = memory.add([said("I love green tea.")], scope=acme)
    later = MORNING + timedelta(hours=1)
    near = memory.add([said("I really love green tea.", at=later)], scope=acme)
    assert events(near) == ["MERGE"]
    known_id = first.outcomes[0].memory_id
    merged_id = near.outcomes[0].memory_id
    assert known_id is not None
    assert merged_id is not None
    assert near.outcomes[0].reason == f"says the same as {known_id}"
    assert memory.get(merged_id).merged_into == known_id
    assert texts(memory, acme) == ["Nora loves green tea."]
    assert texts(memory, acme, include_merged=True) == [
        "Nora loves green tea.",
        "Nora really loves green tea.",
    ]
    shown = memory.search("green tea", scope=acme, include_messages=False)
    assert [hit.id for hit in shown] == [known_id]
    everything = memory.search("green tea", scope=acme, include_messages=False, include_merged=True)
    assert {hit.id for hit in everything} == {known_id, merged_id}
    assert memory.stats().merged == 1


@pytest.mark.parametrize(
    "other",
    [
        "I drank 3 cups of green tea.",
        "I never drank 2 cups of green tea.",
        "I drank 2 cups of black tea.",
    ],
)
def test_what_differs_in_numbers_negation_or_names_is_not_folded(
    memory: Memory, acme: Scope, other: str
) -> None:
    memory.add([said("I drank 2 cups of green tea.")], scope=acme)
    assert events(memory.add([said(other)], scope=acme)) == ["ADD"]


def test_context_fed_back_is_not_learned(memory: Memory, acme: Scope) -> None:
    memory.add([said("I own a boat.")], scope=acme)
    recalled = str(memory.context("boat", scope=acme))
    assert "Nora owns a boat." in recalled
    prompt = f"{recalled}\nI sold a car."
    result = memory.add([said(prompt, at=MORNING + timedelta(days=1))], scope=acme)
    assert [(each.event, each.text) for each in result.outcomes] == [
        (IngestEvent.ADD, "Nora sold a car.")
    ]
    assert all(each.reinforcements == 0 for each in memory.list(scope=acme))


def test_an_answer_that_repeats_a_memory_is_not_learned(path: Path, clock: FixedClock) -> None:
    extractor = QuotingExtractor(
        {"I own a boat": "Nora owns a boat.", "Nora owns a boat": "Max: Nora owns a boat."}
    )
    with Memory(path, embedder=WordHashEmbedder(), clock=clock, extractor=extractor) as memory:
        acme = memory.scope(user="acme")
        first = memory.add([said("I own a boat.")], scope=acme)
        answer = {"role": "assistant", "name": "Max", "content": "As you said: Nora owns a boat."}
        result = memory.add([answer], scope=acme)
        assert [(each.event, each.memory_id, each.reason) for each in result.outcomes] == [
            (IngestEvent.NOOP, first.outcomes[0].memory_id, "recalled from memory")
        ]
        assert texts(memory, acme) == ["Nora owns a boat."]


def test_a_fact_that_quotes_no_message_of_the_request_is_rejected(
    path: Path, clock: FixedClock
) -> None:
    words = "I own a boat."
    fact = Fact("Nora owns a boat.", "Nora", (Quote("m0", 0, 13, words),), MORNING, Kind.STATE)
    extractor = ScriptedExtractor({words: [fact]})
    with Memory(path, embedder=WordHashEmbedder(), clock=clock, extractor=extractor) as memory:
        acme = memory.scope(user="acme")
        result = memory.add([said(words)], scope=acme)
        assert result.outcomes == ()
        assert result.reason == "no fact held: its quote is not in the source (1)"
        assert texts(memory, acme) == []
        assert memory.stats().messages == 1


@pytest.mark.parametrize(
    "quotes",
    [
        (),
        (Quote("", 0, 0, ""),),
        (Quote("", 0, 5, "I own"), Quote("", 6, 11, "a car")),
        (Quote("", 1, 6, "I own"),),
        (Quote("", 15, 38, "Nora owns a blue whale."),),
    ],
    ids=["none", "empty", "one of two is not there", "misplaced", "beyond the end"],
)
def test_a_fact_whose_quote_is_not_in_its_source_is_rejected(
    path: Path, clock: FixedClock, quotes: tuple[Quote, ...]
) -> None:
    extractor = DecidedExtractor(
        Fact("Nora owns a blue whale.", "Nora", quotes, MORNING, Kind.STATE)
    )
    with Memory(path, embedder=WordHashEmbedder(), clock=clock, extractor=extractor) as memory:
        acme = memory.scope(user="acme")
        assert memory.add([said("I own a boat.")], scope=acme).outcomes == ()
        assert texts(memory, acme) == []


def test_without_inference_each_message_is_one_memory_word_for_word(
    memory: Memory, acme: Scope
) -> None:
    messages = [
        said(" Hi!  I own a boat;\nit leaks. "),
        {"role": "assistant", "content": "Thanks."},
        {"role": "system", "content": "Be kind."},
        {"role": "tool", "content": "42"},
    ]
    result = memory.add(messages, scope=acme, infer=False)
    assert events(result) == ["ADD", "ADD"]
    assert texts(memory, acme) == [" Hi!  I own a boat;\nit leaks. ", "Thanks."]
    assert memory.stats().messages == 4


def test_instructions_and_tool_output_are_kept_but_not_learned(memory: Memory, acme: Scope) -> None:
    result = memory.add(
        [
            {"role": "system", "content": "I own a boat."},
            {"role": "tool", "content": "I own a boat."},
        ],
        scope=acme,
    )
    assert (events(result), memory.stats().messages) == ([], 2)
    assert result.reason == ("the messages state no fact; they are kept and searchable as they are")


def test_a_fact_of_a_user_and_an_agent_belongs_to_both(memory: Memory) -> None:
    both = memory.scope(user="acme", agent="helper")
    memory.add([said("I own a boat.")], scope=both)
    for scope in (both, memory.scope(user="acme"), memory.scope(agent="helper")):
        (kept,) = memory.list(scope=scope)
        assert (kept.text, kept.attributed_to, kept.scope) == ("Nora owns a boat.", "Nora", both)
        assert memory.search("boat", scope=scope).hits
    for scope in (
        memory.scope(user="acme", agent="other"),
        memory.scope(user="globex", agent="helper"),
        memory.scope(user="helper", agent="acme"),
        memory.scope(user="acme", agent="helper", run="r1"),
    ):
        assert len(memory.list(scope=scope)) == 0
        assert not memory.search("boat", scope=scope).hits


def test_what_is_given_with_the_messages_is_kept_with_the_memories(
    memory: Memory, acme: Scope
) -> None:
    memory.add(
        [said("I own a boat.") | {"metadata": {"mood": "calm"}}],
        scope=acme,
        metadata={"trip": {"city": "Porto"}},
        categories=("sea", "sea", "life"),
        immutable=True,
    )
    (kept,) = memory.list(scope=acme)
    assert kept.metadata == {"trip": {"city": "Porto"}}
    assert kept.categories == ("sea", "life")
    assert kept.immutable
    (source,) = memory.sources(kept.id)
    assert source.message.metadata == {"trip": {"city": "Porto"}, "mood": "calm"}
    assert source.message.text[source.start : source.end] == source.quote == "I own a boat."


def test_a_repeat_that_never_expires_outlives_the_first_saying(
    memory: Memory, acme: Scope, clock: FixedClock
) -> None:
    memory.add([said("I own a boat.")], scope=acme, expires_at=clock.now() + timedelta(days=1))
    memory.add([said("I own a boat.", at=MORNING + timedelta(hours=3))], scope=acme)
    clock.advance(timedelta(days=2))
    assert texts(memory, acme) == ["Nora owns a boat."]


def test_a_near_repeat_is_not_folded_into_a_memory_that_expires_before_it(
    memory: Memory, acme: Scope, clock: FixedClock
) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    memory.add([said("I love green tea.")], scope=acme, expires_at=tomorrow)
    shorter = memory.add(
        [said("I simply love green tea.")], scope=acme, expires_at=tomorrow - timedelta(hours=1)
    )
    longer = memory.add([said("I really love green tea.")], scope=acme)
    assert (events(shorter), events(longer)) == (["MERGE"], ["ADD"])
    clock.advance(timedelta(days=2))
    assert texts(memory, acme) == ["Nora really loves green tea."]
