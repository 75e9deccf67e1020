"""The library's face: what it offers, opens, closes and keeps apart."""

import asyncio
import inspect
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import memories
from memories import AsyncMemory, InvalidScope, Memory, NotFound, Scope, StoreError
from memories.engine.domain import Vectors
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.embedder import WordHashEmbedder

CALLS = [name for name, _ in inspect.getmembers(Memory, inspect.isfunction) if name[0] != "_"]

OFFERED = {
    "AddResult",
    "AnthropicModel",
    "AsyncMemory",
    "Attachment",
    "BatchAnswer",
    "BundledModel",
    "ChangedMeanwhile",
    "ChatModel",
    "Confidence",
    "Consolidation",
    "ConsolidationOutcome",
    "Context",
    "Conversation",
    "DeletionReceipt",
    "Embedder",
    "EmbedderError",
    "EmbeddingFailed",
    "Ending",
    "EndpointModel",
    "Entity",
    "EntityMerge",
    "Extracted",
    "ExtractionRequest",
    "Extractor",
    "Fact",
    "Fetcher",
    "FetchFailed",
    "Guidance",
    "HistoryEntry",
    "HubModel",
    "Immutable",
    "ImportStage",
    "ImportState",
    "IndexUnavailable",
    "IngestOutcome",
    "InvalidFilter",
    "InvalidInput",
    "InvalidMessages",
    "InvalidScope",
    "LanguageModel",
    "LanguageModelBusy",
    "LanguageModelError",
    "LanguageModelFailed",
    "Link",
    "Memory",
    "MemoryRecord",
    "Message",
    "MissingExtra",
    "ModelAnswer",
    "ModelBatches",
    "ModelExtraction",
    "ModelMismatch",
    "ModelRequest",
    "ModelUnavailable",
    "NewerFormat",
    "NotFound",
    "OnnxModel",
    "Origin",
    "Original",
    "Page",
    "Participant",
    "ParticipantKind",
    "PartReading",
    "Preview",
    "Profile",
    "Question",
    "ReadingUsage",
    "RELEVANT",
    "RemembrancerError",
    "Reranker",
    "Resolution",
    "RerankerFailed",
    "Scope",
    "ScoreBreakdown",
    "SearchHit",
    "SearchResult",
    "Segment",
    "Session",
    "Shelf",
    "SimilarityScale",
    "Source",
    "Stats",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "Stretch",
    "Tally",
    "TokenUsage",
    "Transcriber",
    "Transcript",
    "TranscriptionModel",
    "TransferReceipt",
    "Unanswered",
    "UnreadableFile",
    "WaitingAdd",
    "Wants",
    "open_language_model",
    "open_model_batches",
    "open_reranker",
    "open_transcriber",
    "read_conversations",
}


def test_the_library_offers_exactly_this() -> None:
    assert set(memories.__all__) == OFFERED
    assert len(memories.__all__) == len(OFFERED)
    for name in memories.__all__:
        assert hasattr(memories, name)


def test_importing_it_loads_nothing_heavy() -> None:
    script = (
        "import sys, memories;"
        "heavy = {'numpy', 'onnxruntime', 'tokenizers', 'django', 'apsw', 'Stemmer'};"
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules}))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout == "[]\n"


def test_opening_a_file_loads_no_model(tmp_path: Path) -> None:
    script = (
        "import sys; from memories import Memory\n"
        "with Memory(sys.argv[1]) as memory:\n"
        "    memory.stats()\n"
        "print(sorted({'onnxruntime', 'tokenizers'} & sys.modules.keys()))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "notes.db")],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert run.stdout == "[]\n"


@pytest.mark.parametrize("name", ["__init__", *CALLS])
def test_the_asynchronous_memory_has_the_same_call(name: str) -> None:
    plain, awaited = getattr(Memory, name), getattr(AsyncMemory, name)
    assert inspect.signature(awaited) == inspect.signature(plain)
    assert inspect.iscoroutinefunction(awaited) is (name not in {"__init__", "scope"})


def test_the_asynchronous_memory_has_no_other_calls() -> None:
    awaited = {name for name, _ in inspect.getmembers(AsyncMemory, inspect.isfunction)}
    assert {name for name in awaited if name[0] != "_"} == set(CALLS)


def test_the_asynchronous_memory_answers_alike(tmp_path: Path, clock: FixedClock) -> None:
    async def converse() -> None:
        async with AsyncMemory(
            tmp_path / "notes.db", embedder=WordHashEmbedder(), clock=clock
        ) as memory:
            acme = memory.scope(user="acme")
            added = await asyncio.gather(
                *(memory.add(f"I own boat number {number}.", scope=acme) for number in range(9))
            )
            assert all(result.outcomes[0].event.value == "ADD" for result in added)
            page = await memory.list(scope=acme)
            again = await memory.add("I own a raft.", scope=acme, job_id="raft")
            assert again == await memory.add("I own a raft.", scope=acme, job_id="raft")
            shelf = await memory.browse(scope=acme, skip=1, newest_first=False)
            assert (shelf.memories[0], shelf.total) == (page.memories[1], 10)
            assert [each.memories for each in await memory.participants()] == [10]
            first, second = page.memories[:2]
            assert (await memory.get(first.id)) == first
            assert (await memory.update(first.id, metadata={"a": 1})).version == 2
            assert (await memory.supersede(first.id, by=second.id)).superseded_by == second.id
            assert len(await memory.history(first.id)) == 3
            assert len(await memory.sources(first.id)) == 1
            assert len(await memory.links(first.id)) == 1
            assert await memory.entities(scope=acme)
            assert (await memory.search("boat number 3", scope=acme)).hits
            assert "boat" in str(await memory.context("boat number 3", scope=acme))
            assert (await memory.stats()).messages == 10
            await memory.export(tmp_path / "one.jsonl")
            await memory.backup(tmp_path / "copy.db")
            assert (await memory.import_(tmp_path / "one.jsonl")).messages == 0
            assert await memory.reindex() == (await memory.stats()).passages
            assert (await memory.delete(first.id)).memories == 1
            with pytest.raises(NotFound):
                await memory.get(first.id)
            assert (await memory.delete_all(scope=acme)).messages == 10
            assert (await memory.delete_everything()).messages == 0

    asyncio.run(converse())


class PausedEmbedder(WordHashEmbedder):
    """Waits until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()
        self.released = threading.Event()

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.reached.set()
        assert self.released.wait(30)
        return super().embed_passages(texts)


def test_closing_the_asynchronous_memory_waits_for_the_calls_under_way(
    tmp_path: Path, clock: FixedClock
) -> None:
    async def converse() -> None:
        embedder = PausedEmbedder()
        memory = AsyncMemory(tmp_path / "notes.db", embedder=embedder, clock=clock)
        acme = memory.scope(user="acme")
        adding = asyncio.create_task(memory.add("I own a boat.", scope=acme))
        await asyncio.to_thread(embedder.reached.wait, 30)
        closing = asyncio.create_task(memory.close())
        done, _ = await asyncio.wait([closing], timeout=0.1)
        assert not done
        embedder.released.set()
        await closing
        assert (await adding).outcomes
        await memory.close()
        with pytest.raises(StoreError, match="is closed"):
            await memory.stats()

    asyncio.run(converse())
    with Memory(tmp_path / "notes.db", embedder=WordHashEmbedder(), clock=clock) as memory:
        assert memory.stats().messages == 1


def test_it_may_be_used_from_several_threads(memory: Memory, acme: Scope) -> None:
    def converse(number: int) -> str:
        memory.add(f"I own boat number {number}.", scope=acme)
        return memory.search(f"boat number {number}", scope=acme)[0].text

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(converse, range(24)))
    assert answers == [f"User owns boat number {number}." for number in range(24)]
    assert memory.stats().memories == 24


def test_a_temporary_memory_is_gone_when_closed() -> None:
    memory = Memory(embedder=WordHashEmbedder())
    folder = Path(str(memory._settings.place)).parent
    memory.add("I own a boat.", scope=memory.scope(user="acme"))
    assert list(folder.iterdir())
    memory.close()
    assert not folder.exists()


def test_a_temporary_memory_that_nobody_closes_is_gone_too() -> None:
    memory = Memory(embedder=WordHashEmbedder())
    folder = Path(str(memory._settings.place)).parent
    del memory
    assert not folder.exists()


def test_after_closing_every_call_says_so(memory: Memory, acme: Scope) -> None:
    memory.close()
    memory.close()
    calls: Sequence[Callable[[], object]] = (
        lambda: memory.add("I own a boat.", scope=acme),
        lambda: memory.search("boat", scope=acme),
        lambda: memory.list(scope=acme),
        lambda: memory.browse(scope=acme),
        lambda: memory.delete_all(scope=acme),
        memory.delete_everything,
        memory.participants,
        memory.stats,
        memory.reindex,
    )
    for call in calls:
        with pytest.raises(StoreError, match=r"notes\.db is closed"):
            call()


def test_what_was_kept_is_there_when_the_file_is_opened_again(
    path: Path, clock: FixedClock
) -> None:
    with Memory(path, embedder=WordHashEmbedder(), clock=clock) as memory:
        memory.add("I own a boat.", scope=memory.scope(user="acme"))
        before = memory.stats()
    with Memory(str(path), embedder=WordHashEmbedder(), clock=clock) as memory:
        assert memory.search("boat", scope=memory.scope(user="acme")).hits
        assert memory.stats().messages == before.messages


BY_ID: dict[str, Callable[[Memory, str], object]] = {
    "get": lambda memory, id_: memory.get(id_),
    "update": lambda memory, id_: memory.update(id_, text="User owns a ship."),
    "delete": lambda memory, id_: memory.delete(id_),
    "history": lambda memory, id_: memory.history(id_),
    "sources": lambda memory, id_: memory.sources(id_),
    "links": lambda memory, id_: memory.links(id_),
    "supersede": lambda memory, id_: memory.supersede(id_, by=id_),
}


@pytest.mark.parametrize("call", BY_ID.values(), ids=BY_ID.keys())
@pytest.mark.parametrize("missing", ["", "nothing", "0" * 36, "a\0b", "\ud800", "'; --"])
def test_what_is_anothers_and_what_is_missing_are_not_found_alike(
    memory: Memory, tmp_path: Path, call: Callable[[Memory, str], object], missing: str
) -> None:
    with Memory(tmp_path / "globex.db", project="globex", embedder=WordHashEmbedder()) as anothers:
        anothers.add("I own a boat.", scope=anothers.scope(user="globex"))
        (theirs,) = anothers.list(scope=anothers.scope(user="globex"))
        said = []
        for id_ in (theirs.id, missing):
            with pytest.raises(NotFound) as caught:
                call(memory, id_)
            said.append(str(caught.value).replace(id_, "it") if id_ else "no memory it")
        assert said == ["no memory it", "no memory it"]
        assert anothers.get(theirs.id) == theirs


def test_it_may_be_closed_while_others_ask(memory: Memory, acme: Scope) -> None:
    memory.add([{"role": "user", "content": f"I own boat {n}."} for n in range(50)], scope=acme)
    asked = threading.Event()

    def ask_on() -> None:
        for _ in range(10_000):
            memory.list(scope=acme)
            asked.set()

    with ThreadPoolExecutor(2) as threads:
        asking = [threads.submit(ask_on) for _ in range(2)]
        assert asked.wait(30)
        memory.close()
        for each in asking:
            with pytest.raises(StoreError, match="is closed"):
                each.result(30)


def test_a_file_opens_under_the_name_of_its_project_alone(path: Path) -> None:
    with Memory(path, embedder=WordHashEmbedder(), project="acme"):
        pass
    with pytest.raises(InvalidScope, match="holds project 'acme' of 'local', not 'globex'"):
        Memory(path, embedder=WordHashEmbedder(), project="globex")
    with Memory(path, embedder=WordHashEmbedder(), project="acme"):
        pass
