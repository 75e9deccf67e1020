import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memories.engine.text.forms import (
    form_of,
    full_names,
    is_spaced,
    name_words,
    opening,
    openings,
)


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


# Letters whose cases differ in number or kind, marks, and scripts without spaces.
LETTERS = st.text(st.sampled_from("aAiIİ\u0131\u017fsSßẞéÉ'’-_. 2小明さんก"), max_size=6)


@given(before=LETTERS, name=LETTERS, after=LETTERS, data=st.data())
def test_a_text_has_the_opening_of_every_name_in_it(
    before: str, name: str, after: str, data: st.DataObject
) -> None:
    cased = data.draw(st.sampled_from([name, name.upper(), name.lower(), name.title()]))
    text = f"{before} {cased} {after}" if is_spaced(name) else f"{before}{cased}{after}"
    pattern = rf"(?<!\w){re.escape(name)}(?!\w)" if is_spaced(name) else re.escape(name)
    if name.strip() and re.search(pattern, text, re.IGNORECASE):
        assert opening(name) in openings(text)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Ana", "ana"),
        ("Ana Sousa Lima", "ana sousa"),
        ("O'Brien", "o brien"),
        ("小明さん", "小明"),
        ("😊", ""),
    ],
)
def test_a_name_opens_with_its_first_two_words_or_characters(name: str, key: str) -> None:
    assert opening(name) == key


def test_an_opening_tells_names_apart_that_begin_alike() -> None:
    held = openings("Ana Lima saw Ben.")
    assert opening("Wiebke") in openings("Wiebkes Rad")
    assert [opening(name) in held for name in ("Ana Sousa", "Anabel", "Ben Ana")] == [False] * 3
