"""Leaving the names of those who speak out of a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memories.engine.text.names import names_whole, without_names

NAMES = frozenset({"Nora", "Leo", "Anna Maria Silva", "O'Brien", "拓真"})


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Nora owns a boat.", "owns a boat."),
        ("Where is Nora's boat?", "Where is boat?"),
        ("Where is Nora’s boat?", "Where is boat?"),
        ("Thanks, Leo!", "Thanks,!"),
        ("Leo: I see", "I see"),
        ("Anna Maria Silva moved in with Leo", "moved in with"),
        ("What did Anna say?", "What did Anna say?"),
        ("O'Brien sings", "sings"),
        ("Norah and leo", "Norah and leo"),
        ("Nora", "Nora"),
        ("Nora, Leo?", "Nora, Leo?"),
        ("", ""),
    ],
)
def test_names_are_left_out(text: str, bare: str) -> None:
    assert without_names(text, NAMES) == bare


@given(st.text())
def test_a_text_without_names_stays_as_it_is(text: str) -> None:
    assert without_names(text, frozenset()) == text


@given(st.lists(st.sampled_from(["Nora", "Leo", "a", "boat", "'s", ".", "\n"])).map(" ".join))
def test_a_text_that_says_something_never_becomes_empty(text: str) -> None:
    bare = without_names(text, NAMES)
    assert bool(bare.strip()) == bool(text.strip())


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("The wedding is on Friday.", True),
        ("She paid for the Wedding", True),
        ("She bought the wedding dress.", False),
        ("The weddings were fun.", False),
        ("Nora married.", False),
    ],
)
def test_words_name_a_thing_whole_or_as_part_of_another(text: str, whole: bool) -> None:
    assert names_whole(text, "the wedding") is whole
