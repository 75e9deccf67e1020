"""When things were said, when they happened, and asking about either."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from memories import InvalidInput, Memory, Scope
from memories.engine.domain import Kind, Precision
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.embedder import WordHashEmbedder

AUCKLAND = ZoneInfo("Pacific/Auckland")


def tell(memory: Memory, scope: Scope, text: str, at: datetime) -> None:
    memory.add(
        [{"role": "user", "name": "Nora", "content": text, "timestamp": at.isoformat()}],
        scope=scope,
    )


def found(memory: Memory, scope: Scope, query: str) -> list[str]:
    return [hit.text for hit in memory.search(query, scope=scope, include_messages=False)]


@pytest.mark.parametrize("zone", ["Pacific/Auckland", AUCKLAND])
def test_yesterday_at_one_in_the_morning_is_the_speakers_yesterday(
    memory: Memory, acme: Scope, zone: "str | ZoneInfo"
) -> None:
    # It is 1 May, 13:00 in UTC: a server's clock would say 30 April.
    at = datetime(2024, 5, 2, 1, tzinfo=AUCKLAND)
    memory.add(
        [{"role": "user", "content": "I swam yesterday.", "timestamp": at.astimezone(UTC)}],
        scope=acme,
        timezone=zone,
    )
    (swam,) = memory.list(scope=acme)
    assert swam.occurred is not None
    assert swam.occurred.start == datetime(2024, 5, 1, tzinfo=AUCKLAND)
    assert swam.occurred.until == datetime(2024, 5, 2, tzinfo=AUCKLAND)
    assert swam.occurred.precision is Precision.DAY
    assert swam.text == "User swam yesterday (1 May 2024)."
    assert swam.said_at == at
    assert swam.said_at.utcoffset() == timedelta(hours=12)


def test_a_day_on_which_the_clocks_change_has_its_own_length(memory: Memory, acme: Scope) -> None:
    # Auckland left summer time on 7 April 2024: that day had 25 hours.
    memory.add(
        [
            {
                "role": "user",
                "content": "I swam yesterday.",
                "timestamp": datetime(2024, 4, 8, 9, tzinfo=AUCKLAND),
            }
        ],
        scope=acme,
        timezone="Pacific/Auckland",
    )
    (swam,) = memory.list(scope=acme)
    assert swam.occurred is not None
    assert swam.occurred.start.astimezone(UTC) == datetime(2024, 4, 6, 11, tzinfo=UTC)
    assert swam.occurred.until.astimezone(UTC) == datetime(2024, 4, 7, 12, tzinfo=UTC)


def test_a_time_without_an_offset_is_on_the_clock_of_the_memory(path: Path) -> None:
    clock = FixedClock(datetime(2024, 5, 10, 12, tzinfo=UTC))
    with Memory(
        path, embedder=WordHashEmbedder(), clock=clock, timezone="Pacific/Auckland"
    ) as memory:
        acme = memory.scope(user="acme")
        naive = datetime(2024, 5, 2, 1)  # noqa: DTZ001 - the point
        memory.add("I swam yesterday.", scope=acme, timestamp=naive)
        (swam,) = memory.list(scope=acme)
        assert swam.said_at == naive.replace(tzinfo=AUCKLAND)
        assert len(memory.list(scope=acme, as_of=naive)) == 1
        assert len(memory.list(scope=acme, as_of=naive - timedelta(minutes=1))) == 0
        assert memory.search("swam", scope=acme, as_of=naive).hits
        assert not memory.search("swam", scope=acme, as_of=naive - timedelta(minutes=1)).hits


def test_an_unknown_time_zone_is_refused(memory: Memory, acme: Scope) -> None:
    with pytest.raises(InvalidInput, match="timezone: expected an IANA name"):
        memory.add("I swam.", scope=acme, timezone="Atlantis/Capital")
    assert memory.stats().messages == 0


def test_as_of_goes_by_when_it_was_said_and_recorded_as_of_by_when_it_was_stored(
    memory: Memory, acme: Scope, clock: FixedClock
) -> None:
    stored = clock.now()
    tell(memory, acme, "I own a boat.", datetime(2020, 1, 1, tzinfo=UTC))
    long_ago = datetime(2021, 1, 1, tzinfo=UTC)
    assert [each.text for each in memory.list(scope=acme, as_of=long_ago)] == ["Nora owns a boat."]
    assert memory.search("boat", scope=acme, as_of=long_ago).hits
    assert not memory.search("boat", scope=acme, as_of=datetime(2019, 1, 1, tzinfo=UTC)).hits
    assert not memory.search("boat", scope=acme, recorded_as_of=long_ago).hits
    assert memory.search("boat", scope=acme, recorded_as_of=stored).hits
    assert not memory.search("boat", scope=acme, as_of=stored, recorded_as_of=long_ago).hits


def test_as_of_shows_messages_and_neighbours_only_up_to_then(memory: Memory, acme: Scope) -> None:
    start = datetime(2024, 5, 1, 9, tzinfo=UTC)
    for minute, text in enumerate(["Where is it?", "The boat lies in Porto.", "Far away."]):
        tell(memory, acme, text, start + timedelta(minutes=minute))
    asked = start + timedelta(minutes=1)
    hits = memory.search("boat in Porto", scope=acme, as_of=asked, neighbours=1)
    seen = {hit.text for hit in hits} | {turn.text for hit in hits for turn in hit.neighbours}
    assert {"Nora: The boat lies in Porto.", "The boat lies in Porto.", "Where is it?"} <= seen
    assert "Far away." not in seen
    assert "Far away." not in str(memory.context("boat in Porto", scope=acme, as_of=asked))


def test_before_the_wording_that_hides_it_was_said_a_near_repeat_shows(
    memory: Memory, acme: Scope
) -> None:
    tell(memory, acme, "I love green tea.", datetime(2024, 5, 1, tzinfo=UTC))
    tell(memory, acme, "I really love green tea.", datetime(2020, 5, 1, tzinfo=UTC))
    between = datetime(2022, 1, 1, tzinfo=UTC)
    assert found(memory, acme, "green tea") == ["Nora loves green tea."]
    (shown,) = memory.search("green tea", scope=acme, include_messages=False, as_of=between)
    assert shown.text == "Nora really loves green tea."
    assert len(memory.list(scope=acme, as_of=between)) == 1


def year_of_trips(memory: Memory, scope: Scope) -> None:
    tell(memory, scope, "I hiked in Norway in May 2023.", datetime(2023, 6, 9, tzinfo=UTC))
    tell(memory, scope, "I hiked in Wales in March 2024.", datetime(2024, 4, 2, tzinfo=UTC))
    tell(memory, scope, "I will hike in Peru next month.", datetime(2024, 5, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Where did Nora hike in May 2023?", "Norway"),
        ("Where did Nora hike in March 2024?", "Wales"),
        ("Where will Nora hike next month?", "Peru"),
        ("Where did Nora hike last year?", "Norway"),
    ],
)
def test_time_words_raise_what_fits_and_hide_nothing(
    memory: Memory, acme: Scope, query: str, first: str
) -> None:
    year_of_trips(memory, acme)
    hits = memory.search(query, scope=acme, include_messages=False, explain=True)
    assert first in hits[0].text
    assert hits[0].breakdown.temporal > max(hit.breakdown.temporal for hit in hits.hits[1:])
    assert len(hits) == 3
    assert any(line.startswith("temporal 1.00: the question says") for line in hits[0].explanation)


def test_the_same_words_mean_another_time_from_another_reference(
    memory: Memory, acme: Scope
) -> None:
    year_of_trips(memory, acme)
    hits = memory.search(
        "Where did Nora hike last month?",
        scope=acme,
        include_messages=False,
        reference_time=datetime(2023, 6, 20, tzinfo=UTC),
    )
    assert "Norway" in hits[0].text


def test_now_raises_a_lasting_state_over_an_older_one(memory: Memory, acme: Scope) -> None:
    tell(memory, acme, "I live in Lisbon.", datetime(2022, 5, 1, tzinfo=UTC))
    tell(memory, acme, "I live in Porto.", datetime(2024, 5, 1, tzinfo=UTC))
    assert {each.kind for each in memory.list(scope=acme)} == {Kind.STATE}
    hits = memory.search("Where does Nora live now?", scope=acme, include_messages=False)
    assert [hit.text for hit in hits] == ["Nora lives in Porto.", "Nora lives in Lisbon."]
    assert hits[0].breakdown.temporal > hits[1].breakdown.temporal > 0


def test_before_an_event_raises_what_happened_before_it(memory: Memory, acme: Scope) -> None:
    tell(memory, acme, "I worked at a bakery in 2019.", datetime(2024, 1, 5, tzinfo=UTC))
    tell(memory, acme, "I moved to Berlin in June 2021.", datetime(2024, 1, 6, tzinfo=UTC))
    tell(memory, acme, "I worked at a brewery in 2023.", datetime(2024, 1, 7, tzinfo=UTC))
    query = "Where had Nora worked before Nora moved to Berlin?"
    hits = memory.search(query, scope=acme, include_messages=False, explain=True)
    by_place = {place: hit for hit in hits for place in ("bakery", "brewery") if place in hit.text}
    assert by_place["bakery"].breakdown.temporal > by_place["brewery"].breakdown.temporal
    assert by_place["bakery"].score > by_place["brewery"].score
    assert any("1 June 2021" in line for line in by_place["bakery"].explanation)


def test_an_event_that_nobody_told_of_is_said_to_be_unknown(memory: Memory, acme: Scope) -> None:
    tell(memory, acme, "I worked at a bakery in 2019.", datetime(2024, 1, 5, tzinfo=UTC))
    result = memory.search("What was it like before the volcano erupted?", scope=acme)
    assert "no memory tells when" in str(result.degraded)
