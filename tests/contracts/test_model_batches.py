"""What the ModelBatches port promises, asked of every adapter and of the fake."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pytest

from memories import (
    AnthropicModel,
    ChatModel,
    Ending,
    LanguageModelBusy,
    LanguageModelFailed,
    ModelAnswer,
    ModelBatches,
    ModelRequest,
    TokenUsage,
    Unanswered,
    open_model_batches,
)
from memories.engine.ports.model_batches import BatchAnswer, ScriptedBatches
from tests.support.batch_protocols import BATCHES, MESSAGE_BATCHES
from tests.support.model_endpoint import Asked, ModelEndpoint, Said, serving

SECRET: Final = "sk-very-secret-key"  # noqa: S105 - of nothing
TOLD: Final = "Ana's plan for Friday"
SCHEMA: Final = {"type": "object", "properties": {}, "additionalProperties": False}


@dataclass(frozen=True, slots=True)
class Subject:
    """An adapter under test.

    Attributes:
        endpoint: the one that it asks.
        path: where its protocol has batches.
    """

    batches: ModelBatches
    endpoint: ModelEndpoint
    path: str


@pytest.fixture(params=["anthropic", "chat"])
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    with serving() as endpoint:
        endpoint.answering = lambda asked: Said(text=f"heard {asked.prompt}", read=80, written=7)
        at = endpoint.address
        if request.param == "anthropic":
            claude = AnthropicModel("claude", SECRET, at, timeout_seconds=2, retries=0)
            yield Subject(open_model_batches(claude), endpoint, MESSAGE_BATCHES)
        else:
            llama = ChatModel("llama", f"{at}/v1", SECRET, timeout_seconds=2, retries=0)
            yield Subject(open_model_batches(llama), endpoint, BATCHES)


def asking(*prompts: str) -> dict[str, ModelRequest]:
    return {
        f"q-{number}": ModelRequest("Be brief.", prompt, SCHEMA)
        for number, prompt in enumerate(prompts)
    }


def texts(answers: Mapping[str, BatchAnswer] | None) -> dict[str, str]:
    assert answers is not None
    return {
        id_: each.text if isinstance(each, ModelAnswer) else each.value
        for id_, each in answers.items()
    }


def test_each_question_has_its_answer_whatever_their_order(subject: Subject) -> None:
    batch = subject.batches.submit(asking("one", "two", TOLD))
    answers = subject.batches.look(batch)
    assert texts(answers) == {"q-0": "heard one", "q-1": "heard two", "q-2": f"heard {TOLD}"}
    assert list(texts(answers)) != ["q-0", "q-1", "q-2"]
    assert answers is not None
    (first, *_) = answers.values()
    assert isinstance(first, ModelAnswer)
    assert (first.ending, first.usage) == (Ending.COMPLETE, TokenUsage(read=80, written=7))
    assert first.model in {"claude", "llama"}
    assert subject.batches.look(batch) == answers


def test_questions_are_asked_as_they_would_be_singly(subject: Subject) -> None:
    subject.batches.submit(asking(TOLD))
    ((asked,),) = (batch.requests.values() for batch in subject.endpoint.batches.made.values())
    sent = Asked("", None, asked)
    assert sent.prompt == TOLD
    assert "Be brief." in json.dumps(sent.instructions)
    assert json.dumps(SCHEMA) in json.dumps(asked)


def test_a_batch_that_is_not_over_says_nothing(subject: Subject) -> None:
    subject.endpoint.batches.looks = 2
    batch = subject.batches.submit(asking("one"))
    assert [subject.batches.look(batch), subject.batches.look(batch)] == [None, None]
    assert texts(subject.batches.look(batch)) == {"q-0": "heard one"}


@pytest.mark.parametrize("why", list(Unanswered))
def test_a_question_without_an_answer_says_why(subject: Subject, why: Unanswered) -> None:
    subject.endpoint.batches.unanswered["q-1"] = why.value
    batch = subject.batches.submit(asking("one", "two"))
    assert texts(subject.batches.look(batch)) == {"q-0": "heard one", "q-1": why.value}


@pytest.mark.parametrize(
    "line",
    [
        '{"custom_id": "q-1"}',
        '{"custom_id": "q-1", "result": 5, "response": 5}',
        '{"custom_id": "q-1", "result": {"type": "succeeded", "message": {}}}',
        '{"custom_id": "q-1", "response": {"status_code": 200, "body": {"choices": []}}}',
        '{"custom_id": "q-1", "response": {"status_code": 500, "body": {}}}',
    ],
)
def test_a_line_that_breaks_the_protocol_costs_its_own_question(
    subject: Subject, line: str
) -> None:
    subject.endpoint.batches.spoilt["q-1"] = line
    batch = subject.batches.submit(asking("one", "two"))
    assert texts(subject.batches.look(batch)) == {"q-0": "heard one", "q-1": "failed"}


@pytest.mark.parametrize("line", ["not json", "[]", "5", '{"custom_id": 5}'])
def test_a_line_that_names_no_question_is_passed_over(subject: Subject, line: str) -> None:
    subject.endpoint.batches.spoilt["q-1"] = line
    batch = subject.batches.submit(asking("one", "two"))
    assert texts(subject.batches.look(batch)) == {"q-0": "heard one"}


@pytest.mark.parametrize(
    ("stop_reason", "ending"), [("max_tokens", Ending.CUT), ("refusal", Ending.REFUSED)]
)
def test_cut_answers_and_refusals_are_answers(
    subject: Subject, stop_reason: str, ending: Ending
) -> None:
    subject.endpoint.answering = lambda _: Said(text="half", stop_reason=stop_reason)
    answers = subject.batches.look(subject.batches.submit(asking("one")))
    assert answers is not None
    (answer,) = answers.values()
    assert isinstance(answer, ModelAnswer)
    assert answer.ending is ending


def test_a_cancelled_batch_is_over(subject: Subject) -> None:
    subject.endpoint.batches.looks = 9
    batch = subject.batches.submit(asking("one"))
    subject.batches.cancel(batch)
    subject.endpoint.batches.looks = 0
    assert texts(subject.batches.look(batch)) == {"q-0": "cancelled"}
    subject.batches.cancel(batch)


def test_what_the_provider_put_away_has_no_answers(subject: Subject) -> None:
    subject.endpoint.batches.put_away = True
    assert subject.batches.look(subject.batches.submit(asking("one"))) == {}


@pytest.mark.parametrize(
    ("status", "error"),
    [(429, LanguageModelBusy), (503, LanguageModelBusy), (401, LanguageModelFailed),
     (404, LanguageModelFailed)],
)  # fmt: skip
@pytest.mark.parametrize("call", ["submit", "look", "cancel"])
def test_what_goes_wrong_is_told_without_key_and_words(
    subject: Subject, status: int, error: type[Exception], call: str
) -> None:
    batch = subject.batches.submit(asking("one"))
    subject.endpoint.batches.refusing = status
    calls: dict[str, Callable[[], object]] = {
        "submit": lambda: subject.batches.submit(asking(TOLD)),
        "look": lambda: subject.batches.look(batch),
        "cancel": lambda: subject.batches.cancel(batch),
    }
    with pytest.raises(error) as raised:
        calls[call]()
    assert SECRET not in repr(raised.value)
    assert TOLD not in repr(raised.value)
    assert raised.value.__suppress_context__


def test_a_batch_that_is_nobodys_is_told_as_failed(subject: Subject) -> None:
    with pytest.raises(LanguageModelFailed):
        subject.batches.look("batch_9")


def test_results_at_another_address_are_not_fetched() -> None:
    with serving() as endpoint, serving() as elsewhere:
        endpoint.batches.elsewhere = elsewhere.address
        claude = AnthropicModel("claude", SECRET, endpoint.address, retries=0)
        batches = open_model_batches(claude)
        with pytest.raises(LanguageModelFailed):
            batches.look(batches.submit(asking("one")))
        assert not elsewhere.requests


def test_a_key_is_never_shown_and_the_name_is_the_models() -> None:
    batches = open_model_batches(AnthropicModel("claude", SECRET))
    assert batches.name == "claude"
    assert SECRET not in repr(batches)


def test_the_fake_waits_answers_out_of_order_and_can_be_called_off() -> None:
    batches = ScriptedBatches(lambda asked: asked.prompt.upper(), waits=1)
    batch = batches.submit(asking("one", "two"))
    assert batches.look(batch) is None
    assert list(texts(batches.look(batch)).items()) == [("q-1", "TWO"), ("q-0", "ONE")]
    batches.cancel(batch)
    assert set(texts(batches.look(batch)).values()) == {"cancelled"}
