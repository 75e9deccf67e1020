"""The inverted index against a plain count."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from memories.engine.adapters.sqlite.postings import Postings, digests

TERMS = st.sampled_from(["boat", "sea", "red", "ü", "\ud800", "船"])
TEXTS = st.lists(TERMS, max_size=6)


@given(st.lists(st.lists(TEXTS, max_size=3), max_size=30), TERMS)
def test_who_holds_a_term_is_what_a_count_says(batches: list[list[list[str]]], term: str) -> None:
    postings = Postings.none()
    for batch in batches:
        postings = postings.with_rows([digests(text) for text in batch])
    texts = [text for batch in batches for text in batch]
    rows, counts = postings.holding(term)
    wanted = {row: Counter(text)[term] for row, text in enumerate(texts) if term in text}
    assert dict(zip(rows.tolist(), counts.tolist(), strict=True)) == wanted
    assert rows.tolist() == sorted(rows.tolist())
    assert postings.lengths.tolist() == [len(text) for text in texts]
    # However often it grows, few places are looked at.
    assert len(postings.segments) <= 8


def test_growing_leaves_what_was_there_as_it_was() -> None:
    first = Postings.none().with_rows([digests(["boat"])])
    first.with_rows([digests(["boat"])])
    assert first.holding("boat")[0].tolist() == [0]
    assert first.count == 1
