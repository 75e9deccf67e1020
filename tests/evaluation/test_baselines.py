"""Plain rankings, against values computed by hand."""

import math

import numpy as np
import pytest

from evaluation.baselines import Bm25, min_max, plain_rankers, speeches
from memories import Conversation, Session
from memories.engine.domain import Role, Turn
from memories.engine.ports.embedder import WordHashEmbedder

TURNS = (
    Turn(Role.USER, "Cats chase mice.", name="Ana", client_id="t1"),
    Turn(Role.USER, "The cat slept and the cat ate.", name="Ben", client_id="t2"),
    Turn(Role.ASSISTANT, "Rockets fly to the moon.", client_id="t3"),
)
TALK = Conversation("talk", (Session("s1", TURNS[:2]), Session("s2", TURNS[2:])))


def test_a_turn_is_one_text_with_its_speaker() -> None:
    assert speeches(TALK) == {
        "t1": "Ana: Cats chase mice.",
        "t2": "Ben: The cat slept and the cat ate.",
        "t3": "Assistant: Rockets fly to the moon.",
    }


def test_bm25_gives_what_the_formula_gives() -> None:
    texts = ["cats chase mice", "the cat slept, the cat ate", "rockets fly"]
    # Stemmed and without stop words: cat chase mice | cat slept cat ate | rocket fli.
    mean_length = (3 + 4 + 2) / 3
    idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    first = idf * 1 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 3 / mean_length))
    second = idf * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 4 / mean_length))
    assert Bm25(texts).scores("Where is the cat?") == pytest.approx([first, second, 0.0])


def test_a_word_of_the_question_counts_as_often_as_it_is_asked() -> None:
    bm25 = Bm25(["cats chase mice", "rockets fly"])
    assert bm25.scores("cat, cat") == pytest.approx(2 * bm25.scores("cat"))


def test_scores_are_scaled_from_0_to_1() -> None:
    assert min_max(np.array([0.7, 0.9, 0.8])) == pytest.approx([0, 1, 0.5])
    assert min_max(np.array([0.7, 0.7])) == pytest.approx([0, 0])


def test_bm25_leaves_out_what_shares_no_word() -> None:
    ranker = plain_rankers(WordHashEmbedder())["bm25"]
    ranker.remember(TALK)
    assert ranker.rank("Did the cats eat?", 10) == ["t2", "t1"]


@pytest.mark.parametrize("name", ["bm25", "dense", "fusion"])
def test_the_turn_that_is_asked_for_comes_first(name: str) -> None:
    ranker = plain_rankers(WordHashEmbedder())[name]
    assert ranker.name == name
    ranker.remember(TALK)
    assert ranker.rank("Who wants to fly to the moon with rockets?", 1) == ["t3"]


def test_a_text_is_cut_off_where_it_no_longer_fits_the_model() -> None:
    embedder = WordHashEmbedder(words=4)
    ranker = plain_rankers(embedder)["dense"]
    ranker.remember(TALK)
    # The vector of "Ben: The cat slept", without "ate".
    assert "t2" not in ranker.rank("ate", 10)
