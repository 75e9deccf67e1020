import pytest
from hypothesis import given
from hypothesis import strategies as st

from memories.engine.text.parts import parts_of

NAMES = frozenset({"Ana", "Ben"})


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        (
            "Where does Ana live and when did she move there?",
            ("Where does Ana live", "Ana: when did she move there?"),
        ),
        (
            "What does Ana eat, and what does Ben drink?",
            ("What does Ana eat", "what does Ben drink?"),
        ),
        (
            "Who is Ana? Where does she work?",
            ("Who is Ana?", "Ana: Where does she work?"),
        ),
        (
            "Where did Ana and Ben meet and who was there too?",
            ("Where did Ana and Ben meet", "Ana and Ben: who was there too?"),
        ),
        ("What is the boat called and who owns it?", ("What is the boat called", "who owns it?")),
        # One question, or too little of another.
        ("What do Ana and Ben eat?", ()),
        ("Where does Ana live and why?", ()),
        ("What does Ana think of how Ben cooks?", ()),
        ("I wonder and what is that?", ()),
        ("Ana", ()),
    ],
)
def test_what_is_asked_together_is_taken_apart(query: str, parts: tuple[str, ...]) -> None:
    assert parts_of(query, NAMES) == parts


@given(st.text(max_size=300))
def test_any_question_has_no_part_or_several(query: str) -> None:
    assert len(parts_of(query, NAMES)) != 1
