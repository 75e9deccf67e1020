"""What the Transcriber port promises, asked of the adapter; and what the fake keeps of it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import pytest

from memories import (
    Attachment,
    InvalidInput,
    LanguageModelBusy,
    LanguageModelFailed,
    Segment,
    Transcriber,
    TranscriptionModel,
    open_transcriber,
)
from memories.engine.ports.transcriber import ScriptedTranscriber
from tests.support.model_endpoint import HEAR, ModelEndpoint, Said, serving

SECRET: Final = "sk-very-secret-key"  # noqa: S105 - of nothing
WORDS: Final = ("I moved to Faro.", "My dog is called Rex.")
RECORDING: Final = Attachment("audio/wav", b"RIFF\0\0\0\0WAVEfmt secret sound")


@dataclass(frozen=True, slots=True)
class Subject:
    """The adapter under test."""

    endpoint: ModelEndpoint
    open: Callable[[int], Transcriber]

    @property
    def transcriber(self) -> Transcriber:
        return self.open(0)


@pytest.fixture
def subject() -> Iterator[Subject]:
    with serving() as endpoint:
        endpoint.answering = lambda _: Said(text="\n".join(WORDS))
        at = f"{endpoint.address}/v1"

        def open_(retries: int) -> Transcriber:
            named = TranscriptionModel("whisper", at, SECRET, timeout_seconds=2, retries=retries)
            return open_transcriber(named)

        yield Subject(endpoint, open_)


@pytest.fixture(params=["endpoint", "fake"])
def either(request: pytest.FixtureRequest, subject: Subject) -> Transcriber:
    if request.param == "fake":
        return ScriptedTranscriber({RECORDING.content: WORDS})
    return subject.transcriber


def test_a_recording_is_told_segment_by_segment_with_their_seconds(either: Transcriber) -> None:
    heard = either.transcribe(RECORDING)
    assert [
        (each.text.strip(), each.from_seconds, each.until_seconds) for each in heard.segments
    ] == [
        (WORDS[0], 0.0, 2.0),
        (WORDS[1], 2.0, 4.0),
    ]
    assert heard.seconds == 4.0
    assert heard.model in either.name


def test_the_recording_goes_out_whole_under_a_name_that_tells_its_kind(subject: Subject) -> None:
    subject.transcriber.transcribe(RECORDING)
    (asked,) = subject.endpoint.requests
    assert (asked.path, asked.authorization) == (HEAR, f"Bearer {SECRET}")
    assert asked.body["file"] == RECORDING.content
    assert asked.body["file name"] == "recording.wav"
    assert (asked.body["model"], asked.body["response_format"]) == ("whisper", "verbose_json")


def test_an_endpoint_without_segments_gives_one_of_the_whole(subject: Subject) -> None:
    answer = {"duration": 7.5, "text": "All of it.", "language": "english"}
    subject.endpoint.script.append(Said(body=json.dumps(answer).encode()))
    heard = subject.transcriber.transcribe(RECORDING)
    assert heard.segments == (Segment("All of it.", 0.0, 7.5),)


@pytest.mark.parametrize("status", [408, 429, 500, 503, 529])
def test_what_may_pass_is_told_as_busy_without_the_words(subject: Subject, status: int) -> None:
    subject.endpoint.script.append(Said(status=status, headers={"retry-after": "7"}))
    with pytest.raises(LanguageModelBusy) as raised:
        subject.transcriber.transcribe(RECORDING)
    assert raised.value.retry_after == 7
    assert "secret" not in repr(raised.value)


@pytest.mark.parametrize("status", [400, 401, 413])
def test_what_will_not_pass_is_told_as_failed_without_the_words(
    subject: Subject, status: int
) -> None:
    subject.endpoint.script.append(Said(status=status))
    with pytest.raises(LanguageModelFailed, match=str(status)) as raised:
        subject.transcriber.transcribe(RECORDING)
    assert "secret" not in repr(raised.value)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b'{"duration": "long", "text": "x"}',
        b'{"duration": 1, "text": 5}',
        b'{"duration": 1, "text": "x", "segments": [{"text": null, "start": 0, "end": 1}]}',
        b'{"duration": 1, "text": "x", "segments": [{"text": "x", "start": "now"}]}',
        b'{"duration": 1, "text": "x", "segments": 5}',
    ],
)
def test_an_endpoint_that_speaks_the_protocol_badly_is_told_as_failed(
    subject: Subject, body: bytes
) -> None:
    subject.endpoint.script.append(Said(body=body))
    with pytest.raises(LanguageModelFailed):
        subject.transcriber.transcribe(RECORDING)


def test_overload_is_tried_again_as_often_as_was_asked(subject: Subject) -> None:
    subject.endpoint.script.append(Said(status=503))
    assert subject.open(1).transcribe(RECORDING).seconds == 4.0
    assert len(subject.endpoint.requests) == 2


def test_a_redirect_is_not_followed(subject: Subject) -> None:
    with serving() as elsewhere:
        target = {"location": f"{elsewhere.address}{HEAR}"}
        subject.endpoint.script.append(Said(status=307, headers=target, body=b""))
        with pytest.raises((LanguageModelFailed, LanguageModelBusy)):
            subject.transcriber.transcribe(RECORDING)
        assert not elsewhere.requests


def test_a_key_is_never_shown_and_must_fit_a_header() -> None:
    named = TranscriptionModel("whisper", api_key=SECRET)
    assert SECRET not in repr(named)
    assert open_transcriber(named).name == "whisper"
    with pytest.raises(InvalidInput):
        open_transcriber(TranscriptionModel("whisper", api_key="schlüssel"))


def test_the_fake_refuses_what_it_was_not_told_of() -> None:
    fake = ScriptedTranscriber({})
    with pytest.raises(LanguageModelFailed):
        fake.transcribe(RECORDING)
    assert fake.recordings == [RECORDING]
