"""Embeddings between runs."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from evaluation.embedding_cache import CachedEmbedder, open_cache
from evaluation.faults import EvaluationError
from memories.engine.ports.embedder import WordHashEmbedder

TEXTS = ["I moved to Lisbon.", "Rex is a dog.", "I moved to Lisbon."]
ROOT = Path(__file__).resolve().parents[2]


def test_a_passage_is_embedded_once_in_all_runs(tmp_path: Path) -> None:
    plain = WordHashEmbedder().embed_passages(TEXTS)
    first, second = WordHashEmbedder(), WordHashEmbedder()
    with open_cache(tmp_path) as kept:
        assert np.array_equal(CachedEmbedder(first, kept).embed_passages(TEXTS), plain)
    with open_cache(tmp_path) as kept:
        assert np.array_equal(CachedEmbedder(second, kept).embed_passages(TEXTS), plain)
    assert (first.embedded_texts, second.embedded_texts) == (2, 0)


def test_a_question_is_embedded_each_time(tmp_path: Path) -> None:
    inner = WordHashEmbedder()
    with open_cache(tmp_path) as kept:
        embedder = CachedEmbedder(inner, kept)
        embedder.embed_passages(["Rex is a dog."])
        for _ in range(2):
            embedder.embed_query("Rex is a dog.")
    assert inner.embedded_texts == 3


def test_another_model_has_vectors_of_its_own(tmp_path: Path) -> None:
    one, other = WordHashEmbedder(model="one"), WordHashEmbedder(model="other")
    with open_cache(tmp_path) as kept:
        CachedEmbedder(one, kept).embed_passages(TEXTS)
        CachedEmbedder(other, kept).embed_passages(TEXTS)
    assert other.embedded_texts == 2


def test_vectors_of_another_length_are_not_taken(tmp_path: Path) -> None:
    long, short = WordHashEmbedder(dimensions=256), WordHashEmbedder(dimensions=64)
    with open_cache(tmp_path) as kept:
        CachedEmbedder(long, kept).embed_passages(TEXTS)
        assert CachedEmbedder(short, kept).embed_passages(TEXTS).shape == (3, 64)


def test_no_text_at_all_gives_no_vectors(tmp_path: Path) -> None:
    with open_cache(tmp_path) as kept:
        assert CachedEmbedder(WordHashEmbedder(), kept).embed_passages([]).shape == (0, 256)


def test_what_embedding_costs_is_counted_apart_from_the_cache(tmp_path: Path) -> None:
    with open_cache(tmp_path) as kept:
        embedder = CachedEmbedder(WordHashEmbedder(), kept)
        embedder.embed_passages(TEXTS)
        before = embedder.effort
        embedder.embed_passages(TEXTS)
        spent = embedder.effort.since(before)
    assert (before.texts, before.cached_texts) == (2, 1)
    assert (spent.texts, spent.cached_texts) == (0, 3)
    assert before.seconds > 0
    assert spent.cache_seconds > 0


def test_without_a_file_it_only_counts() -> None:
    inner = WordHashEmbedder()
    embedder = CachedEmbedder(inner, None)
    embedder.embed_passages(TEXTS)
    embedder.embed_passages(TEXTS)
    assert inner.embedded_texts == embedder.effort.texts == 4


_KILLED_WHILE_WRITING = """
import os, sys
from pathlib import Path
from evaluation.embedding_cache import CachedEmbedder, open_cache
from memories.engine.ports.embedder import WordHashEmbedder
embedder = CachedEmbedder(WordHashEmbedder(), open_cache(Path(sys.argv[1])))
for number in range(10_000_000):
    embedder.embed_passages([f"text {number}", f"and {number}"])
    print(number, flush=True)
"""


def test_a_run_that_is_killed_while_writing_leaves_a_usable_file(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED_WHILE_WRITING, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout is not None
        for _ in range(20):
            running.stdout.readline()
        running.kill()
    inner = WordHashEmbedder()
    texts = [f"{word} {number}" for number in range(20) for word in ("text", "and")]
    with open_cache(tmp_path) as kept:
        vectors = CachedEmbedder(inner, kept).embed_passages(texts)
    assert inner.embedded_texts == 0
    assert np.array_equal(vectors, WordHashEmbedder().embed_passages(texts))


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "embeddings.db").write_bytes(b"no database " * 100)
    with pytest.raises(EvaluationError, match=r"embeddings\.db.*delete it"):
        open_cache(tmp_path)


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(EvaluationError, match="name another folder with --cache"):
        open_cache(tmp_path / "file" / "cache")
