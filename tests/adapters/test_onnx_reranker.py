import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from memories import ModelUnavailable, RerankerFailed, open_reranker
from memories.engine.adapters.model_files import bundled_model, reranker_in_folder
from memories.engine.adapters.onnx_reranker import OnnxReranker
from tests.support.cross_encoders import FIRST_COST, SECOND_COST, of_minilms_size, word_counting

QUESTION = "who owns a boat"
TEXTS = ("The sea is calm.", "Nora owns a boat.", "A boat, a boat, a boat sails!", "tea", "")
WORDS = "who owns a boat nora sea sails tea".split()


def opened(folder: Path, **options: float) -> OnnxReranker:
    return OnnxReranker(reranker_in_folder(folder), threads=1, **options)


@pytest.fixture
def reranker(tmp_path: Path) -> OnnxReranker:
    return opened(word_counting(tmp_path, WORDS))


def score(shared: int, first: int, second: int) -> float:
    """What the model gives for so many words in common and tokens of both texts."""
    return shared - FIRST_COST * first - SECOND_COST * second


def test_the_question_comes_first_and_each_token_is_of_its_segment(reranker: OnnxReranker) -> None:
    # The first text has two marks beside its four words, the second one.
    found = reranker.scores(QUESTION, ["Nora owns a boat", "tea"])
    np.testing.assert_allclose(found, [score(3, 6, 5), score(0, 6, 2)], atol=1e-5)
    turned = reranker.scores("tea", [QUESTION])
    np.testing.assert_allclose(turned, [score(0, 3, 5)], atol=1e-5)


def test_company_and_padding_change_no_score(reranker: OnnxReranker) -> None:
    texts = ["boat " * times + text for times in (0, 1, 7, 90) for text in TEXTS * 3]
    alone = [reranker.scores(QUESTION, [text])[0] for text in texts]
    np.testing.assert_allclose(reranker.scores(QUESTION, texts), alone, atol=1e-5)
    assert len({round(each, 3) for each in alone}) > 10


def test_the_longer_of_the_two_is_cut_and_both_stay_closed(reranker: OnnxReranker) -> None:
    # 256 tokens with three marks: 4 words of the question leave 249 of the text.
    (long_text,) = reranker.scores(QUESTION, ["tea " * 1000])
    assert long_text == pytest.approx(score(0, 6, 250), abs=1e-4)
    (long_question,) = reranker.scores("tea " * 1000, [QUESTION])
    assert long_question == pytest.approx(score(0, 251, 5), abs=1e-4)


def test_a_text_without_end_takes_no_longer_than_a_long_one(reranker: OnnxReranker) -> None:
    reranker.load()
    started = time.perf_counter()
    (endless,) = reranker.scores(QUESTION, ["tea " * 2_000_000])
    assert time.perf_counter() - started < 0.5
    assert endless == reranker.scores(QUESTION, ["tea " * 1000])[0]


def test_of_two_numbers_a_pair_it_counts_how_far_they_are_apart(tmp_path: Path) -> None:
    one = opened(word_counting(tmp_path / "one", WORDS))
    two = opened(word_counting(tmp_path / "two", WORDS, outputs=2))
    expected = 2 * one.scores(QUESTION, TEXTS)
    np.testing.assert_allclose(two.scores(QUESTION, TEXTS), expected, atol=1e-3)
    assert two.rank(QUESTION, TEXTS) == one.rank(QUESTION, TEXTS)


def test_a_model_without_segments_is_not_given_any(tmp_path: Path) -> None:
    reranker = opened(word_counting(tmp_path, WORDS, segments=False))
    assert reranker.rank(QUESTION, ["tea tea tea", "tea", "tea tea"]) == [1, 2, 0]


def test_equal_texts_keep_their_order(reranker: OnnxReranker) -> None:
    assert reranker.rank(QUESTION, ["tea", "boat", "sea", "boat"]) == [1, 3, 0, 2]


def test_threads_share_it(reranker: OnnxReranker) -> None:
    expected = reranker.rank(QUESTION, TEXTS)
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(reranker.rank, QUESTION, TEXTS) for _ in range(40)]
    assert all(each.result() == expected for each in asked)


def test_over_its_time_it_fails_between_two_runs(tmp_path: Path) -> None:
    folder = of_minilms_size(tmp_path)
    texts = ["Nora owns a boat and sails it to the island of Culatra. " * 12] * 30
    unhurried = opened(folder)
    unhurried.load()
    started = time.perf_counter()
    unhurried.rank(QUESTION, texts)
    took = time.perf_counter() - started
    hurried = opened(folder, seconds=took / 20)
    hurried.load()
    started = time.perf_counter()
    with pytest.raises(RerankerFailed, match=r"missed the deadline of [\d.]+ s"):
        hurried.rank(QUESTION, texts)
    assert time.perf_counter() - started < took


def test_whoever_waits_for_another_waits_no_longer_than_its_time(tmp_path: Path) -> None:
    reranker = opened(word_counting(tmp_path, WORDS), seconds=0.05)
    reranker.load()
    leaves, entered = threading.Event(), threading.Event()

    def hold() -> None:
        with reranker._turn:
            entered.set()
            leaves.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait()
    try:
        with pytest.raises(RerankerFailed, match="missed the deadline"):
            reranker.rank(QUESTION, TEXTS)
    finally:
        leaves.set()
        holder.join()
    assert reranker.rank(QUESTION, TEXTS)[0] == 1


def embedding_model(folder: Path) -> None:
    (folder / "model.onnx").symlink_to(bundled_model().model)
    (folder / "tokenizer.json").symlink_to(bundled_model().tokenizer)


def three_labels(folder: Path) -> None:
    word_counting(folder, WORDS, outputs=3)


def no_model(folder: Path) -> None:
    word_counting(folder, WORDS)
    (folder / "model.onnx").write_bytes(b"weights")


def no_tokenizer(folder: Path) -> None:
    word_counting(folder, WORDS)
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")


def fewer_words(folder: Path) -> None:
    """A tokenizer of another model, which knows words that the model does not."""
    word_counting(folder / "other", map("".join, itertools.product("abcdefgh", repeat=3)))
    word_counting(folder, WORDS)
    (folder / "other" / "tokenizer.json").replace(folder / "tokenizer.json")


WRONG = [
    (embedding_model, "is no cross-encoder: for 1 pairs it gives an array of 1 x .* x 384"),
    (three_labels, "is no cross-encoder: for 1 pairs it gives an array of 1 x 3, and not one or"),
    (no_model, "model.onnx is not a usable ONNX model"),
    (no_tokenizer, "tokenizer.json is not a usable tokenizer"),
]


@pytest.mark.parametrize(("make", "why"), WRONG)
def test_a_wrong_model_is_refused_when_it_is_opened(
    tmp_path: Path, make: Callable[[Path], None], why: str
) -> None:
    make(tmp_path)
    with pytest.raises(ModelUnavailable, match=why):
        open_reranker(tmp_path)


@pytest.mark.parametrize(("make", "why"), WRONG)
def test_opened_later_it_fails_each_search_for_the_same_reason(
    tmp_path: Path, make: Callable[[Path], None], why: str
) -> None:
    make(tmp_path)
    reranker = opened(tmp_path)
    for _ in range(2):
        with pytest.raises(RerankerFailed, match=why):
            reranker.rank(QUESTION, TEXTS)


def test_texts_that_it_can_not_be_run_on_are_an_error_of_ours(tmp_path: Path) -> None:
    fewer_words(tmp_path)
    with pytest.raises(RerankerFailed, match="can't be run on these texts"):
        opened(tmp_path).rank("hhh", ["hhg"])


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_score_that_is_no_number_is_an_error(reranker: OnnxReranker, value: float) -> None:
    with pytest.raises(RerankerFailed, match="no number"):
        reranker._scores_in(np.asarray([[1.0], [value]]), 2)


def test_a_number_a_pair_may_stand_alone(reranker: OnnxReranker) -> None:
    np.testing.assert_allclose(reranker._scores_in(np.asarray([2.0, 1.0]), 2), [2.0, 1.0])


def test_its_name_tells_the_weights(tmp_path: Path) -> None:
    one = open_reranker(word_counting(tmp_path / "mine", WORDS))
    other = open_reranker(str(word_counting(tmp_path / "mine", WORDS, outputs=2)))
    assert one.name.startswith("mine@")
    assert other.name.startswith("mine@")
    assert one.name != other.name
