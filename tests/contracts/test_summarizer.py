"""What the Summarizer port promises, asked of the one that asks a model and of the fake."""

import json
from dataclasses import replace

import pytest

from memories.engine.adapters.model_summarizer import ModelSummarizer
from memories.engine.domain import Message, Role, RunSummary
from memories.engine.ports.language_model import ScriptedModel
from memories.engine.ports.summarizer import RunRequest, ScriptedSummarizer, Summarizer
from tests.contracts.worlds import NOON

ANSWER = {
    "task": {"text": "", "turns": []},
    "steps": [{"text": "ordered", "turns": [1, 2]}],
    "decisions": [],
    "findings": [],
    "errors": [],
    "state": {"text": "ordered", "turns": [2]},
    "open": [],
}
NEW = RunSummary(steps=("ordered",), state="ordered")
MESSAGE = Message("m1", Role.TOOL, "Tool", "Ordered.", NOON, NOON, "s", 0)
REQUEST = RunRequest((MESSAGE, replace(MESSAGE, id="m2")))


@pytest.fixture(params=["model", "fake"])
def summarizer(request: pytest.FixtureRequest) -> Summarizer:
    if request.param == "fake":
        return ScriptedSummarizer(lambda _: NEW)
    return ModelSummarizer(ScriptedModel(lambda _: json.dumps(ANSWER)))


def test_a_summary_rests_on_messages_and_says_who_made_it(summarizer: Summarizer) -> None:
    found = summarizer.summarize(REQUEST)
    assert (found.summary, found.message_ids) == (NEW, ("m1", "m2"))
    assert found.learned_by.startswith("scripted")
    assert (found.note, dict(found.dropped)) == (None, {})


def test_it_goes_on_from_an_earlier_one(summarizer: Summarizer) -> None:
    earlier = RunSummary("Order a rudder", ("asked",), open=("order",))
    found = summarizer.summarize(replace(REQUEST, earlier=earlier))
    assert found.summary == earlier.followed_by(NEW)


def test_the_fake_keeps_what_it_was_asked() -> None:
    fake = ScriptedSummarizer(lambda _: NEW)
    fake.summarize(REQUEST)
    assert fake.requests == [REQUEST]
