import pytest

from memories.engine.text.storable import flaw_of_text


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("a\0b", "character 2 is a NUL character (U+0000), which no text can hold"),
        ("\ud83d!", "character 1 is a lone surrogate (U+D83D), which no text can hold"),
        ("\ud7ff\ue000\x01 \U0001f600", None),
        ("", None),
    ],
)
def test_the_first_character_that_cant_be_kept_is_named(text: str, flaw: str | None) -> None:
    assert flaw_of_text(text) == flaw
