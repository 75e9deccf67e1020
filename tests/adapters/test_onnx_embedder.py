import itertools
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from memories.engine.adapters.model_files import bundled_model
from memories.engine.adapters.onnx_embedder import ModelFiles, OnnxEmbedder, _pooled
from memories.engine.errors import EmbedderError, EmbeddingFailed, ModelUnavailable
from memories.engine.ports.embedder import SimilarityScale


@pytest.fixture(scope="module")
def files() -> ModelFiles:
    return bundled_model()


@pytest.fixture(scope="module")
def embedder(files: ModelFiles) -> OnnxEmbedder:
    return OnnxEmbedder(files, threads=2)


@pytest.mark.parametrize("missing", ["model", "tokenizer"])
def test_a_missing_file_is_named_at_once(files: ModelFiles, tmp_path: Path, missing: str) -> None:
    nowhere = tmp_path / "nowhere"
    altered = (
        replace(files, model=nowhere) if missing == "model" else replace(files, tokenizer=nowhere)
    )
    with pytest.raises(ModelUnavailable, match="nowhere is missing"):
        OnnxEmbedder(altered, threads=1)


def test_a_question_does_not_wait_for_a_running_ingest(embedder: OnnxEmbedder) -> None:
    embedder.embed_query("warm")
    embedder.embed_passages(["warm"])
    texts = ["Anna moved into a flat in Lisbon near the river, said Ben. " * 3] * 64
    started = threading.Event()
    took: list[float] = []

    def ingest() -> None:
        before = time.perf_counter()
        started.set()
        embedder.embed_passages(texts)
        took.append(time.perf_counter() - before)

    thread = threading.Thread(target=ingest)
    thread.start()
    started.wait()
    before = time.perf_counter()
    for _ in range(3):
        embedder.embed_query("Where does Anna live?")
    waited = time.perf_counter() - before
    still_running = thread.is_alive()
    thread.join()
    assert still_running
    assert waited < took[0] / 2


def test_questions_without_end_do_not_stop_an_ingest(embedder: OnnxEmbedder) -> None:
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            embedder.embed_query("Where does Anna live?")

    askers = [threading.Thread(target=ask) for _ in range(2)]
    for asker in askers:
        asker.start()
    vectors = embedder.embed_passages(["Anna lives in Lisbon."] * 40)
    done.set()
    for asker in askers:
        asker.join()
    assert len(vectors) == 40


def test_company_does_not_change_a_vector(embedder: OnnxEmbedder) -> None:
    words = "Lena practises the cello every evening, and on Sundays she plays with Ben".split()
    texts = [" ".join(words[first:] * times) for first in range(8) for times in (1, 2, 9)]
    alone = np.vstack([embedder.embed_passages([text]) for text in texts])
    np.testing.assert_allclose(embedder.embed_passages(texts), alone, atol=1e-3)


def test_prefixes_go_in_front_of_what_they_are_for(
    files: ModelFiles, embedder: OnnxEmbedder
) -> None:
    prefixed = OnnxEmbedder(
        replace(files, query_prefix="question: ", passage_prefix="passage: "), threads=1
    )
    np.testing.assert_allclose(
        prefixed.embed_query("Where?"), embedder.embed_query("question: Where?"), atol=1e-5
    )
    np.testing.assert_allclose(
        prefixed.embed_passages(["Here."]), embedder.embed_passages(["passage: Here."]), atol=1e-5
    )


def test_a_chunk_leaves_room_for_the_prefix(files: ModelFiles) -> None:
    prefixed = OnnxEmbedder(replace(files, passage_prefix="to be found: " * 20), threads=1)
    text = "Lena practises the cello every evening. " * 40
    for start, until in prefixed.split(text):
        ids = prefixed._tokenizer.encode(f"{prefixed._files.passage_prefix}{text[start:until]}").ids
        assert len(ids) <= 256


def test_a_question_too_long_for_the_model_is_cut_and_still_closed(
    embedder: OnnxEmbedder,
) -> None:
    ids = embedder._encode("word " * 1000)
    assert len(ids) == 256
    assert ids[-1] == embedder._encode("word")[-1]


def test_neighbouring_chunks_share_words_and_break_between_words(embedder: OnnxEmbedder) -> None:
    text = "Lena practises the cello every evening. " * 100
    spans = embedder.split(text)
    for (_, until), (start, _) in itertools.pairwise(spans):
        assert until - start > 20
        assert not text[start - 1].isalpha()
        assert not (text[until - 1].isalpha() and text[until].isalpha())


@pytest.mark.parametrize(
    ("text", "share"),
    [("", 0.0), ("hello there", 0.0), ("ฉันชอบกินข้าว", 1.0), ("hello 😊😊😊", 0.0), ("😊", 1.0)],
)
def test_emoji_do_not_count_as_unknown_beside_words(
    embedder: OnnxEmbedder, text: str, share: float
) -> None:
    assert embedder.unknown_share(text) == share


def test_a_known_scale_is_not_measured(files: ModelFiles) -> None:
    scale = SimilarityScale(floor=0.1, ceiling=0.9)
    assert OnnxEmbedder(files, threads=1, scale=scale).scale is scale


def test_a_tokenizer_of_another_model_gives_an_error_of_ours(
    files: ModelFiles, tmp_path: Path
) -> None:
    vocabulary = '{"[UNK]": 0, "hello": 900000}'
    (tmp_path / "tokenizer.json").write_text(
        f'{{"version": "1.0", "model": {{"type": "WordLevel", "vocab": {vocabulary},'
        ' "unk_token": "[UNK]"}, "pre_tokenizer": {"type": "Whitespace"}}',
        encoding="utf-8",
    )
    foreign = OnnxEmbedder(replace(files, tokenizer=tmp_path / "tokenizer.json"), threads=1)
    with pytest.raises(EmbedderError, match="can't be run"):
        foreign.embed_query("hello")


def test_a_mean_leaves_padding_out_and_cls_takes_the_first_token() -> None:
    states = np.asarray([[[2.0, 0.0], [0.0, 2.0], [9.0, 9.0]]], dtype=np.float32)
    mask = np.asarray([[1, 1, 0]], dtype=np.int64)
    np.testing.assert_allclose(_pooled(states, mask, "mean", "m"), [[0.5**0.5, 0.5**0.5]])
    np.testing.assert_allclose(_pooled(states, mask, "cls", "m"), [[1.0, 0.0]])


def test_vectors_that_a_model_pooled_itself_are_taken_as_they_are() -> None:
    mask = np.ones((1, 3), dtype=np.int64)
    pooled = np.asarray([[3.0, 4.0]], dtype=np.float32)
    np.testing.assert_allclose(_pooled(pooled, mask, "mean", "m"), [[0.6, 0.8]], atol=1e-6)


@pytest.mark.parametrize("value", [0.0, float("nan"), float("inf")])
def test_a_vector_that_points_nowhere_is_refused(value: float) -> None:
    states = np.full((1, 2), value, dtype=np.float32)
    with pytest.raises(EmbeddingFailed, match="not a direction"):
        _pooled(states, np.ones((1, 1), dtype=np.int64), "mean", "m")
