"""What fades by how long ago it was said and how often again."""

import itertools

import pytest

from memories.engine.retrieval.decay import HALF_LIFE_DAYS, LEAST, hits_to_fade, strength


def test_what_was_just_said_does_not_fade() -> None:
    assert strength(days=0, repeats=0) == 1
    assert strength(days=-400, repeats=0) == 1


def test_half_of_what_can_fade_is_gone_after_its_half_life() -> None:
    assert strength(days=HALF_LIFE_DAYS, repeats=0) == pytest.approx((1 + LEAST) / 2)
    assert strength(days=3 * HALF_LIFE_DAYS, repeats=2) == pytest.approx((1 + LEAST) / 2)


@pytest.mark.parametrize("repeats", [0, 1, 10, 1000])
def test_older_is_weaker_and_never_weaker_than_the_least(repeats: int) -> None:
    kept = [strength(days=days, repeats=repeats) for days in (0, 1, 30, 365, 3650, 36500, 1e9)]
    assert all(before >= after for before, after in itertools.pairwise(kept))
    assert LEAST <= kept[-1] < kept[0]


def test_what_was_said_again_fades_more_slowly() -> None:
    kept = [strength(days=200, repeats=repeats) for repeats in range(5)]
    assert kept == sorted(kept)
    assert len(set(kept)) == 5


@pytest.mark.parametrize(("top_k", "wanted"), [(1, 50), (10, 50), (100, 300), (1000, 1000)])
def test_more_hits_are_looked_at_than_shown(top_k: int, wanted: int) -> None:
    assert hits_to_fade(top_k) == wanted
