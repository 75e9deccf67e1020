"""What is to be learned adds up."""

from types import MappingProxyType

from memories import Guidance

PROJECT = Guidance("Boats.", "", "Names.", "", {"sea": "water"})


def test_texts_are_joined_and_categories_replaced() -> None:
    call = Guidance("Crews.", "Deeds.", "", "Health.", {"land": "dry"})
    assert PROJECT.joined(call) == Guidance(
        "Boats.\nCrews.", "Deeds.", "Names.", "Health.", {"land": "dry"}
    )


def test_nothing_added_changes_nothing() -> None:
    assert PROJECT.joined(Guidance()) == Guidance().joined(PROJECT) == PROJECT


def test_what_says_the_same_has_the_same_parts() -> None:
    one, other = (
        {"sea": "water", "land": "dry"},
        MappingProxyType({"land": "dry", "sea": "water"}),
    )
    assert Guidance(categories=one).parts == Guidance(categories=other).parts
    assert Guidance("Boats.").parts != Guidance("", "Boats.").parts


def test_guidance_without_a_word_is_none() -> None:
    assert not Guidance()
    assert Guidance(excludes="Health.")
    assert Guidance(categories={"sea": ""})
