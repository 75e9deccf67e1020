"""Many conversations, kept at once and learned from through a provider's batches."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from memories import (
    AnthropicModel,
    ChatModel,
    ImportStage,
    ImportState,
    InvalidInput,
    LanguageModelBusy,
    LanguageModelFailed,
    Memory,
    NotFound,
    Tally,
    TokenUsage,
)
from memories.engine.domain import IngestEvent
from memories.engine.ports.embedder import WordHashEmbedder
from tests.library.learned import (
    Opens,
    acme_of,
    claim,
    known_in,
    messages,
    restate,
    texts,
    told,
    turns_in,
)
from tests.support.model_endpoint import Asked, ModelEndpoint, Said, serving

ASKED = TokenUsage(read=90, written=20)


@pytest.fixture
def endpoint() -> Iterator[ModelEndpoint]:
    with serving() as endpoint:
        endpoint.answering = lambda asked: Said(text=restate(asked.prompt), read=90, written=20)
        yield endpoint


@pytest.fixture(params=["anthropic", "chat"])
def named(request: pytest.FixtureRequest, endpoint: ModelEndpoint) -> AnthropicModel | ChatModel:
    if request.param == "anthropic":
        return AnthropicModel("claude", "key", base_url=endpoint.address, retries=0)
    return ChatModel("llama", f"{endpoint.address}/v1", retries=0, timeout_seconds=2)


@pytest.fixture
def claude(endpoint: ModelEndpoint) -> AnthropicModel:
    return AnthropicModel("claude", "key", base_url=endpoint.address, retries=0)


BOATS = [f"I own boat {number}." for number in range(25)]


def test_messages_are_found_at_once_and_facts_when_the_batch_is_over(
    opened: Opens, endpoint: ModelEndpoint, named: AnthropicModel | ChatModel
) -> None:
    memory = opened(named)
    begun = memory.begin_import("year", told(memory, acme=BOATS, globex=["I own a raft."]))
    assert (begun.parts, begun.messages, begun.questions) == (2, 26, 4)
    assert begun.stages[ImportStage.KEPT] == 2
    assert begun.predicted.written == 26 * 80
    assert begun.predicted.read > 3000
    assert not endpoint.batches.made
    assert memory.search("boat 3", scope=acme_of(memory)).hits[0].is_message
    endpoint.batches.looks = 1
    asked = memory.advance_import("year")
    assert (asked.stages[ImportStage.ASKED], asked.is_over, texts(memory)) == (2, False, [])
    done = memory.advance_import("year")
    assert done.is_over
    assert texts(memory) == [f"User: {each}" for each in BOATS]
    assert done.tally == Tally(
        memories=26, in_batches=TokenUsage(read=360, written=80), singly=TokenUsage()
    )
    assert len(endpoint.batches.made) == 1
    assert not endpoint.requests
    (learned_by,) = {each.learned_by for each in memory.list(scope=acme_of(memory))}
    assert str(learned_by).startswith(f"{named.model}@")


def test_what_is_learned_is_what_adds_would_have_learned(
    opened: Opens, endpoint: ModelEndpoint, claude: AnthropicModel, tmp_path: Path
) -> None:
    said = messages("I own a boat.", "It leaks.", "Bye!")
    terms: dict[str, Any] = {
        "timestamp": datetime(2024, 3, 8, 18, 30, tzinfo=UTC),
        "metadata": {"from": "letters"},
        "categories": ["sea"],
        "timezone": "Europe/Lisbon",
        "immutable": True,
    }
    memory = opened(claude)
    added = Memory(tmp_path / "added.db", embedder=WordHashEmbedder(), extractor=claude)
    added.add(said, scope=acme_of(added), **terms)
    memory.begin_import("letters", [(acme_of(memory), said)], **terms)
    memory.finish_import("letters", every_seconds=0)
    learned = [
        [
            replace(each, id="", recorded_at=each.said_at, updated_at=each.said_at)
            for each in of.list(scope=acme_of(of))
        ]
        for of in (memory, added)
    ]
    assert learned[0] == learned[1]
    assert learned[0][0].metadata == {"from": "letters"}
    sources = [of.sources(next(iter(of.list(scope=acme_of(of)))).id) for of in (memory, added)]
    assert sources[0][0].quote == sources[1][0].quote == "I own a boat."
    prompts = {each.prompt for each in endpoint.requests}
    ((batched,),) = (each.requests.values() for each in endpoint.batches.made.values())
    assert {Asked("", None, batched).prompt} == prompts
    added.close()


def test_an_import_goes_on_in_another_process(
    opened: Opens, endpoint: ModelEndpoint, claude: AnthropicModel
) -> None:
    endpoint.batches.looks = 1
    first = opened(claude)
    first.begin_import("year", told(first, acme=BOATS))
    first.advance_import("year")
    first.close()
    second = opened(claude)
    again = second.begin_import("year", told(second, acme=BOATS))
    assert again.stages[ImportStage.ASKED] == again.parts == 1
    assert second.finish_import("year", every_seconds=0).tally.memories == 25
    assert len(endpoint.batches.made) == 1
    assert second.advance_import("year") == second.import_state("year")
    assert len(texts(second)) == 25


def test_an_import_that_was_cut_short_keeps_what_is_missing(
    opened: Opens, claude: AnthropicModel
) -> None:
    memory = opened(claude)
    conversations = told(memory, acme=BOATS, globex=["I own a raft."], initech=["I own a car."])

    memory.begin_import("year", conversations[:1])
    whole = memory.begin_import("year", conversations)
    assert (whole.parts, whole.messages) == (3, 27)
    assert memory.stats().messages == 27


def test_two_who_learn_the_same_batch_store_it_once(
    opened: Opens, endpoint: ModelEndpoint, claude: AnthropicModel
) -> None:
    first, second = opened(claude), opened(claude)
    endpoint.batches.unanswered["0-0"] = "expired"
    first.begin_import("year", told(first, acme=["I own a boat."]))
    answer = endpoint.answering
    others: list[ImportState] = []

    def meanwhile(asked: Asked) -> Said:
        endpoint.answering = answer
        others.append(second.advance_import("year"))
        return answer(asked)

    endpoint.answering = meanwhile
    done = first.advance_import("year")
    assert others == [done]
    assert done.tally.memories == len(texts(first)) == 1
    assert len(endpoint.requests) == 2


@pytest.mark.parametrize("why", ["failed", "expired", "cancelled"])
def test_what_a_batch_did_not_answer_is_asked_singly(
    opened: Opens, endpoint: ModelEndpoint, named: AnthropicModel | ChatModel, why: str
) -> None:
    endpoint.batches.unanswered["0-1"] = why
    memory = opened(named)
    memory.begin_import("year", told(memory, acme=BOATS))
    done = memory.finish_import("year", every_seconds=0)
    assert texts(memory) == [f"User: {each}" for each in BOATS]
    assert done.tally.asked_again == {why: 1}
    assert (done.tally.in_batches, done.tally.singly) == (ASKED + ASKED, ASKED)
    assert len(endpoint.requests) == 1


def test_a_busy_model_is_waited_for_or_given_up(
    opened: Opens, endpoint: ModelEndpoint, claude: AnthropicModel
) -> None:
    endpoint.batches.unanswered["0-1"] = "expired"
    endpoint.script.extend([Said(status=529), Said(status=529)])
    memory = opened(claude)
    memory.begin_import("year", told(memory, acme=BOATS))
    with pytest.raises(LanguageModelBusy):
        memory.advance_import("year")
    assert texts(memory) == []
    done = memory.advance_import("year", give_up=True)
    assert (done.is_over, done.tally.memories) == (True, 15)
    (note,) = done.tally.notes
    assert "busy" in note
    assert len(endpoint.batches.made) == 1


def test_finishing_rests_while_the_model_is_busy(
    opened: Opens, endpoint: ModelEndpoint, claude: AnthropicModel
) -> None:
    endpoint.batches.unanswered["0-0"] = "expired"
    endpoint.script.append(Said(status=429))
    memory = opened(claude)
    memory.begin_import("year", told(memory, acme=["I own a boat."]))
    seen: list[ImportState] = []
    memory.finish_import("year", every_seconds=0, on_progress=seen.append)
    assert [each.is_over for each in seen] == [False, True]


def test_an_answer_that_was_cut_is_asked_about_in_halves(
    opened: Opens, endpoint: ModelEndpoint, claude: AnthropicModel
) -> None:
    whole = endpoint.answering
    endpoint.answering = lambda asked: (
        Said(text='{"facts": [', stop_reason="max_tokens", read=90, written=20)
        if len(turns_in(asked.prompt)) == 10
        else whole(asked)
    )
    memory = opened(claude)
    memory.begin_import("year", told(memory, acme=BOATS[:10]))
    done = memory.finish_import("year", every_seconds=0)
    assert len(texts(memory)) == 10
    assert (done.tally.in_batches, done.tally.singly) == (ASKED, ASKED + ASKED)


def test_claims_without_proof_are_dropped_and_counted(
    opened: Opens, endpoint: ModelEndpoint, claude: AnthropicModel
) -> None:
    lie = {**claim(1, "I own a plane."), "text": "User owns a plane."}
    endpoint.answering = lambda _: Said(text=json.dumps({"facts": [lie]}))
    memory = opened(claude)
    memory.begin_import("year", told(memory, acme=["I own a boat."]))
    done = memory.finish_import("year", every_seconds=0)
    assert done.tally.dropped == {"its quote is not in the source": 1}
    assert texts(memory) == []


def test_known_memories_are_shown_by_number_and_those_deleted_since_leave_theirs(
    opened: Opens, endpoint: ModelEndpoint, claude: AnthropicModel
) -> None:
    memory = opened(claude)
    acme = acme_of(memory)
    memory.add(messages("I live in Porto.", "I own a boat."), scope=acme)
    endpoint.batches.looks = 1
    memory.begin_import("year", told(memory, acme=["I sold the boat."]))
    memory.advance_import("year")
    ((asked,),) = (each.requests.values() for each in endpoint.batches.made.values())
    shown = dict(known_in(Asked("", None, asked).prompt))
    assert set(shown.values()) == {"User: I live in Porto.", "User: I own a boat."}
    by_text = {each.text: each for each in memory.list(scope=acme)}
    memory.delete(by_text["User: I live in Porto."].id)
    claims = [{"memory": number, "relation": "supersedes"} for number in shown]
    sold = {**claim(1, "I sold the boat."), "known": claims}
    endpoint.answering = lambda _: Said(text=json.dumps({"facts": [sold]}))
    done = memory.advance_import("year")
    boat = memory.get(by_text["User: I own a boat."].id)
    assert memory.get(str(boat.superseded_by)).text == "User: I sold the boat."
    assert done.tally.dropped == {"it points at no memory of this scope": 1}


def test_what_is_deleted_meanwhile_is_not_learned(
    opened: Opens, endpoint: ModelEndpoint, claude: AnthropicModel
) -> None:
    endpoint.batches.looks = 1
    memory = opened(claude)
    memory.begin_import("year", told(memory, acme=["I own a boat."], globex=["I own a raft."]))
    memory.advance_import("year")
    memory.delete_all(scope=acme_of(memory))
    done = memory.advance_import("year")
    assert (done.parts, done.tally.memories) == (1, 1)
    assert texts(memory) == []
    memory.delete_everything()
    with pytest.raises(NotFound):
        memory.import_state("year")


def test_messages_that_are_known_are_not_asked_about(
    opened: Opens, endpoint: ModelEndpoint, claude: AnthropicModel
) -> None:
    memory = opened(claude)
    memory.add(messages("I own a boat."), scope=acme_of(memory))
    endpoint.requests.clear()
    done = memory.begin_import("year", told(memory, acme=["I own a boat."]))
    assert (done.is_over, done.questions) == (True, 0)
    assert done.tally.notes == {"every message was known already": 1}


def test_repeats_in_one_import_are_folded(opened: Opens, claude: AnthropicModel) -> None:
    memory = opened(claude)
    said = ["I own a boat.", *[f"Ahoy {number}!" for number in range(10)], "I own a boat."]
    memory.begin_import("year", told(memory, acme=said))
    done = memory.finish_import("year", every_seconds=0)
    assert (done.tally.memories, done.tally.repeats) == (11, 1)
    ((whose, result),) = memory.import_results("year")
    assert whose == acme_of(memory)
    assert [each.event for each in result.outcomes].count(IngestEvent.NOOP) == 1
    assert len(result.message_ids) == 12


def test_a_long_conversation_is_learned_from_in_parts_and_in_order(
    opened: Opens, claude: AnthropicModel
) -> None:
    memory = opened(claude)
    said = [f"I own boat {number}." for number in range(450)]
    begun = memory.begin_import("year", told(memory, acme=said))
    assert (begun.parts, begun.questions) == (3, 45)
    memory.finish_import("year", every_seconds=0)
    results = memory.import_results("year")
    learned = [each.text for _, result in results for each in result.outcomes]
    assert learned == [f"User: {each}" for each in said]
    assert [len(each.message_ids) for _, each in results] == [200, 200, 50]


def test_cancelling_leaves_the_messages(
    opened: Opens, endpoint: ModelEndpoint, named: AnthropicModel | ChatModel
) -> None:
    endpoint.batches.looks = 9
    memory = opened(named)
    memory.begin_import("year", told(memory, acme=["I own a boat."]))
    memory.advance_import("year")
    done = memory.cancel_import("year")
    assert (done.is_over, done.stages[ImportStage.CANCELLED]) == (True, 1)
    assert [each.cancelled for each in endpoint.batches.made.values()] == [True]
    assert memory.advance_import("year") == done
    assert (memory.stats().messages, texts(memory)) == (1, [])


def test_a_refused_batch_can_be_handed_in_again(
    opened: Opens, endpoint: ModelEndpoint, named: AnthropicModel | ChatModel
) -> None:
    endpoint.batches.refusing = 401
    memory = opened(named)
    memory.begin_import("year", told(memory, acme=["I own a boat."]))
    with pytest.raises(LanguageModelFailed, match="401"):
        memory.advance_import("year")
    endpoint.batches.refusing = None
    assert memory.finish_import("year", every_seconds=0).tally.memories == 1


def test_another_extractor_does_not_go_on_with_it(opened: Opens, claude: AnthropicModel) -> None:
    memory = opened(claude)
    memory.begin_import("year", told(memory, acme=["I own a boat."]))
    other = opened(replace(claude, model="another"))
    with pytest.raises(InvalidInput, match="was begun with claude"):
        other.advance_import("year")


@pytest.mark.parametrize("import_id", ["", "x" * 257, "a\0b"])
def test_an_imports_id_has_limits(memory: Memory, import_id: str) -> None:
    with pytest.raises(InvalidInput, match="import_id"):
        memory.begin_import(import_id, [], batched=False)


def test_an_import_that_nobody_began_is_not_found(memory: Memory) -> None:
    for call in (memory.advance_import, memory.import_state, memory.import_results,
                 memory.cancel_import):  # fmt: skip
        with pytest.raises(NotFound, match="no import year"):
            call("year")
