from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memories.engine.domain import Intent
from memories.engine.text.dates import read_query_time
from memories.engine.text.intents import read_intent


def read(query: str) -> tuple[Intent, str]:
    time = read_query_time(query, reference=datetime(2023, 6, 14, tzinfo=UTC))
    return read_intent(query, time)


@pytest.mark.parametrize(
    ("query", "intent", "words"),
    [
        ("Where does she live now?", Intent.CURRENT, "now"),
        ("Where does she live?", Intent.CURRENT, ""),
        ("What's her job?", Intent.CURRENT, ""),
        ("Wo wohnt sie?", Intent.CURRENT, ""),
        ("Quel est son métier ?", Intent.CURRENT, ""),
        ("¿Dónde vive Ana?", Intent.CURRENT, ""),
        ("What is her favourite food?", Intent.PREFERENCE, "favourite"),
        ("Which tea does she prefer?", Intent.PREFERENCE, "prefer"),
        ("How has her diet changed?", Intent.HISTORY, "How has her diet changed"),
        ("What did she paint over the years?", Intent.HISTORY, "over the years"),
        ("How many dogs has she?", Intent.COUNT, "How many"),
        ("Wie oft war sie da?", Intent.COUNT, "Wie oft"),
        ("When was the last time she sailed?", Intent.NEWEST, "the last time"),
        ("Where did she move last?", Intent.NEWEST, "last"),
        ("What was her first job?", Intent.OLDEST, "first"),
        ("Which cities has she lived in?", Intent.LIST, "Which cities"),
        ("What are her hobbies?", Intent.LIST, "What are"),
        ("Which came first, the dog or the cat?", Intent.ORDER, "Which came first"),
        ("Did she sing before or after the speech?", Intent.ORDER, "before or after"),
        # A yes or a no, a time of its own, another tense, and words that only look alike.
        ("Does she live in Rome?", Intent.ANY, ""),
        ("Where does she go in May 2024?", Intent.ANY, ""),
        ("What did she eat last week?", Intent.ANY, ""),
        ("What is her first name?", Intent.CURRENT, ""),
        ("Was war ihr Beruf?", Intent.ANY, ""),
        ("Wo hat sie gewohnt?", Intent.ANY, ""),
        ("Quel était son métier ?", Intent.ANY, ""),
        ("Ana's dog", Intent.ANY, ""),
    ],
)
def test_the_intent_is_read_with_the_words_that_tell(
    query: str, intent: Intent, words: str
) -> None:
    assert read(query) == (intent, words)


@given(st.text(max_size=200))
def test_any_question_has_an_intent(query: str) -> None:
    intent, words = read(query)
    assert isinstance(intent, Intent)
    assert words in query
