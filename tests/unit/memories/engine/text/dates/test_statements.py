import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memories.engine.domain import Precision
from memories.engine.text.dates import find_dates, name_interval

YEARS = Path(__file__).parents[5] / "fixtures" / "temporal" / "years.json"
NEW_YORK = ZoneInfo("America/New_York")
WEDNESDAY = datetime(2023, 6, 14, 15, 0, tzinfo=NEW_YORK)


def named(text: str, *, said_at: datetime = WEDNESDAY) -> dict[str, str]:
    """The words found, with the interval's own name."""
    found = find_dates(text, said_at=said_at)
    return {date.surface: name_interval(date.interval, zone=said_at.tzinfo) for date in found}


@pytest.mark.parametrize(
    ("text", "surface", "meaning"),
    [
        ("We talked today.", "today", "14 June 2023"),
        ("I cook tonight", "tonight", "14 June 2023"),
        ("I ran this morning", "this morning", "14 June 2023"),
        ("I slept badly last night", "last night", "13 June 2023"),
        ("I ran yesterday evening", "yesterday evening", "13 June 2023"),
        ("It rained the day before yesterday", "the day before yesterday", "12 June 2023"),
        ("See you the day after tomorrow", "the day after tomorrow", "16 June 2023"),
        ("We met last Friday", "last Friday", "9 June 2023"),
        ("We met last Wednesday", "last Wednesday", "7 June 2023"),
        ("I went there on Friday", "Friday", "9 June 2023"),
        ("I'll go there on Friday", "Friday", "16 June 2023"),
        ("We're meeting on Monday night", "Monday night", "19 June 2023"),
        ("the Friday before last", "the Friday before last", "2 June 2023"),
        ("this past Saturday we sailed", "this past Saturday", "10 June 2023"),
        ("I moved last week", "last week", "the week of 5 June 2023"),
        ("We sail next weekend", "next weekend", "the weekend of 24 June 2023"),
        ("the weekend before last", "the weekend before last", "the weekend of 3 June 2023"),
        ("the week after next", "the week after next", "the week of 26 June 2023"),
        ("I moved last month", "last month", "May 2023"),
        ("I moved last year", "last year", "2022"),
        ("I moved last January", "last January", "January 2023"),
        ("We met last summer", "last summer", "summer 2022"),
        ("We travel this summer", "this summer", "summer 2023"),
        ("I start next fall", "next fall", "autumn 2023"),
        ("two years ago", "two years ago", "2021"),
        ("ten years ago", "ten years ago", "2013"),
        ("a couple of weeks ago", "a couple of weeks ago", "the week of 29 May 2023"),
        ("a few days ago", "a few days ago", "around 11 June 2023"),
        ("a few years ago", "a few years ago", "around 2020"),
        ("three decades ago", "three decades ago", "around 1993"),
        ("My interview is in two weeks", "in two weeks", "the week of 26 June 2023"),
        ("three days from now", "three days from now", "17 June 2023"),
        ("two days before May 3", "two days before May 3", "1 May 2023"),
        ("the week after May 3", "the week after May 3", "the week of 8 May 2023"),
        ("I called an hour ago", "an hour ago", "14 June 2023"),
        ("We sold more last quarter", "last quarter", "the first quarter of 2023"),
        ("We open next quarter", "next quarter", "the third quarter of 2023"),
        ("It ships in Q4 2022", "Q4 2022", "the fourth quarter of 2022"),
        ("It shipped in Q4", "Q4", "the fourth quarter of 2022"),
        ("We will ship in Q1.", "Q1", "the first quarter of 2024"),
        ("the second quarter of 2021", "the second quarter of 2021", "the second quarter of 2021"),
        ("in the first half of 2022", "the first half of 2022", "January 2022 to June 2022"),
        ("the last day of February", "the last day of February", "28 February 2023"),
        ("the first Friday in May", "the first Friday in May", "5 May 2023"),
        ("the last Sunday of May 2022", "the last Sunday of May 2022", "29 May 2022"),
        ("the last weekend of July", "the last weekend of July", "the weekend of 30 July 2022"),
        ("the last week of July", "the last week of July", "the week of 25 July 2022"),
        ("We met on 29 February", "29 February", "29 February 2020"),
        ("We will meet on 29 February", "29 February", "29 February 2024"),
        ("El 29 de febrero llovió", "29 de febrero", "29 February 2020"),
        ("Ich war letzten Samstag da", "letzten Samstag", "10 June 2023"),
        ("Ich war am Montag da", "am Montag", "12 June 2023"),
        ("Ich werde am Montag da sein", "am Montag", "19 June 2023"),
        ("On se voit lundi prochain", "lundi prochain", "19 June 2023"),
        ("El lunes pasado llovió", "lunes pasado", "12 June 2023"),
        ("Vengo el lunes que viene", "lunes que viene", "19 June 2023"),
        ("Na segunda-feira passada choveu", "segunda-feira passada", "12 June 2023"),
        ("上周六下雨了", "上周六", "10 June 2023"),
        ("先週の土曜日に会った", "先週の土曜日", "10 June 2023"),
        ("I called 20 hours ago", "20 hours ago", "13 June 2023"),
        ("a few weeks ago", "a few weeks ago", "around May 2023"),
        ("several months ago", "several months ago", "early 2023"),
        ("We spoke the other day", "the other day", "around 10 June 2023"),
        ("It opens later this year", "later this year", "2023"),
        ("I ran over the last two weeks", "over the last two weeks", "since 31 May 2023"),
        ("It grew in the last few months", "in the last few months", "since March 2023"),
        ("It grew over the past decade", "over the past decade", "since 2013"),
        ("I've slept here for ten days", "for ten days", "since 4 June 2023"),
        ("I was there in the spring", "the spring", "spring 2023"),
        ("I will go there in the fall", "the fall", "autumn 2023"),
        ("See you next Christmas.", "next Christmas", "25 December 2023"),
        ("I was home at Easter.", "Easter", "9 April 2023"),
        ("I will be home at Christmas.", "Christmas", "25 December 2023"),
        ("on May 3-9", "May 3-9", "3 May 2023 to 9 May 2023"),
        ("in the early 90s", "the early 90s", "1990 to 1992"),
        ("in the 20s", "20s", "the 2020s"),
        ("on 5/7/98", "5/7/98", "7 May 1998"),
        ("earlier this month I fell", "earlier this month", "June 2023"),
        ("I've lived here since 2019", "since 2019", "since 2019"),
        ("It rains for the past 3 years", "for the past 3 years", "since 2020"),
        ("I have worked there for two years", "for two years", "since 2021"),
        ("We planned it in May", "May", "May 2023"),
        ("I'm going to Rome in August", "August", "August 2023"),
        ("I was in Rome in August", "August", "August 2022"),
        ("in May 2023", "May 2023", "May 2023"),
        ("on May 7", "May 7", "7 May 2023"),
        ("May 7th, 2021 it was", "May 7th, 2021", "7 May 2021"),
        ("the 7th of May 2021", "7th of May 2021", "7 May 2021"),
        ("7 May 2023", "7 May 2023", "7 May 2023"),
        ("2023-05-07T10:00Z", "2023-05-07T10:00Z", "7 May 2023"),
        ("on 5/7/2023", "5/7/2023", "7 May 2023"),
        ("on 13/7/2023", "13/7/2023", "13 July 2023"),
        ("am 7.5.2023", "7.5.2023", "7 May 2023"),
        ("I saw him on the 12th.", "the 12th", "12 June 2023"),
        ("I will see him on the 12th.", "the 12th", "12 July 2023"),
        ("back in 2012", "2012", "2012"),
        ("in the 90s", "90s", "the 1990s"),
        ("in the nineties", "nineties", "the 1990s"),
        ("the week of June 5", "the week of June 5", "the week of 5 June 2023"),
        ("in early June", "early June", "early June 2023"),
        ("mid-June", "mid-June", "mid-June 2023"),
        ("the end of last year", "the end of last year", "late 2022"),
        ("Christmas 2022", "Christmas 2022", "25 December 2022"),
        ("We met last Thanksgiving.", "last Thanksgiving", "24 November 2022"),
        ("New Year's Eve 2021", "New Year's Eve 2021", "31 December 2021"),
        ("Easter 2024", "Easter 2024", "31 March 2024"),
        ("in the spring of 2021", "the spring of 2021", "spring 2021"),
        ("from 3 to 9 May 2023", "from 3 to 9 May 2023", "3 May 2023 to 9 May 2023"),
        ("from 2019 to 2021", "from 2019 to 2021", "2019 to 2021"),
        (
            "from November to February",
            "from November to February",
            "November 2022 to February 2023",
        ),
        ("gestern war ich da", "gestern", "13 June 2023"),
        ("vor drei Tagen", "vor drei Tagen", "11 June 2023"),
        ("am 7. Mai 2023", "7. Mai 2023", "7 May 2023"),
        ("je suis là depuis hier", "hier", "13 June 2023"),
        ("il y a deux semaines", "il y a deux semaines", "the week of 29 May 2023"),
        ("el 7 de mayo de 2023", "7 de mayo de 2023", "7 May 2023"),
        ("la semana pasada", "semana pasada", "the week of 5 June 2023"),
        ("tre giorni fa", "tre giorni fa", "11 June 2023"),
        ("há dois anos", "há dois anos", "2021"),
        ("我昨天去了", "昨天", "13 June 2023"),
        ("三天前搬家", "三天前", "11 June 2023"),
        ("2023年5月7日に", "2023年5月7日", "7 May 2023"),
        ("来月行きます", "来月", "July 2023"),
    ],
)
def test_a_time_is_found_with_its_meaning(text: str, surface: str, meaning: str) -> None:
    assert named(text) == {surface: meaning}


@pytest.mark.parametrize(
    "text",
    [
        "You may go.",
        "May I come in?",
        "We march on, second by second.",
        "He sat in the sun.",
        "The fall of Rome.",
        "the 12th floor",
        "on the 12th floor",
        "every Friday",
        "the week-long trip",
        "a Christmas tree",
        "I walked in 2000 steps",
        "I finished it in two weeks",
        "the best trip in ten years",
        "half a year ago",
        "999999 years ago",
        "9999 years ago",
        "in 99999 days",
        "2023-13-45",
        "31.2.2023",
        "Jan said so",
        "Ich wohne hier.",
        "Guten Morgen!",
        "la\u017ft week",
        "",
    ],
)
def test_words_that_may_be_no_time_are_left_alone(text: str) -> None:
    assert named(text) == {}


def test_yesterday_is_the_speakers_own() -> None:
    auckland = ZoneInfo("Pacific/Auckland")
    said_at = datetime(2023, 6, 14, 13, 0, tzinfo=UTC)  # 01:00 on the 15th in Auckland

    (found,) = find_dates("I ran yesterday", said_at=said_at, zone=auckland)

    assert found.interval.start == datetime(2023, 6, 14, tzinfo=auckland)
    assert found.interval.until == datetime(2023, 6, 15, tzinfo=auckland)
    assert found.interval.precision is Precision.DAY


def test_without_a_zone_the_messages_own_offset_counts() -> None:
    said_at = datetime(2023, 6, 14, 1, 0, tzinfo=timezone(timedelta(hours=9)))
    (found,) = find_dates("yesterday", said_at=said_at)
    assert found.interval.start == datetime(2023, 6, 12, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(("day", "hours"), [("2023-03-12", 23), ("2023-11-05", 25)])
def test_a_day_on_which_clocks_change_has_its_true_length(day: str, hours: int) -> None:
    (found,) = find_dates(f"on {day}", said_at=WEDNESDAY)
    assert found.interval.until - found.interval.start == timedelta(hours=hours)


def test_summer_is_in_december_in_the_south() -> None:
    said_at = WEDNESDAY.astimezone(ZoneInfo("Australia/Sydney"))
    (found,) = find_dates("last summer", said_at=said_at)
    assert (found.interval.start.month, found.interval.start.year) == (12, 2022)


WORDS = """
    last next this in on the of May march 7 7th 2023 31 Friday summer week years ago two a few since
    from to between Christmas yesterday early before 5/7/23 90s hier vor drei Tagen end . ,
    昨天 3年前
    earlier month 99999 0 weekend after today
"""
MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, NEW_YORK, ZoneInfo("Pacific/Apia")]))


@settings(max_examples=300, deadline=None)
@given(
    text=st.one_of(st.text(), st.lists(st.sampled_from(WORDS.split())).map(" ".join)),
    said_at=MOMENTS,
    zone=st.sampled_from([None, ZoneInfo("Asia/Tokyo")]),
)
def test_any_text_gives_exact_spans_in_order(
    text: str, said_at: datetime, zone: ZoneInfo | None
) -> None:
    reached = 0
    for found in find_dates(text, said_at=said_at, zone=zone):
        assert text[found.start : found.end] == found.surface
        assert found.start >= reached
        assert found.interval.start < found.interval.until
        assert name_interval(found.interval, zone=zone)
        reached = found.end


@pytest.mark.parametrize(("said_on", "text", "meaning"), json.loads(YEARS.read_text("utf-8")))
def test_a_date_without_a_year_lies_where_its_sentence_looks(
    said_on: str, text: str, meaning: str
) -> None:
    said_at = datetime.fromisoformat(said_on).replace(hour=12, tzinfo=NEW_YORK)
    assert meaning in named(text, said_at=said_at).values()
