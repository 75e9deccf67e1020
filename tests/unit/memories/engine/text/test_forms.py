import pytest
from hypothesis import given
from hypothesis import strategies as st

from memories.engine.text.forms import form_of, full_names, name_words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The support groups", "support group"),
        ("ANNA", "Anna"),
        ("Anna's", "Anna"),
        ("Anna’s", "Anna"),
        ("my sister", "sister"),
        ("  New   York ", "new york"),
        ("Project Aurora's", "project aurora"),
        ("AT&T", "at&t"),
    ],
)
def test_case_number_article_and_possessive_do_not_change_the_form(one: str, other: str) -> None:
    assert form_of(one) == form_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("C++", "C"),
        ("C#", "C++"),
        ("Anna Lee", "Anna Li"),
        ("Paris Hilton", "Hilton Paris"),
        ("GPT-4", "GPT-3"),
        ("किताब", "कताब"),
    ],
)
def test_other_names_have_other_forms(one: str, other: str) -> None:
    assert form_of(one) != form_of(other)


def test_only_the_last_word_is_stemmed() -> None:
    assert form_of("Sports Cars") == "sports car"


@given(st.text())
def test_any_surface_has_a_form(surface: str) -> None:
    assert isinstance(form_of(surface), str)
    assert form_of(surface) == form_of(surface.strip())
    assert all(name_words(surface))


def test_a_surface_without_words_is_its_own_form() -> None:
    assert form_of(" 😊 ") == "😊"


def test_a_nickname_and_its_name_lead_to_each_other() -> None:
    assert form_of("Melanie") in full_names("Mel")
    assert form_of("Mel") in full_names("Melanie")


@pytest.mark.parametrize("surface", ["", "Mel Gibson", "Xyzzy"])
def test_other_surfaces_have_no_further_names(surface: str) -> None:
    assert full_names(surface) == ()
