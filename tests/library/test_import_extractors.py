"""Imports by extractors without batches, with batches of one's own, and awaited."""

import asyncio
from pathlib import Path

import pytest

from memories import (
    AsyncMemory,
    Guidance,
    ImportStage,
    ImportState,
    InvalidInput,
    ModelExtraction,
    TokenUsage,
    WaitingAdd,
)
from memories.engine.ports.answers import AnswersInMemory
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.embedder import WordHashEmbedder
from memories.engine.ports.language_model import ScriptedModel
from memories.engine.ports.model_batches import ScriptedBatches
from tests.library.learned import Opens, messages, restate, texts, told

BOATS = [f"I own boat {number}." for number in range(25)]


def test_without_batches_it_asks_singly_only_where_that_was_said(opened: Opens) -> None:
    model = ScriptedModel(lambda asked: restate(asked.prompt))
    memory = opened(ModelExtraction(model))
    conversations = told(memory, acme=BOATS, globex=["I own a raft."])
    with pytest.raises(InvalidInput, match="batched=False"):
        memory.begin_import("year", conversations)
    assert memory.stats().messages == 0
    memory.begin_import("year", conversations, batched=False)
    assert memory.advance_import("year").stages[ImportStage.LEARNED] == 1
    done = memory.finish_import("year", every_seconds=0)
    assert (done.tally.memories, done.tally.in_batches) == (26, TokenUsage())
    assert done.tally.singly.read > 0
    assert len(model.requests) == 4


def test_files_are_taken_by_adds_alone(opened: Opens) -> None:
    memory = opened(ModelExtraction(ScriptedModel(lambda _: "{}")), answers=AnswersInMemory())
    scope = memory.scope(agent="a", run="r")
    picture = {"type": "image_url", "image_url": {"url": b"\x89PNG\r\n\x1a\n"}}
    shown = [{"role": "user", "content": [picture]}]
    with pytest.raises(InvalidInput, match=r"messages\[0\].content: an import takes text alone"):
        memory.begin_import("year", [(scope, shown)], batched=False)
    with pytest.raises(InvalidInput, match="a summary of a run takes text alone"):
        memory.summarize_run(shown, scope=scope)
    adds = [WaitingAdd("j0", shown), WaitingAdd("j1", "I sail.")]
    assert memory.answer_together(adds, scope=scope) == 0
    assert memory.stats().messages == 0


def test_the_local_extractor_learns_imports_too(opened: Opens) -> None:
    memory = opened(None)
    memory.begin_import("year", told(memory, acme=["I own a boat."]), batched=False)
    memory.finish_import("year", every_seconds=0)
    assert texts(memory) == ["User owns a boat."]


def test_batches_of_ones_own_fit_with_guidance(opened: Opens) -> None:
    batches = ScriptedBatches(lambda asked: restate(asked.prompt), waits=1)
    extraction = ModelExtraction(ScriptedModel(lambda _: "{}"), batches=batches)
    memory = opened(extraction)
    guidance = Guidance(instructions="Boats.")
    memory.begin_import("year", told(memory, acme=["I own a boat."]), guidance=guidance)
    seen: list[ImportState] = []
    memory.finish_import("year", every_seconds=0, on_progress=seen.append)
    assert [each.is_over for each in seen] == [False, True]
    ((asked,),) = (each.values() for each in batches.submitted.values())
    assert 'people say: "Boats."' in asked.prompt


async def _finished(path: Path, clock: FixedClock) -> tuple[ImportState, int]:
    batches = ScriptedBatches(lambda asked: restate(asked.prompt), waits=1)
    extraction = ModelExtraction(ScriptedModel(lambda _: "{}"), batches=batches)
    async with AsyncMemory(
        path, embedder=WordHashEmbedder(), clock=clock, extractor=extraction
    ) as memory:
        acme = memory.scope(user="acme")
        await memory.begin_import("year", [(acme, messages("I own a boat."))])
        seen: list[ImportState] = []
        done = await memory.finish_import("year", every_seconds=0, on_progress=seen.append)
        assert await memory.import_state("year") == done
        assert len(await memory.import_results("year")) == 1
        assert await memory.cancel_import("year") == await memory.advance_import("year") == done
        return done, len(seen)


def test_asynchronous_programs_import_too(path: Path, clock: FixedClock) -> None:
    done, looks = asyncio.run(_finished(path, clock))
    assert (done.tally.memories, looks) == (1, 2)
