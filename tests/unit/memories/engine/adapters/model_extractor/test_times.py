"""A time that a model gives a fact is on the speaker's clock, or none."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from memories.engine.adapters.model_extractor._times import interval_of
from memories.engine.domain import Precision
from tests.unit.memories.engine.adapters.model_extractor.requests import SAID_AT

BERLIN = ZoneInfo("Europe/Berlin")


def when(from_: object, until: object, precision: object = "day") -> dict[str, object]:
    return {"from": from_, "until": until, "precision": precision}


@pytest.mark.parametrize(
    ("claim", "start", "until"),
    [
        (when("2024-05-09", "2024-05-10"), "2024-05-09T00:00+02:00", "2024-05-10T00:00+02:00"),
        (when("2024-05-09", "2024-05-09"), "2024-05-09T00:00+02:00", "2024-05-10T00:00+02:00"),
        (
            when("2024-01-01", "2025-01-01", "year"),
            "2024-01-01T00:00+01:00",
            "2025-01-01T00:00+01:00",
        ),
        (
            when("2024-05-10T18:30", "2024-05-10T18:30", "instant"),
            "2024-05-10T18:30+02:00",
            "2024-05-10T18:31+02:00",
        ),
        (
            when("2024-05-10T18:30Z", "2024-05-10T19:30Z", "instant"),
            "2024-05-10T20:30+02:00",
            "2024-05-10T21:30+02:00",
        ),
    ],
)
def test_local_times_are_the_speakers(claim: dict[str, object], start: str, until: str) -> None:
    interval = interval_of(claim, SAID_AT, BERLIN)
    assert interval is not None
    assert interval.start == datetime.fromisoformat(start)
    assert interval.until == datetime.fromisoformat(until)
    assert interval.precision is Precision(str(claim["precision"]))


def test_without_a_zone_the_turns_own_offset_counts() -> None:
    interval = interval_of(when("2024-01-01", "2024-01-02"), SAID_AT, None)
    assert interval is not None
    assert interval.start.utcoffset() == SAID_AT.utcoffset()


@pytest.mark.parametrize(
    "claim",
    [
        "2024-05-09",
        [],
        {},
        when("2024-05-10", "2024-05-09"),
        when("2024-05-01", "2024-05-01", "month"),
        when("last week", "now"),
        when("", ""),
        when(1715212800, 1715299200),
        when(None, None),
        when("2024-05-09", "2024-05-10", "hour"),
        when("2024-05-09", "2024-05-10", []),
        when("2024-05-09", "2024-05-10", None),
        when("0001-01-01", "2024-05-10"),
        when("2024-05-09", "9999-12-31"),
        when("2024-02-30", "2024-03-01"),
        when("2024-05-09" * 100_000, "2024-05-10"),
    ],
)
def test_what_makes_no_sense_is_no_time(claim: Any) -> None:
    assert interval_of(claim, SAID_AT, BERLIN) is None
