"""Several small adds, asked about with one question."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from memories import AnthropicModel, LanguageModelBusy, Memory, ModelExtraction, Scope, WaitingAdd
from memories.engine.ports.answers import AnswersInMemory
from tests.library.learned import Opens, claim, messages, restate, texts, turns_in
from tests.support.model_endpoint import ModelEndpoint, Said, serving


@pytest.fixture
def endpoint() -> Iterator[ModelEndpoint]:
    with serving() as endpoint:
        endpoint.answering = lambda asked: Said(text=restate(asked.prompt), read=90, written=20)
        yield endpoint


@pytest.fixture
def memory(opened: Opens, endpoint: ModelEndpoint) -> Memory:
    claude = AnthropicModel("claude", "key", base_url=endpoint.address, retries=0)
    return opened(ModelExtraction(claude), answers=AnswersInMemory())


@pytest.fixture
def acme(memory: Memory) -> Scope:
    return memory.scope(user="acme")


def waiting(*said: str | Sequence[Any]) -> list[WaitingAdd]:
    return [WaitingAdd(f"j{number}", each) for number, each in enumerate(said)]


def make(memory: Memory, adds: Sequence[WaitingAdd], scope: Scope) -> list[Any]:
    return [memory.add(each.messages, scope=scope, job_id=each.job_id) for each in adds]


def test_one_question_answers_all_and_each_add_stays_what_it_is(
    memory: Memory, acme: Scope, endpoint: ModelEndpoint
) -> None:
    adds = waiting("I own a boat.", messages("I own a car.", "It is red."), "I sail.")
    assert memory.answer_together(adds, scope=acme) == 3
    assert (len(endpoint.requests), memory.stats().messages) == (1, 0)
    assert len(turns_in(endpoint.requests[0].prompt)) == 4
    results = make(memory, adds, acme)
    assert len(endpoint.requests) == 1
    assert [[each.text for each in result.outcomes] for result in results] == [
        ["User: I own a boat."],
        ["User: I own a car.", "User: It is red."],
        ["User: I sail."],
    ]
    assert [result.usage.read for result in results] == [90, 0, 0]
    assert len({result.extractor for result in results}) == 1
    (source,) = memory.sources(str(results[2].outcomes[0].memory_id))
    assert source.message.id == results[2].message_ids[0]
    assert make(memory, adds, acme) == results


def test_only_as_many_are_asked_about_as_fit_one_question(
    memory: Memory, acme: Scope, endpoint: ModelEndpoint
) -> None:
    adds = waiting(*(messages(f"One, {number}.", f"I own boat {number}.") for number in range(7)))
    assert memory.answer_together(adds, scope=acme) == 5
    make(memory, adds, acme)
    assert len(endpoint.requests) == 3


def test_a_fact_of_several_adds_rests_on_the_last_that_its_speaker_said(
    memory: Memory, acme: Scope, endpoint: ModelEndpoint
) -> None:
    both = {
        **claim(1, "I own a boat"),
        "text": "User owns a red boat.",
        "quotes": [{"turn": 1, "words": "I own a boat"}, {"turn": 2, "words": "It is red"}],
    }
    endpoint.script.append(Said(text=json.dumps({"facts": [both]})))
    adds = waiting("I own a boat.", "It is red.")
    memory.answer_together(adds, scope=acme)
    first, second = make(memory, adds, acme)
    assert first.outcomes == ()
    (source,) = memory.sources(str(second.outcomes[0].memory_id))
    assert (source.quote, second.dropped) == ("It is red", {})


@pytest.mark.parametrize(
    "adds",
    [
        [],
        waiting("I own a boat."),
        waiting("I own a boat.", messages(*["Ahoy!"] * 10)),
        waiting("Ahoy! " * 2000, "Hm. " * 4000),
        waiting("I own a boat.", [{"role": "system", "content": "Be kind."}]),
    ],
)
def test_what_makes_no_question_together_is_asked_by_each(
    memory: Memory, acme: Scope, endpoint: ModelEndpoint, adds: list[WaitingAdd]
) -> None:
    assert memory.answer_together(adds, scope=acme) == 0
    assert not endpoint.requests


def test_done_and_answered_adds_are_not_asked_about(
    memory: Memory, acme: Scope, endpoint: ModelEndpoint
) -> None:
    adds = waiting("I own a boat.", "I sail.", "I swim.")
    make(memory, adds[:1], acme)
    assert memory.answer_together(adds, scope=acme) == 0
    assert memory.answer_together(adds[1:], scope=acme) == 2
    assert memory.answer_together(adds[1:], scope=acme) == 0


@pytest.mark.parametrize(
    "said", [Said(stop_reason="refusal"), Said(status=401), Said(text="Certainly!")]
)
def test_an_answer_that_leaves_something_out_is_saved_to_none(
    memory: Memory, acme: Scope, endpoint: ModelEndpoint, said: Said
) -> None:
    endpoint.script.extend([said, said])
    adds = waiting("I own a boat.", "I sail.")
    assert memory.answer_together(adds, scope=acme) == 0
    endpoint.script.clear()
    make(memory, adds, acme)
    assert texts(memory) == ["User: I own a boat.", "User: I sail."]


def test_a_busy_model_is_told(memory: Memory, acme: Scope, endpoint: ModelEndpoint) -> None:
    endpoint.script.append(Said(status=529))
    with pytest.raises(LanguageModelBusy):
        memory.answer_together(waiting("I own a boat.", "I sail."), scope=acme)


@pytest.mark.parametrize("changes", [{"guidance": True}, {"text": True}])
def test_what_was_asked_otherwise_is_asked_anew(
    memory: Memory, acme: Scope, endpoint: ModelEndpoint, changes: dict[str, bool]
) -> None:
    from memories import Guidance  # noqa: PLC0415 - for this test alone

    memory.answer_together(waiting("I own a boat.", "I sail."), scope=acme)
    wanted = Guidance("Boats.") if "guidance" in changes else None
    said = "I sail." if "guidance" in changes else "I row."
    memory.add("I own a boat.", scope=acme, job_id="j0")
    memory.add(said, scope=acme, job_id="j1", guidance=wanted)
    assert len(endpoint.requests) == 2
    assert texts(memory) == ["User: I own a boat.", f"User: {said}"]


@pytest.mark.parametrize("open_", [lambda opened: opened(None, answers=AnswersInMemory())])
def test_rules_are_not_asked_together(opened: Opens, open_: Callable[[Opens], Memory]) -> None:
    memory = open_(opened)
    adds = waiting("I own a boat.", "I sail.")
    assert memory.answer_together(adds, scope=memory.scope(user="acme")) == 0
