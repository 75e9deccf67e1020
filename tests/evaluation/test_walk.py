"""From hits to turns."""

from datetime import UTC, datetime

from evaluation.walk import distinct, turn_id, walk
from memories import Message, ScoreBreakdown, SearchHit, Source
from memories.engine.domain import Role

NOON = datetime(2024, 3, 8, 12, tzinfo=UTC)


def message(name: str, client_id: str | None = None) -> Message:
    return Message(
        id=name,
        role=Role.USER,
        speaker="Ana",
        text=name,
        said_at=NOON,
        recorded_at=NOON,
        session="s",
        position=0,
        client_id=client_id,
    )


def hit(name: str, *, sources: str, neighbours: str = "") -> SearchHit:
    return SearchHit(
        id=name,
        text=name,
        score=0.5,
        breakdown=ScoreBreakdown(),
        is_message=False,
        attributed_to="Ana",
        said_at=NOON,
        sources=tuple(Source(message(each), each, 0, len(each)) for each in sources.split()),
        neighbours=tuple(message(each) for each in neighbours.split()),
    )


def walked(*hits: SearchHit) -> str:
    return " ".join(each.id for each in walk(hits))


def test_each_hit_gives_its_sources_and_then_its_neighbours() -> None:
    first = hit("h1", sources="c", neighbours="b d")
    assert walked(first, hit("h2", sources="x", neighbours="w y")) == "c b d x w y"


def test_at_most_three_sources_of_a_hit_count() -> None:
    assert walked(hit("h", sources="a b c d", neighbours="e")) == "a b c e"


def test_a_turn_stands_where_it_was_first_read() -> None:
    first = hit("h1", sources="a", neighbours="b")
    assert walked(first, hit("h2", sources="b c", neighbours="a d")) == "a b c d"


def test_a_turn_is_known_by_the_data_sets_id() -> None:
    assert turn_id(message("m", client_id="D1:3")) == "D1:3"
    assert turn_id(message("m")) == "m"


def test_units_are_ranked_by_their_first() -> None:
    assert distinct(["s2", "s1", "s2", "s3"]) == ["s2", "s1", "s3"]
