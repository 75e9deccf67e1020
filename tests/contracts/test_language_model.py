"""What the LanguageModel port promises, asked of every adapter; and what the fake keeps of it."""

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import pytest

from memories import (
    AnthropicModel,
    Attachment,
    ChatModel,
    Ending,
    InvalidInput,
    LanguageModel,
    LanguageModelBusy,
    LanguageModelFailed,
    ModelAnswer,
    ModelRequest,
    TokenUsage,
    open_language_model,
)
from memories.engine.ports.language_model import ScriptedModel
from tests.support.model_endpoint import CHAT, MESSAGES, ModelEndpoint, Said, serving

SECRET: Final = "sk-very-secret-key"  # noqa: S105 - of nothing
TOLD: Final = "Ana's plan for Friday"
SCHEMA: Final = {
    "type": "object",
    "properties": {"facts": {"type": "array", "items": {"type": "string"}}},
    "required": ["facts"],
    "additionalProperties": False,
}
PICTURE: Final = Attachment("image/png", b"\x89PNG")
PAGE: Final = Attachment("application/pdf", b"%PDF-1.7")


@dataclass(frozen=True, slots=True)
class Subject:
    """An adapter under test, asked once for each answer unless retries are wanted.

    Attributes:
        path: where its protocol asks.
        counts_writing: whether the protocol tells what was written to a cache.
    """

    open: Callable[[int], LanguageModel]
    endpoint: ModelEndpoint
    path: str
    counts_writing: bool

    @property
    def model(self) -> LanguageModel:
        return self.open(0)


@pytest.fixture(params=["anthropic", "chat"])
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    with serving() as endpoint:
        at = endpoint.address
        if request.param == "anthropic":

            def messages(retries: int) -> LanguageModel:
                named = AnthropicModel(
                    "claude", SECRET, base_url=at, timeout_seconds=2, retries=retries
                )
                return open_language_model(named)

            yield Subject(messages, endpoint, MESSAGES, counts_writing=True)
        else:

            def chat(retries: int) -> LanguageModel:
                named = ChatModel("llama", f"{at}/v1", SECRET, timeout_seconds=2, retries=retries)
                return open_language_model(named)

            yield Subject(chat, endpoint, CHAT, counts_writing=False)


def asking(**changes: object) -> ModelRequest:
    return ModelRequest(**{"instructions": "Be brief.", "prompt": TOLD, **changes})  # type: ignore[arg-type]  # as the tests say


def test_an_answer_comes_with_its_words_its_ending_and_what_it_took(subject: Subject) -> None:
    subject.endpoint.script.append(
        Said(text="She sails.", read=80, read_from_cache=900, written_to_cache=30, written=7)
    )
    answer = subject.model.ask(asking())
    assert (answer.text, answer.ending) == ("She sails.", Ending.COMPLETE)
    assert answer.usage == TokenUsage(
        read=80,
        read_from_cache=900,
        written_to_cache=30 if subject.counts_writing else 0,
        written=7,
    )
    assert answer.model in {"claude", "llama"}
    (asked,) = subject.endpoint.requests
    assert asked.path == subject.path
    assert asked.authorization == f"Bearer {SECRET}"
    assert asked.prompt == TOLD


def test_the_schema_is_sent_as_the_protocol_has_it(subject: Subject) -> None:
    subject.endpoint.script.extend([Said(text='{"facts": []}'), Said(text="plain")])
    assert json.loads(subject.model.ask(asking(schema=SCHEMA)).text) == {"facts": []}
    subject.model.ask(asking())
    with_schema, without = (each.body for each in subject.endpoint.requests)
    assert json.dumps(SCHEMA, sort_keys=True) in json.dumps(with_schema, sort_keys=True)
    assert "json_schema" not in json.dumps(without)


def test_the_instructions_are_the_same_bytes_each_time_and_apart_from_the_prompt(
    subject: Subject,
) -> None:
    subject.model.ask(asking())
    subject.model.ask(asking(prompt="another"))
    first, second = subject.endpoint.requests
    assert first.instructions == second.instructions
    assert "Be brief." in json.dumps(first.instructions)
    assert "Be brief." not in json.dumps(first.parts)


def test_a_long_fixed_part_is_asked_to_be_kept_where_the_protocol_says_so() -> None:
    with serving() as endpoint:
        named = AnthropicModel("claude", SECRET, base_url=endpoint.address)
        open_language_model(named).ask(asking())
        (system,) = endpoint.requests[0].body["system"]
        assert system["cache_control"] == {"type": "ephemeral"}


def test_pictures_and_pages_are_shown_before_the_prompt(subject: Subject) -> None:
    subject.model.ask(asking(attachments=(PICTURE, PAGE)))
    parts = subject.endpoint.requests[0].parts
    kinds = [part["type"] for part in parts]
    assert kinds in (["image", "document", "text"], ["image_url", "file", "text"])
    assert "iVBORw" in json.dumps(parts[0])


@pytest.mark.parametrize(
    ("stop_reason", "ending"), [("max_tokens", Ending.CUT), ("refusal", Ending.REFUSED)]
)
def test_cut_answers_and_refusals_are_answers(
    subject: Subject, stop_reason: str, ending: Ending
) -> None:
    subject.endpoint.script.append(Said(text='{"facts": ["She', stop_reason=stop_reason))
    assert subject.model.ask(asking(schema=SCHEMA)).ending is ending


def test_a_refusal_without_a_word_is_an_answer_too(subject: Subject) -> None:
    subject.endpoint.script.append(Said(stop_reason="refusal"))
    answer = subject.model.ask(asking(schema=SCHEMA))
    assert (answer.text, answer.ending) == ("", Ending.REFUSED)


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_told_as_busy_without_the_words(subject: Subject, status: int) -> None:
    subject.endpoint.script.append(Said(status=status, headers={"retry-after": "7"}))
    with pytest.raises(LanguageModelBusy) as raised:
        subject.model.ask(asking())
    assert raised.value.retry_after == 7
    assert str(status) in str(raised.value)
    _shows_nothing(raised.value)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422])
def test_what_will_not_pass_is_told_as_failed_without_the_words(
    subject: Subject, status: int
) -> None:
    subject.endpoint.script.append(Said(status=status))
    with pytest.raises(LanguageModelFailed) as raised:
        subject.model.ask(asking())
    assert str(status) in str(raised.value)
    _shows_nothing(raised.value)


def _shows_nothing(error: Exception) -> None:
    assert SECRET not in repr(error)
    assert TOLD not in repr(error)
    assert error.__cause__ is None
    assert error.__suppress_context__


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"[]", b"{}", b"null", b'{"type": "message"}', b'{"choices": []}'],
)
def test_an_endpoint_that_speaks_the_protocol_badly_is_told_as_failed(
    subject: Subject, body: bytes
) -> None:
    subject.endpoint.script.append(Said(body=body))
    with pytest.raises(LanguageModelFailed):
        subject.model.ask(asking())


def test_an_answer_that_breaks_off_is_told_as_busy(subject: Subject) -> None:
    subject.endpoint.script.append(Said(text="half", cut=True))
    with pytest.raises(LanguageModelBusy):
        subject.model.ask(asking())


def test_an_endpoint_that_takes_too_long_is_told_as_busy(subject: Subject) -> None:
    subject.endpoint.script.append(Said(text="late", delay_seconds=3))
    with pytest.raises(LanguageModelBusy):
        subject.model.ask(asking())


def test_overload_is_tried_again_as_often_as_was_asked(subject: Subject) -> None:
    subject.endpoint.script.extend([Said(status=529), Said(text="there")])
    assert subject.open(1).ask(asking()).text == "there"
    assert len(subject.endpoint.requests) == 2


def test_a_redirect_is_not_followed(subject: Subject) -> None:
    with serving() as elsewhere:
        target = {"location": f"{elsewhere.address}{subject.path}"}
        subject.endpoint.script.append(Said(status=307, headers=target, body=b""))
        with pytest.raises((LanguageModelFailed, LanguageModelBusy)):
            subject.model.ask(asking())
        assert not elsewhere.requests


@pytest.mark.parametrize("kind", [AnthropicModel, ChatModel])
def test_an_address_where_nobody_is_is_told_as_busy(kind: type[AnthropicModel | ChatModel]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        at = f"http://127.0.0.1:{taken.getsockname()[1]}"
        model = open_language_model(kind("any", api_key=SECRET, base_url=at, retries=0))
        with pytest.raises(LanguageModelBusy) as raised:
            model.ask(asking())
    assert SECRET not in repr(raised.value)


def test_a_key_is_never_shown() -> None:
    for named in (AnthropicModel("claude", SECRET), ChatModel("llama", api_key=SECRET)):
        assert SECRET not in repr(named)
        assert SECRET not in open_language_model(named).name


def test_a_key_that_no_header_can_carry_is_refused() -> None:
    with pytest.raises(InvalidInput):
        open_language_model(AnthropicModel("claude", "schlüssel"))


def test_the_name_tells_the_endpoint_unless_it_is_the_providers_own() -> None:
    assert open_language_model(AnthropicModel("claude", SECRET)).name == "claude"
    elsewhere = ChatModel("llama", "http://127.0.0.1:11434/v1")
    assert open_language_model(elsewhere).name == "llama@http://127.0.0.1:11434/v1"


def test_the_fake_answers_as_it_is_told_and_keeps_what_it_was_asked() -> None:
    cut = ModelAnswer("half", Ending.CUT, TokenUsage(read=1), "scripted")
    answers: list[str | ModelAnswer] = ["whole", cut]
    model = ScriptedModel(lambda _: answers.pop(0))
    first, second = model.ask(asking()), model.ask(asking())
    assert (first.text, first.ending) == ("whole", Ending.COMPLETE)
    assert second is cut
    assert [each.prompt for each in model.requests] == [TOLD, TOLD]
