"""A quote is found where it was said, in the words of whoever said it."""

import pytest

from memories.engine.adapters.model_extractor._quotes import QuotedMessage
from tests.unit.memories.engine.adapters.model_extractor.requests import message


@pytest.mark.parametrize(
    ("said", "words", "quoted"),
    [
        ("I own a boat. It leaks.", "It leaks.", "It leaks."),
        ("I own  a\nboat.", "own a boat", "own  a\nboat"),
        ("She said “go” – I’m off", 'said "go" – I\'m off', "said “go” – I’m off"),
        ('"Go," she said.', "«Go,» she", '"Go," she'),
        ("I own a boat.", "  a boat. ", "a boat."),
        ("\u00a0私は船を\u3000持つ", "船を 持つ", "船を\u3000持つ"),
        ("no, no, no", "no", "no"),
    ],
)
def test_white_space_and_quotation_marks_may_differ(said: str, words: str, quoted: str) -> None:
    quote = QuotedMessage(message("m1", said)).find(words)
    assert quote is not None
    assert quote.text == quoted == said[quote.start : quote.end]
    assert quote.message_id == "m1"


@pytest.mark.parametrize(
    "words",
    [
        "I own a car.",
        "i own a boat.",
        "I own boat",
        "",
        "  ",
        ".",
        "I own a boat. It leaks.",
        "x" * 10**6,
    ],
)
def test_other_words_are_not_found(words: str) -> None:
    assert QuotedMessage(message("m1", "I own a boat.")).find(words) is None


def test_recalled_memories_were_not_said() -> None:
    said = "Well. <recalled-memories>Rui left.</recalled-memories> I agree."
    quoted = QuotedMessage(message("m1", said))
    assert quoted.find("Rui left.") is None
    assert quoted.find("I agree.") is not None
