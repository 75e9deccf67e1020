"""What was asked before is not embedded again, and its words are not kept."""

import gc
import subprocess
import sys
import weakref
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from memories import EmbeddingFailed
from memories.engine.adapters.query_batches import QueryBatches
from memories.engine.adapters.query_cache import QueryCache
from memories.engine.ports.embedder import WordHashEmbedder
from tests.library.embedders import WatchedEmbedder

# How many vectors a process keeps of those that its parent has asked for.
FORKING = """
import os
from memories.engine.adapters.query_cache import QueryCache
from memories.engine.ports.embedder import WordHashEmbedder

cache = QueryCache(WordHashEmbedder(), most=2)
cache.embed_query("first")
child = os.fork()
if child == 0:
    os._exit(len(cache._kept.get().vectors))
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
print(len(cache._kept.get().vectors))
"""


class Words(str):
    """A text that a test can see vanish."""

    __slots__ = ("__weakref__",)


def ask(cache: QueryCache, texts: Sequence[str]) -> None:
    for text in texts:
        cache.embed_query(text)


def test_a_question_is_embedded_once() -> None:
    embedder = WatchedEmbedder()
    cache = QueryCache(embedder, most=4)
    once, again = (cache.embed_query("Where does Anna live?") for _ in range(2))
    np.testing.assert_array_equal(once, again)
    assert embedder.asked == 1
    np.testing.assert_array_equal(once, embedder.embed_query("Where does Anna live?"))


def test_those_asked_last_are_kept() -> None:
    embedder = WatchedEmbedder()
    cache = QueryCache(embedder, most=2)
    ask(cache, ["first", "second", "first", "third"])
    assert embedder.asked == 3
    ask(cache, ["first", "third"])
    assert embedder.asked == 3
    ask(cache, ["second"])
    assert embedder.asked == 4
    assert len(cache._kept.get().vectors) == 2


def test_an_error_is_not_kept() -> None:
    embedder = WatchedEmbedder()
    cache = QueryCache(embedder, most=2)
    embedder.is_away = True
    for _ in range(2):
        with pytest.raises(EmbeddingFailed):
            cache.embed_query("Where does Anna live?")
    embedder.is_away = False
    assert cache.embed_query("Where does Anna live?").any()
    assert embedder.asked == 3


def test_a_kept_vector_can_not_be_written_to_and_keeps_no_others() -> None:
    vector = QueryCache(WordHashEmbedder(), most=2).embed_query("Where does Anna live?")
    assert vector.base is None
    with pytest.raises(ValueError, match="read-only"):
        vector[0] = 1.0


def test_words_are_not_kept() -> None:
    cache = QueryCache(WordHashEmbedder(), most=2)
    words = Words("Where does Anna live?")
    vanishing = weakref.ref(words)
    ask(cache, [words])
    del words
    gc.collect()
    assert vanishing() is None


def test_passages_are_passed_on() -> None:
    embedder = WatchedEmbedder()
    cache = QueryCache(embedder, most=2)
    for _ in range(2):
        cache.embed_passages(["Anna lives in Lisbon."])
    assert embedder.asked == 2


def test_many_threads_each_get_their_own_vector_however_few_are_kept() -> None:
    embedder = WordHashEmbedder()
    cache = QueryCache(QueryBatches(embedder), most=3)
    texts = [f"question {number % 7}" for number in range(300)]
    with ThreadPoolExecutor(8) as threads:
        vectors = list(threads.map(cache.embed_query, texts))
    np.testing.assert_array_equal(np.stack(vectors), embedder.embed_passages(texts))
    assert len(cache._kept.get().vectors) <= 3


def test_what_a_process_keeps_is_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKING], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout + done.stderr == "1\n"
