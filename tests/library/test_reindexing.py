"""Building the index anew, with the same or another embedding model."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from memories import Memory, ModelMismatch, Scope
from memories.engine.domain import Vectors
from memories.engine.errors import EmbeddingFailed
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.embedder import WordHashEmbedder


def fill(memory: Memory, scope: Scope, clock: FixedClock) -> None:
    start = datetime(2024, 5, 1, 9, tzinfo=UTC)
    memory.add(
        [
            {"role": "user", "name": "Nora", "content": text, "timestamp": start}
            for text in ("I own a boat.", "I met Ines.", "Ines swam.", "Ines sang.", "Ines left.")
        ],
        scope=scope,
    )
    (boat,) = memory.list(scope=scope, filters={"text": "boat"})
    clock.advance(timedelta(hours=1))
    memory.update(boat.id, text="Nora owns a dinghy.")


def other_model() -> WordHashEmbedder:
    return WordHashEmbedder(model="other", dimensions=32)


def test_it_changes_nothing_that_is_found(
    memory: Memory, acme: Scope, globex: Scope, clock: FixedClock
) -> None:
    fill(memory, acme, clock)
    fill(memory, globex, clock)
    before = clock.now() - timedelta(minutes=1)
    queries = [("boat", before), ("dinghy", None), ("Who is Ines?", None)]
    found = [memory.search(query, scope=acme, as_of=at).hits for query, at in queries]
    stats = memory.stats()
    assert memory.reindex() == stats.passages
    assert [memory.search(query, scope=acme, as_of=at).hits for query, at in queries] == found
    assert replace(memory.stats(), bytes_on_disk=0) == replace(stats, bytes_on_disk=0)


def test_another_model_takes_over_with_everything(
    path: Path, memory: Memory, acme: Scope, clock: FixedClock
) -> None:
    fill(memory, acme, clock)
    told: list[tuple[int, int]] = []
    count = memory.reindex(
        embedder=other_model(), on_progress=lambda done, of: told.append((done, of))
    )
    stats = memory.stats()
    assert (stats.model, stats.passages, stats.embedded) == ("other", count, count)
    assert told
    assert told[-1][0] == told[-1][1]
    assert memory.search("dinghy", scope=acme)[0].breakdown.semantic > 0
    assert memory.search(
        "boat", scope=acme, as_of=clock.now() - timedelta(minutes=1), include_messages=False
    )[0].text == ("Nora owns a boat.")
    memory.add("I own a car.", scope=acme)
    assert memory.search("car", scope=acme)[0].breakdown.semantic > 0
    memory.close()
    with Memory(path, embedder=other_model(), clock=clock) as again:
        assert again.search("dinghy", scope=acme)[0].breakdown.semantic > 0


def test_opening_with_another_model_names_the_way_out(
    path: Path, memory: Memory, acme: Scope, clock: FixedClock
) -> None:
    fill(memory, acme, clock)
    memory.close()
    with pytest.raises(ModelMismatch, match=r"word-hash, not with other: .*reindex\(embedder="):
        Memory(path, embedder=other_model())
    with Memory(path, embedder=other_model(), reindex=True, clock=clock) as switched:
        assert switched.stats().model == "other"
        assert switched.search("dinghy", scope=acme)[0].breakdown.semantic > 0
    with pytest.raises(ModelMismatch, match="other, not with word-hash"):
        Memory(path, embedder=WordHashEmbedder())


def test_a_file_that_another_process_switched_is_not_read_with_the_old_model(
    path: Path, memory: Memory, acme: Scope, clock: FixedClock
) -> None:
    fill(memory, acme, clock)
    with Memory(path, embedder=other_model(), reindex=True, clock=clock) as switched:
        with pytest.raises(ModelMismatch, match="was switched to other by another process"):
            memory.search("dinghy", scope=acme)
        with pytest.raises(ModelMismatch):
            memory.add("I own a car.", scope=acme)
        assert switched.stats().messages == 5
    memory.close()


class FailingEmbedder(WordHashEmbedder):
    """Gives no vectors at all."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        raise EmbeddingFailed(f"no vectors for {len(texts)} texts")


def test_a_model_that_fails_leaves_the_old_index(
    memory: Memory, acme: Scope, clock: FixedClock
) -> None:
    fill(memory, acme, clock)
    found = memory.search("dinghy", scope=acme).hits
    with pytest.raises(EmbeddingFailed):
        memory.reindex(embedder=FailingEmbedder(model="failing"))
    assert memory.stats().model == "word-hash"
    assert memory.search("dinghy", scope=acme).hits == found
    assert memory.reindex() > 0
    memory.add("I own a car.", scope=acme)


def test_what_is_added_and_asked_meanwhile_is_not_lost(
    memory: Memory, acme: Scope, clock: FixedClock
) -> None:
    fill(memory, acme, clock)
    with ThreadPoolExecutor(3) as threads:
        reindexed = [threads.submit(memory.reindex) for _ in range(3)]
        added = [
            threads.submit(memory.add, f"I own boat number {number}.", scope=acme)
            for number in range(12)
        ]
        asked = [threads.submit(memory.search, "dinghy", scope=acme) for _ in range(12)]
        for reindexing in reindexed:
            assert reindexing.result() > 0
        for adding in added:
            assert adding.result().outcomes
        assert all(asking.result().hits for asking in asked)
    for number in range(12):
        best = memory.search(f"boat number {number}", scope=acme)[0]
        assert f"number {number}." in best.text
    stats = memory.stats()
    assert stats.embedded == stats.passages


def test_searches_go_on_while_the_model_is_switched(
    memory: Memory, acme: Scope, clock: FixedClock
) -> None:
    fill(memory, acme, clock)
    switched = threading.Event()

    def ask_on() -> int:
        asked = 0
        while not switched.is_set():
            assert memory.search("dinghy", scope=acme)[0].text == "Nora owns a dinghy."
            asked += 1
        return asked

    with ThreadPoolExecutor(2) as threads:
        asking = [threads.submit(ask_on) for _ in range(2)]
        for number in range(4):
            model = WordHashEmbedder(model=f"model {number}", dimensions=256 + number)
            memory.reindex(embedder=model)
        switched.set()
        assert all(each.result() for each in asking)


class PausedEmbedder(WordHashEmbedder):
    """Waits for its release from the first question for vectors on."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()
        self.released = threading.Event()

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.reached.set()
        assert self.released.wait(30)
        return super().embed_passages(texts)


@pytest.fixture
def paused() -> Iterator[PausedEmbedder]:
    embedder = PausedEmbedder()
    yield embedder
    embedder.released.set()


def test_what_is_being_added_while_the_model_is_switched_is_embedded_with_the_new_one(
    path: Path, clock: FixedClock, paused: PausedEmbedder
) -> None:
    with Memory(path, embedder=paused, clock=clock) as memory, ThreadPoolExecutor(1) as threads:
        acme = memory.scope(user="acme")
        adding = threads.submit(memory.add, "I own a boat.", scope=acme)
        assert paused.reached.wait(30)
        memory.reindex(embedder=other_model())
        paused.released.set()
        assert adding.result(30).outcomes[0].event.value == "ADD"
        stats = memory.stats()
        assert (stats.messages, stats.embedded) == (1, 2)
        assert memory.search("boat", scope=acme)[0].breakdown.semantic > 0


def test_no_vector_of_the_old_model_gets_into_a_file_that_was_switched(
    path: Path, clock: FixedClock, paused: PausedEmbedder
) -> None:
    with Memory(path, embedder=paused, clock=clock) as memory, ThreadPoolExecutor(1) as threads:
        acme = memory.scope(user="acme")
        adding = threads.submit(memory.add, "I own a boat.", scope=acme)
        assert paused.reached.wait(30)
        with Memory(path, embedder=other_model(), reindex=True, clock=clock) as switched:
            paused.released.set()
            with pytest.raises(ModelMismatch, match="was switched to other"):
                adding.result(30)
            assert switched.stats().messages == 0
            switched.add("I own a car.", scope=acme)
            assert switched.search("car", scope=acme)[0].breakdown.semantic > 0
