"""Questions that come while the model is busy are embedded together, as soon as it is free."""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest

from memories import EmbeddingFailed
from memories.engine.adapters.query_batches import QueryBatches
from memories.engine.domain import Vector, Vectors
from memories.engine.ports.embedder import WordHashEmbedder

# A fork while another thread's call is under way: its lock and its waiting are the parent's.
FORKING = """
import os
from concurrent.futures import ThreadPoolExecutor
from tests.adapters.test_query_batches import HeldEmbedder, waiting
from memories.engine.adapters.query_batches import QueryBatches

held = HeldEmbedder()
batches = QueryBatches(held)
with ThreadPoolExecutor(2) as threads:
    first = threads.submit(batches.embed_query, "first")
    held.begun.wait()
    second = threads.submit(batches.embed_query, "second")
    waiting(batches, 1)
    child = os.fork()
    if child == 0:
        held.may_end.set()
        os._exit(0 if batches.embed_query("of the child").any() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    held.may_end.set()
    assert first.result().any() and second.result().any()
print(held.batches)
"""


class HeldEmbedder(WordHashEmbedder):
    """Ends no call before it may, and keeps what it was asked together."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.batches: list[list[str]] = []
        self.error: BaseException | None = None
        self.most = 100

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(list(texts))
        self.begun.set()
        self.may_end.wait()
        if self.error is not None and len(self.batches) > 1:
            raise self.error
        return super().embed_queries(texts)[: self.most]


def waiting(batches: QueryBatches, count: int) -> None:
    """Return when so many wait for the next call."""
    while len(batches._questions.get().waiting) < count:
        os.sched_yield()


def asked_while_busy(
    batches: QueryBatches, held: HeldEmbedder, texts: Sequence[str]
) -> tuple["Future[Vector]", list["Future[Vector]"]]:
    """One question that keeps the model busy, and those that come meanwhile; all have ended."""
    with ThreadPoolExecutor(len(texts) + 1) as threads:
        first = threads.submit(batches.embed_query, "first")
        held.begun.wait()
        others = []
        for number, text in enumerate(texts, 1):
            others.append(threads.submit(batches.embed_query, text))
            waiting(batches, number)
        held.may_end.set()
    return first, others


def test_a_question_alone_waits_for_nobody() -> None:
    held = HeldEmbedder()
    held.may_end.set()
    batches = QueryBatches(held)
    for text in ("Where does Anna live?", "What does Tom eat?"):
        np.testing.assert_array_equal(batches.embed_query(text), held.embed_query(text))
    assert held.batches == [["Where does Anna live?"], ["What does Tom eat?"]]


def test_those_that_come_while_one_is_embedded_are_embedded_together() -> None:
    held = HeldEmbedder()
    texts = [f"question {number}" for number in range(7)]
    first, others = asked_while_busy(QueryBatches(held), held, texts)
    assert held.batches == [["first"], texts]
    for text, other in zip(["first", *texts], [first, *others], strict=True):
        np.testing.assert_array_equal(other.result(), held.embed_query(text))


def test_an_error_reaches_all_that_were_asked_together_and_nobody_else() -> None:
    held = HeldEmbedder()
    held.error = EmbeddingFailed("the model is away")
    batches = QueryBatches(held)
    first, others = asked_while_busy(batches, held, ["second", "third"])
    assert first.result().any()
    for other in others:
        with pytest.raises(EmbeddingFailed, match="is away"):
            other.result()
    held.error = None
    assert batches.embed_query("second").any()


def test_too_few_vectors_are_an_error_to_all_that_asked_for_them() -> None:
    held = HeldEmbedder()
    held.most = 1
    first, others = asked_while_busy(QueryBatches(held), held, ["second", "third"])
    assert first.result().any()
    for other in others:
        with pytest.raises(ValueError, match="shorter"):
            other.result()


def test_many_threads_each_get_their_own_vector() -> None:
    embedder = WordHashEmbedder()
    batches = QueryBatches(embedder)
    texts = [f"question {number}" for number in range(200)]
    with ThreadPoolExecutor(8) as threads:
        vectors = list(threads.map(batches.embed_query, texts))
    np.testing.assert_array_equal(np.stack(vectors), embedder.embed_passages(texts))


def test_a_child_has_questions_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKING],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout + done.stderr == "[['first'], ['second']]\n"
