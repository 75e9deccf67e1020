"""Ranges of metadata are the labels that values within them hold, and no other value does."""

from hypothesis import given
from hypothesis import strategies as st

from memories.engine.adapters.weaviate.labels import (
    greater_labels,
    is_label,
    lesser_labels,
    metadata_labels,
    path_of,
)

NAME = path_of(["k"])
WHOLE = st.integers(-(2**63), 2**63 - 1)
NUMBERS = WHOLE | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-3, 3)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


def held(value: float | str) -> set[str]:
    labels, _, _ = metadata_labels({"k": value})
    return set(labels)


@given(value=NUMBERS, bound=NUMBERS)
def test_numbers_are_in_their_order(value: float, bound: float) -> None:
    assert bool(held(value) & set(greater_labels(NAME, bound))) == (value > bound)
    assert bool(held(value) & set(lesser_labels(NAME, bound))) == (value < bound)
    assert (is_label(NAME, bound) in held(value)) == (value == bound)


@given(value=TEXTS, bound=TEXTS)
def test_texts_are_in_the_order_of_their_bytes(value: str, bound: str) -> None:
    is_greater = value.encode() > bound.encode()
    assert bool(held(value) & set(greater_labels(NAME, bound))) == is_greater
    is_less = value.encode() < bound.encode()
    assert bool(held(value) & set(lesser_labels(NAME, bound))) == is_less


@given(value=NUMBERS, bound=TEXTS)
def test_types_never_mix(value: float, bound: str) -> None:
    for labels in (greater_labels(NAME, bound), lesser_labels(NAME, bound)):
        assert not held(value) & set(labels)
    assert is_label(NAME, bound) not in held(value)
