"""Facts as a language model extracts them: what they cost, and that no less is found with them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from evaluation.remembering import messages_of
from memories import Conversation, Memory, ModelExtraction, read_conversations
from memories.engine.adapters.model_extractor._instructions import INSTRUCTIONS, SCHEMA
from memories.engine.ports.language_model import ScriptedModel
from memories.engine.text.model_tokens import estimate_tokens
from tests.conftest import RecordFigure
from tests.fixtures.extraction import SAMPLE, answering, answers
from tests.quality.recall import recalls_at

KS = (1, 3, 5, 10, 20, 50)
# Depths at which it is not so. The test that expects them to fail fails once it is.
LESS = {
    1: "a fact counts for the turn that it quotes first, and those of a model quote several",
    20: "the turn of one question in 24 comes behind more facts about the same person",
}


@pytest.fixture
def conversation() -> Conversation:
    (conversation,) = read_conversations(SAMPLE)
    return conversation


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel(answering)


@pytest.fixture
def extracted(tmp_path: Path, conversation: Conversation, model: ScriptedModel) -> Iterator[Memory]:
    """The sample with the facts that a good model would extract."""
    with Memory(tmp_path / "model.db", extractor=ModelExtraction(model)) as memory:
        for session in conversation.sessions:
            scope = memory.scope(user=conversation.id)
            added = memory.add(messages_of(session), scope=scope)
            assert (added.dropped, added.reason) == ({}, None)
        yield memory


def test_every_answer_written_by_hand_holds(
    extracted: Memory, conversation: Conversation, model: ScriptedModel
) -> None:
    written = [fact for answer in answers().values() for fact in answer["facts"]]
    kept = list(extracted.list(scope=extracted.scope(user=conversation.id)))
    assert [memory.text for memory in kept] == [fact["text"] for fact in written]
    assert [memory.importance for memory in kept] == [fact["importance"] for fact in written]
    assert all(memory.occurred for memory, fact in zip(kept, written, strict=True) if fact["when"])
    assert len(model.requests) == len(conversation.sessions)


def test_ten_turns_cost_at_most_two_thousand_tokens_of_prompt(
    extracted: Memory, model: ScriptedModel, record_figure: RecordFigure
) -> None:
    prompts = [estimate_tokens(request.prompt) for request in model.requests]
    fixed = estimate_tokens(INSTRUCTIONS) + estimate_tokens(
        json.dumps(SCHEMA, separators=(",", ":"))
    )
    record_figure("tokens of a prompt for ten turns, most", max(prompts))
    record_figure("tokens of instructions and schema", fixed)
    known = model.requests[-1].prompt.partition("<known>\n")[2].partition("</known>")[0]
    assert len(known.splitlines()) == 10
    # As if no provider kept the fixed part.
    assert max(prompts) + fixed <= 2000


def test_a_prediction_is_near_to_what_it_takes(
    conversation: Conversation, model: ScriptedModel
) -> None:
    read = written = predicted_read = predicted_written = 0
    with Memory(extractor=ModelExtraction(model)) as memory:
        scope = memory.scope(user=conversation.id)
        for session in conversation.sessions:
            predicted = memory.predict(messages_of(session), scope=scope)
            predicted_read += predicted.read
            predicted_written += predicted.written
            assert len(model.requests) == conversation.sessions.index(session)
            memory.add(messages_of(session), scope=scope)
    for request in model.requests:
        schema = json.dumps(SCHEMA, separators=(",", ":"))
        read += sum(map(estimate_tokens, (request.instructions, schema, request.prompt)))
    for answer in answers().values():
        written += estimate_tokens(json.dumps(answer, separators=(",", ":")))
    assert predicted_read == read
    assert predicted_written == pytest.approx(written, rel=0.1)


@pytest.mark.parametrize(
    "k",
    [
        pytest.param(k, marks=[pytest.mark.xfail(reason=LESS[k], strict=True)] if k in LESS else [])
        for k in KS
    ],
)
def test_no_less_is_found_than_with_facts_by_rules(
    k: int,
    extracted: Memory,
    conversation: Conversation,
    tmp_path: Path,
    record_figure: RecordFigure,
) -> None:
    with Memory(tmp_path / "local.db") as local:
        for session in conversation.sessions:
            local.add(messages_of(session), scope=local.scope(user=conversation.id))
        by_rules = recalls_at((k,), local, conversation)[k]
    by_model = recalls_at((k,), extracted, conversation)[k]
    record_figure(f"evidence recall at {k}, sample, facts by rules", by_rules)
    record_figure(f"evidence recall at {k}, sample, facts of a model", by_model)
    assert by_model >= by_rules
