import pytest

from memories.engine.text.model_answers import object_in, plain


@pytest.mark.parametrize("answer", ['{"a": 1}', '```json\n{"a": 1}\n```', '\n```\n{"a": 1}```\n'])
def test_an_object_is_read_also_between_fences(answer: str) -> None:
    assert object_in(answer) == {"a": 1}


@pytest.mark.parametrize(
    "answer", ["", "no", "[1]", "null", "5", '{"a": 1', "[" * 100_000, f'"{"x" * 4_000_000}"']
)
def test_all_else_is_none(answer: str) -> None:
    assert object_in(answer) is None


def test_words_keep_their_lines_and_lose_what_is_no_text() -> None:
    assert (
        plain(" One\r\nTwo\rThree\tx\0\x1b[31m\ud800 \u202eevil\n") == "One\nTwo\nThree\tx[31m evil"
    )
