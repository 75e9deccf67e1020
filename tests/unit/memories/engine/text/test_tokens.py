import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memories.engine.text.tokens import analyse, analyse_query, fold, stem

LANGUAGES = st.frozensets(st.sampled_from(["de", "en", "fr", "ja", "ru", "th", "zh"]))


@given(st.text())
def test_terms_of_any_text_are_neither_empty_nor_hold_white_space(text: str) -> None:
    for term in analyse(text):
        assert term
        assert not any(character.isspace() for character in term)


@given(st.text(), LANGUAGES)
def test_a_query_finds_the_text_that_it_repeats(text: str, languages: frozenset[str]) -> None:
    terms = set(analyse(text))
    for alternatives in analyse_query(text, languages=languages):
        assert terms.intersection(alternatives)


@pytest.mark.parametrize(
    ("text", "query", "languages"),
    [
        ("我昨天喝了绿茶很开心", "绿茶", {"zh"}),
        ("東京タワーに行きました", "タワー", {"ja"}),
        ("저는 어제 서울에서 살았어요", "서울", {"ko"}),
        ("ฉันชอบกินข้าวผัด", "ข้าว", {"th"}),
        ("Meine Schwester hat zwei Kinder und wohnt in Köln", "Koln", {"de"}),
        ("Meine Schwester hat zwei Häuser in Köln", "Haus", {"de"}),
        ("J'ai acheté de l'eau et les livres de ma sœur", "eau", {"fr"}),
        ("J'ai acheté des livres pour ma sœur", "livre", {"fr"}),
        ("C'est l'anniversaire d'Hélène et de ma mère", "Helene", {"fr"}),
        ("Ho comprato l'olio e il pane per la cena", "olio", {"it"}),
        ("Anna's brother sings", "Anna", {"en"}),
        ("Anna’s brother sings", "anna's", {"en"}),
        ("She was running to the stations", "station run", {"en"}),
        ("The café closed", "cafe", {"en"}),
        ("Error E-1042 in build v2.10.3", "v2.10.3", {"en"}),
        ("Error E-1042 in build v2.10.3", "E-1042", {"en"}),
        ("Error E-1042 in build v2.10.3", "1042", {"en"}),
        ("Write to anna.lee@acme.com", "anna.lee@acme.com", {"en"}),
        ("She writes C++ and C#", "C++", {"en"}),
        ("She writes C++ and C#", "c#", {"en"}),
        ("मुझे हिन्दी किताब पसंद है", "किताब", {"hi"}),
        ("Ｆｕｌｌ ｗｉｄｔｈ", "full width", {"en"}),  # noqa: RUF001 - full-width letters
        ("Straße", "STRASSE", {"en"}),
    ],
)
def test_a_query_finds_other_forms_of_its_words(text: str, query: str, languages: set[str]) -> None:
    terms = set(analyse(text))
    for alternatives in analyse_query(query, languages=frozenset(languages)):
        assert terms.intersection(alternatives), (alternatives, terms)


def test_scripts_without_spaces_become_pairs_of_characters() -> None:
    assert analyse("ありがとう") == ("あり", "りが", "がと", "とう")
    assert analyse_query("喜欢绿茶", languages=frozenset()) == (("喜欢",), ("欢绿",), ("绿茶",))


def test_an_ideograph_is_found_by_itself_inside_a_longer_run() -> None:
    assert set(analyse("我喜欢绿茶")) == {*"我喜欢绿茶", "我喜", "喜欢", "欢绿", "绿茶"}
    assert analyse_query("茶", languages=frozenset()) == (("茶",),)


def test_spaced_and_unspaced_scripts_may_touch() -> None:
    assert analyse("用Python写") == ("用", "python", "写")


def test_a_code_is_a_term_whole_and_in_parts() -> None:
    assert analyse("build v2.10.3", language="en") == ("build", "v2", "10", "3", "v2.10.3")


def test_words_with_a_digit_are_not_stemmed() -> None:
    assert stem("7s", "en") == "7s"


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("häuser", "haus", "de"),
        ("livres", "livre", "fr"),
        ("l'eau", "eau", "fr"),
        ("jusqu'ici", "ici", "fr"),
        ("dell'acqua", "acqua", "it"),
        ("anna's", "anna", "en"),
        ("anna’s", "anna", "en"),
        ("cities", "city", "en"),
        ("книги", "книга", "ru"),
    ],
)
def test_forms_of_one_word_share_a_stem(one: str, other: str, language: str) -> None:
    assert stem(one, language) == stem(other, language)


def test_elision_is_a_matter_of_french_and_italian_alone() -> None:
    assert stem("d'angelo", "en") != stem("angelo", "en")


def test_vowel_signs_stay_in_their_word() -> None:
    assert analyse("किताब", language="hi") != analyse("कताब", language="hi")
    assert len(analyse("किताब", language="hi")) == 1


def test_function_words_of_a_question_are_left_out() -> None:
    assert analyse_query("where does the cat sleep", languages=frozenset({"en"})) == (
        ("cat",),
        ("sleep",),
    )


def test_a_question_of_function_words_alone_keeps_them() -> None:
    assert analyse_query("who is it", languages=frozenset({"en"})) == (("who",), ("is",), ("it",))


def test_a_word_is_looked_up_as_every_language_of_the_index_writes_it() -> None:
    ((*alternatives,),) = analyse_query("universities", languages=frozenset({"de"}))
    assert set(alternatives) == {stem("universities", "de"), stem("universities", "en")}


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_one_endless_word_is_read_in_a_moment() -> None:
    before = time.perf_counter()
    analyse("a" * 50_000, language="en")
    analyse("a-" * 50_000, language="en")
    assert time.perf_counter() - before < 2.0
