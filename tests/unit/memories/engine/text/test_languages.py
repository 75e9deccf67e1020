import pytest
from hypothesis import given
from hypothesis import strategies as st

from memories.engine.text.languages import detect_language, function_words


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I am going to the market with my sister", "en"),
        ("Ich bin mit meiner Schwester auf den Markt gegangen", "de"),
        ("Je suis allé au marché avec ma sœur", "fr"),
        ("Ayer fui con mi hermana a la playa y no había nadie", "es"),
        ("Ieri sono andato al mercato con mia sorella, che è di Roma", "it"),
        ("Ontem eu fui com a minha irmã ao mercado, não foi?", "pt"),
        ("Ik ben gisteren met mijn zus naar de markt geweest", "nl"),
        ("Jag var med min syster på marknaden igår", "sv"),
        ("Мы с сестрой ходили на рынок", "ru"),  # noqa: RUF001 - Russian
        ("昨日は妹と市場に行きました", "ja"),
        ("我昨天和妹妹去了市场", "zh"),
        ("어제 동생과 시장에 갔어요", "ko"),
        ("เมื่อวานฉันไปตลาด", "th"),
        ("मैं बाज़ार गया", "hi"),
        ("ذهبت إلى السوق", "ar"),
        ("Χθες πήγα στην αγορά", "el"),
    ],
)
def test_a_sentence_shows_its_language(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize("text", ["", "123", "Lisbon", "Anna Ben", "😊", "ok"])
def test_thin_evidence_names_no_language(text: str) -> None:
    assert detect_language(text) is None


def test_one_foreign_word_does_not_turn_an_english_sentence() -> None:
    assert detect_language("She is learning to write the word 绿茶 in the evening") == "en"


@given(st.text())
def test_any_text_has_a_language_code_or_none(text: str) -> None:
    language = detect_language(text)
    assert language is None or len(language) == 2


def test_function_words_are_known_for_tabled_languages_only() -> None:
    assert "the" in function_words("en")
    assert "nicht" in function_words("de")
    assert function_words("xx") == frozenset()
