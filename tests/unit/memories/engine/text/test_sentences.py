import pytest
from hypothesis import given
from hypothesis import strategies as st

from memories.engine.text.sentences import split_sentences


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        (
            "Dr. Ito sees Mrs. Bell at 5. Then she rests.",
            ["Dr. Ito sees Mrs. Bell at 5.", "Then she rests."],
        ),
        ("It cost 2.50 euros. Cheap.", ["It cost 2.50 euros.", "Cheap."]),
        ("We live in the U.S. now.", ["We live in the U.S. now."]),
        ("So is my cat and I. We nap.", ["So is my cat and I.", "We nap."]),
        ("Well... maybe not. Or so", ["Well... maybe not.", "Or so"]),
        ("I left... He stayed.", ["I left...", "He stayed."]),
        ("Great!I went home", ["Great!", "I went home"]),
        ("Loved it 😊 We go again.", ["Loved it 😊", "We go again."]),
        ("Loved it! 😊 We go again.", ["Loved it! 😊", "We go again."]),
        ("- tea\n- milk\n1. bread", ["tea", "milk", "bread"]),
        ('She said "Go home." Then she left.', ['She said "Go home."', "Then she left."]),
        ("昨天下雨。今天晴!我们走吧", ["昨天下雨。", "今天晴!我们走吧"]),
        ("昨日は雨。今日は？晴れ！", ["昨日は雨。", "今日は？", "晴れ！"]),
        ("  \n ", []),
        ("", []),
    ],
)
def test_a_text_is_split_where_sentences_end(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_offsets_are_into_the_whole_text() -> None:
    text = "skip. One. Two. skip"
    assert [text[start:end] for start, end in split_sentences(text, 6, 15)] == ["One.", "Two."]


@given(st.text())
def test_spans_are_in_order_trimmed_and_hold_every_letter(text: str) -> None:
    reached = 0
    for start, end in split_sentences(text):
        assert reached <= start < end
        assert text[start:end] == text[start:end].strip()
        reached = end
    assert sum(map(str.isalpha, "".join(sentences(text)))) == sum(map(str.isalpha, text))
