"""A Memory whose facts a language model learns, asked over loopback."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from memories import (
    AnthropicModel,
    ChatModel,
    Guidance,
    InvalidInput,
    LanguageModelBusy,
    ModelExtraction,
    TokenUsage,
)
from memories.engine.domain import IngestEvent
from memories.engine.ports.answers import AnswersInMemory
from memories.engine.ports.language_model import ScriptedModel
from tests.library.learned import Opens, acme_of, claim, known_in, messages, texts, turns_in
from tests.support.model_endpoint import ModelEndpoint, Said, serving

KEPT = "they are kept and searchable as they are"


@pytest.fixture
def endpoint() -> Iterator[ModelEndpoint]:
    with serving() as endpoint:
        endpoint.answering = lambda asked: Said(text=restate(asked.prompt), read=90, written=20)
        yield endpoint


def restate(prompt: str) -> str:
    """Each turn as a fact of its own."""
    return json.dumps({"facts": [claim(number, said) for number, said in turns_in(prompt)]})


@pytest.fixture(params=["anthropic", "chat"])
def named(request: pytest.FixtureRequest, endpoint: ModelEndpoint) -> AnthropicModel | ChatModel:
    if request.param == "anthropic":
        return AnthropicModel("claude", "key", base_url=endpoint.address, retries=0)
    return ChatModel("llama", f"{endpoint.address}/v1", retries=0, timeout_seconds=2)


def test_a_named_model_learns_the_facts_and_is_named_on_them(
    opened: Opens, named: AnthropicModel | ChatModel
) -> None:
    memory = opened(named)
    added = memory.add(messages("I own a boat.", "It leaks."), scope=acme_of(memory))
    assert [each.event for each in added.outcomes] == [IngestEvent.ADD, IngestEvent.ADD]
    assert added.usage == TokenUsage(read=90, written=20)
    assert (added.reason, added.dropped) == (None, {})
    kept = list(memory.list(scope=acme_of(memory)))
    assert {each.learned_by for each in kept} == {added.extractor}
    assert str(added.extractor).startswith(named.model)
    assert {each.importance for each in kept} == {0.5}
    assert memory.get(kept[0].id) == kept[0]
    found = memory.search("boat", scope=acme_of(memory), include_messages=False)
    assert found.hits[0].memory == kept[0]


def test_long_adds_are_learned_from_a_few_turns_at_a_time(
    opened: Opens, endpoint: ModelEndpoint, named: AnthropicModel | ChatModel
) -> None:
    memory = opened(named)
    said = [f"I own boat {number}." for number in range(25)]
    added = memory.add(messages(*said), scope=acme_of(memory))
    assert texts(memory) == [f"User: {each}" for each in said]
    assert len(endpoint.requests) == 3
    assert added.usage == TokenUsage(read=270, written=60)
    earlier = endpoint.requests[1].prompt.partition("<earlier>")[2].partition("</earlier>")[0]
    assert re.findall(r"boat (\d+)", earlier) == ["6", "7", "8", "9"]


def test_very_long_turns_are_learned_from_one_at_a_time(
    opened: Opens, endpoint: ModelEndpoint, named: AnthropicModel | ChatModel
) -> None:
    memory = opened(named)
    memory.add(messages("Ahoy! " * 3000, "Hm. " * 3000, "I own a boat."), scope=acme_of(memory))
    assert len(endpoint.requests) == 2


def test_the_model_is_shown_turns_before_memories_and_entities_near(
    opened: Opens, endpoint: ModelEndpoint, named: AnthropicModel | ChatModel
) -> None:
    memory = opened(named)
    acme = acme_of(memory)
    for number in range(12):
        memory.add(f"I saw Ines Moreira and boat {number}.", scope=acme)
    memory.add("I saw whales.", scope=memory.scope(user="globex"))
    endpoint.requests.clear()
    memory.add("Ines Moreira sold a boat.", scope=acme)
    (asked,) = endpoint.requests
    assert len(known_in(asked.prompt)) == 10
    assert '"Ines Moreira" ' in asked.prompt
    earlier = asked.prompt.partition("<earlier>")[2].partition("</earlier>")[0]
    assert re.findall(r"boat (\d+)", earlier) == ["8", "9", "10", "11"]
    assert "whales" not in asked.prompt
    shown = {str(each.id) for each in memory.list(scope=acme)}
    assert not any(id_ in asked.prompt for id_ in shown)


def test_what_a_project_wants_and_what_a_call_wants_add_up(
    opened: Opens, endpoint: ModelEndpoint, named: AnthropicModel | ChatModel
) -> None:
    project = Guidance(instructions="Boats.", excludes="Health.", categories={"sea": "water"})
    memory = opened(ModelExtraction(named, guidance=project))
    call = Guidance(instructions="Crews.", categories={"land": "dry"})
    memory.add("I own a boat.", scope=acme_of(memory), guidance=call)
    memory.add("I own a raft.", scope=acme_of(memory))
    first, second = (each.prompt for each in endpoint.requests)
    assert 'people say: "Boats.\\nCrews."' in first
    assert 'Never: "Health."' in first
    assert ('Category "land": "dry"' in first, 'Category "sea"' in first) == (True, False)
    assert ('Category "sea": "water"' in second, "Crews" in second) == (True, False)


@pytest.mark.parametrize(
    ("guidance", "place"),
    [
        (Guidance(instructions="x" * 4001), "instructions"),
        (Guidance(excludes="\0"), "excludes"),
        (Guidance(categories={"": "none"}), "categories"),
        (Guidance(categories={"sea": "x" * 501}), "categories.sea"),
        (Guidance(categories={f"c{number}": "" for number in range(51)}), "categories"),
    ],
)
def test_guidance_has_limits(opened: Opens, guidance: Guidance, place: str) -> None:
    memory = opened(None)
    with pytest.raises(InvalidInput, match=place):
        memory.add("I own a boat.", scope=acme_of(memory), guidance=guidance)
    with pytest.raises(InvalidInput, match=place):
        memory.preview("I own a boat.", scope=acme_of(memory), guidance=guidance)
    assert memory.stats().messages == 0
    with pytest.raises(InvalidInput, match=place):
        opened(ModelExtraction(ScriptedModel(lambda _: "{}"), guidance=guidance))


@pytest.mark.parametrize("settings", [{"turns": 0}, {"turns": 51}, {"known": -1}, {"known": 51}])
def test_settings_have_limits(opened: Opens, settings: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(settings))):
        opened(ModelExtraction(ScriptedModel(lambda _: "{}"), **settings))


def test_the_local_extractor_says_that_it_follows_no_guidance(opened: Opens) -> None:
    memory = opened(None)
    added = memory.add("I own a boat.", scope=acme_of(memory), guidance=Guidance("Cars."))
    assert added.extractor == "local-1"
    assert "without a language model" in str(added.reason)
    assert texts(memory) == ["User owns a boat."]


FAILURES = {
    "wrong key": (Said(status=401), "answered 401, for 1 message"),
    "refused": (Said(stop_reason="refusal"), "declined, for 1 message"),
    "cut": (Said(text='{"facts": [', stop_reason="max_tokens"), "answer was cut, for 1 message"),
    "malformed": (Said(text="Certainly!"), "had not the form that was asked for, for 1 message"),
    "no protocol": (Said(body=b"<html>"), "answered what its protocol does not know"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_where_the_model_gives_no_facts_the_messages_are_kept_and_it_is_said_why(
    opened: Opens,
    endpoint: ModelEndpoint,
    named: AnthropicModel | ChatModel,
    failure: str,
) -> None:
    said, why = FAILURES[failure]
    endpoint.answering = lambda _: said
    memory = opened(named)
    for give_up in (True, False):
        added = memory.add(f"I own a boat, {give_up}.", scope=acme_of(memory), give_up=give_up)
        assert added.outcomes == ()
        assert why in str(added.reason)
        assert KEPT in str(added.reason)
    assert texts(memory) == []
    assert memory.search("boat", scope=acme_of(memory)).hits[0].is_message
    assert len(endpoint.requests) == (4 if failure == "malformed" else 2)


@pytest.mark.parametrize("status", [429, 529, 503])
def test_a_busy_model_is_given_up_or_waited_for(
    opened: Opens, endpoint: ModelEndpoint, named: AnthropicModel | ChatModel, status: int
) -> None:
    endpoint.script.extend([Said(status=status, headers={"retry-after": "9"}), Said(status=status)])
    memory = opened(named)
    acme = acme_of(memory)
    with pytest.raises(LanguageModelBusy) as raised:
        memory.add("I own a boat.", scope=acme, give_up=False)
    assert raised.value.retry_after == 9
    assert memory.stats().messages == 0
    added = memory.add("I own a boat.", scope=acme)
    assert re.fullmatch(
        rf"the language model is busy: .* answered {status}; what was not .*", str(added.reason)
    )
    assert (memory.stats().messages, texts(memory)) == (1, [])


def test_a_slow_model_is_a_busy_one(opened: Opens, endpoint: ModelEndpoint) -> None:
    endpoint.script.append(Said(delay_seconds=1.0))
    memory = opened(ChatModel("llama", f"{endpoint.address}/v1", retries=0, timeout_seconds=0.2))
    added = memory.add("I own a boat.", scope=acme_of(memory))
    assert "busy" in str(added.reason)


def test_what_was_learned_before_the_model_was_busy_is_kept(
    opened: Opens, endpoint: ModelEndpoint, named: AnthropicModel | ChatModel
) -> None:
    memory = opened(ModelExtraction(named, turns=1))
    answer = Said(text=json.dumps({"facts": [claim(1, "I own a boat.")]}))
    endpoint.script.extend([answer, Said(status=529)])
    said = ["I own a boat.", "I own a car.", "I own a van."]
    added = memory.add(messages(*said), scope=acme_of(memory))
    assert texts(memory) == ["User: I own a boat."]
    assert "busy" in str(added.reason)
    assert len(endpoint.requests) == 2


def test_a_job_that_comes_again_asks_only_what_was_not_answered(
    opened: Opens, endpoint: ModelEndpoint, named: AnthropicModel | ChatModel
) -> None:
    memory = opened(ModelExtraction(named, turns=1), answers=AnswersInMemory())
    acme = acme_of(memory)
    said = ["I own a boat.", "I own a car."]
    endpoint.script.extend(
        [Said(text=json.dumps({"facts": [claim(1, said[0])]}), read=7), Said(status=529)]
    )
    with pytest.raises(LanguageModelBusy):
        memory.add(messages(*said), scope=acme, job_id="j", give_up=False)
    added = memory.add(messages(*said), scope=acme, job_id="j", give_up=False)
    assert texts(memory) == [f"User: {each}" for each in said]
    assert len(endpoint.requests) == 3
    assert added.usage == TokenUsage(read=97, written=40)
    assert memory.add(messages(*said), scope=acme, job_id="j") == added
    assert len(endpoint.requests) == 3


def test_claims_that_do_not_hold_are_dropped_and_counted(
    opened: Opens, endpoint: ModelEndpoint, named: AnthropicModel | ChatModel
) -> None:
    lie = {**claim(1, "I own a plane."), "text": "User owns a plane."}
    endpoint.answering = lambda _: Said(text=json.dumps({"facts": [lie]}))
    memory = opened(named)
    added = memory.add("I own a boat.", scope=acme_of(memory))
    assert added.dropped == {"its quote is not in the source": 1}
    assert added.reason == "no fact held: its quote is not in the source (1)"
    assert texts(memory) == []
