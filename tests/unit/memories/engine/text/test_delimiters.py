import pytest
from hypothesis import given
from hypothesis import strategies as st

from memories.engine.text.delimiters import CLOSING, OPENING, strip_recalled


def outside(text: str) -> list[str]:
    return [text[start:end] for start, end in strip_recalled(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", ["plain"]),
        ("", []),
        (f"a{OPENING}b{CLOSING}c", ["a", "c"]),
        (f"a{OPENING}b", ["a"]),
        (f"a{CLOSING}b", ["a", "b"]),
        (f"a{OPENING}b{OPENING}c{CLOSING}d{CLOSING}e", ["a", "e"]),
        ('a<recalled-memories count="2">b</recalled-memories >c', ["a", "c"]),
        ("a<RECALLED-MEMORIES>b</Recalled-Memories>c", ["a", "c"]),
        ("a<recalled-memories count=", ["a"]),
        ("a<recalled-memories-of-mine>b", ["a<recalled-memories-of-mine>b"]),
    ],
)
def test_what_lies_outside_of_recalled_memories_is_given(text: str, expected: list[str]) -> None:
    assert outside(text) == expected


@given(st.lists(st.sampled_from([OPENING, CLOSING, "<recalled-memories x", "text", " ", "<"])))
def test_spans_hold_no_tag(parts: list[str]) -> None:
    for span in outside("".join(parts)):
        assert OPENING not in span
        assert CLOSING not in span
