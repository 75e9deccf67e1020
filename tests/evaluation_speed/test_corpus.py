import math
import re
from collections import Counter

import pytest

from evaluation.speed.corpus import invented_name, questions, sessions, talk

TURNS = list(talk(5000, seed="u0"))


def test_the_same_seed_says_the_same() -> None:
    assert list(talk(100, seed="u0")) == TURNS[:100]
    assert [turn.text for turn in talk(100, seed="u1")] != [turn.text for turn in TURNS[:100]]


def test_a_turn_as_it_was_always_said() -> None:
    # Whoever changes the corpus changes what every figure was measured on.
    assert TURNS[0].text == (
        "How did it go? I lost my marble kettle somewhere between Wehath Street and Brobrar and "
        "the whole street heard about it."
    )
    assert TURNS[0].about == ("Brobrar", "Wehath Street", "kettle")
    assert TURNS[0].question == "Where did Clara lose the kettle?"


def test_words_are_used_as_often_as_people_use_them() -> None:
    counts = Counter(
        word for turn in TURNS for word in re.findall(r"\w+", turn.text.lower())
    ).most_common()
    assert len(counts) > 2000
    # By Zipf's law, frequency falls as fast as rank rises.
    slope = math.log(counts[299][1] / counts[9][1]) / math.log(300 / 10)
    assert slope == pytest.approx(-1.0, abs=0.1)
    once = sum(1 for _, count in counts if count == 1)
    assert 0.3 < once / len(counts) < 0.7


def test_turns_are_hardly_ever_repeated() -> None:
    assert len({turn.text for turn in TURNS}) > 0.99 * len(TURNS)


def test_names_are_distinct() -> None:
    assert len({invented_name(number) for number in range(20_000)}) == 20_000


def test_sessions_come_in_order_and_hold_every_turn() -> None:
    parts = list(sessions(TURNS[:50]))
    assert [len(part) for part in parts] == [20, 20, 10]
    assert [turn for part in parts for turn in part] == TURNS[:50]
    assert sorted(TURNS, key=lambda turn: turn.said_at) == TURNS


def test_questions_are_distinct_and_about_turns_from_all_over() -> None:
    asked = questions(TURNS, 200)
    assert len(set(asked)) == 200
    places = [place for place, turn in enumerate(TURNS) if turn.question in set(asked[:100])]
    assert min(places) < 500
    assert max(places) > 2400


def test_too_few_turns_for_the_questions_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"answer only .* questions, not 200"):
        questions(TURNS[:50], 200)
