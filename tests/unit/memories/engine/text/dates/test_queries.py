from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memories.engine.domain import Distance, QueryTime, TimeIntent
from memories.engine.text.dates import read_query_time

REFERENCE = datetime(2023, 6, 14, 15, 0, tzinfo=UTC)
ANY, CURRENT, PAST, FUTURE = TimeIntent


def read(query: str) -> QueryTime:
    return read_query_time(query, reference=REFERENCE)


@pytest.mark.parametrize(
    "query",
    ["What does she like?", "Who looks after her dog?", "What does Will eat?", "her dog's name"],
)
def test_a_question_without_words_of_time_asks_nothing_of_it(query: str) -> None:
    assert read(query) == QueryTime()


@pytest.mark.parametrize(
    ("query", "intent"),
    [
        ("Where does she live now?", CURRENT),
        ("Does he still play chess?", CURRENT),
        ("What is he reading these days?", CURRENT),
        ("What did she eat?", PAST),
        ("Where did he use to live?", PAST),
        ("What happened last week?", PAST),
        ("What will she do?", FUTURE),
        ("Her trips next month?", FUTURE),
        ("What is she planning?", FUTURE),
        ("Any upcoming concerts?", FUTURE),
        ("Did she say what she will do?", ANY),
    ],
)
def test_the_intent_is_read(query: str, intent: TimeIntent) -> None:
    assert read(query).intent is intent


@pytest.mark.parametrize(
    ("query", "start", "until"),
    [
        ("What happened in May 2023?", "2023-05-01", "2023-06-01"),
        ("What happened between March and June 2022?", "2022-03-01", "2022-07-01"),
        ("What did they do from 3 to 9 May 2023?", "2023-05-03", "2023-05-10"),
        ("Who called between last Monday and yesterday?", "2023-06-12", "2023-06-14"),
        ("Who came between May 3 and June 9 2022?", "2022-05-03", "2022-06-10"),
        ("What did she buy two weeks before August 11, 2022?", "2022-07-25", "2022-08-01"),
        ("Where did she move from 4 years ago?", "2019-01-01", "2020-01-01"),
        ("What did she do from 2019 onwards?", "2019-01-01", "9999-12-31"),
        ("Where did he work before 2020?", "0001-01-01", "2020-01-01"),
        ("Where did he work until 2020?", "0001-01-01", "2021-01-01"),
        ("What did she do after June 2022?", "2022-07-01", "9999-12-31"),
        ("What has she done since 2021?", "2021-01-01", "9999-12-31"),
        ("What has she done recently?", "2023-05-15", "2023-06-14"),
        ("What did he do the day before yesterday?", "2023-06-12", "2023-06-13"),
    ],
)
def test_the_stretch_of_time_is_read(query: str, start: str, until: str) -> None:
    found = read(query)
    (interval,) = found.intervals
    assert (str(interval.start.date()), str(interval.until.date())) == (start, until)
    assert found.anchor is None


@pytest.mark.parametrize(
    ("query", "side", "anchor"),
    [
        ("Where did she live before she moved to Oslo?", "before", "she moved to Oslo"),
        ("What did he say after the wedding?", "after", "the wedding"),
        ("Since she left, where has she worked?", "after", "she left"),
        ("After she left the bank, where did she work?", "after", "she left the bank"),
        ("Who was she named after?", None, None),
        ("What came after that?", None, None),
        ("Did he call after a long time?", None, None),
        ("What did she say of following dreams?", None, None),
        ("What came before 2020?", None, None),
        ("Wo hat sie gewohnt, bevor sie umzog?", "before", "sie umzog"),
        ("Was tat sie nach der Hochzeit?", "after", "der Hochzeit"),
        ("Où vivait-elle avant de déménager ?", "before", "déménager"),
        ("¿Qué trabajo tenía antes de abrir la tienda?", "before", "abrir la tienda"),
        ("Dove viveva dopo la guerra?", "after", "la guerra"),
        ("Onde vivia depois de casar?", "after", "casar"),
    ],
)
def test_an_event_may_bound_the_answer(query: str, side: str | None, anchor: str | None) -> None:
    found = read(query)
    assert (found.anchor_side, found.anchor) == (side, anchor)


@pytest.mark.parametrize(
    ("query", "distance", "clause"),
    [
        ("What did she do before the wedding?", None, "before the wedding"),
        ("What did she do after the wedding?", None, ""),
        ("Where did she move after the wedding?", None, "after the wedding"),
        ("How long did she train before the race?", None, ""),
        ("What broke two weeks before the race?", (14, 7 / 2), "two weeks before the race"),
        ("Who came the day before the race?", (1, 0), "the day before the race"),
        ("Who came a few days after the race?", (3.5, 1.5), "a few days after the race"),
        ("Was war ihr Beruf, bevor sie umzog?", None, "bevor sie umzog"),
        ("¿Dónde vivía antes de casarse?", None, "antes de casarse"),
        ("Who left about a month after the race?", (30, 15), "about a month after the race"),
    ],
)
def test_how_far_from_the_event_and_whether_it_is_apart_from_what_is_asked(
    query: str, distance: tuple[float, float] | None, clause: str
) -> None:
    time = read(query)
    days = distance and tuple(timedelta(days=each) for each in distance)
    assert time.anchor_distance == (Distance(*days) if days else None)
    assert time.anchor_clause == clause


@pytest.mark.parametrize(
    ("query", "asks"),
    [
        ("When did she move?", True),
        ("When is the concert?", True),
        ("What year did she graduate?", True),
        ("How long ago did he leave?", True),
        ("Wann war sie in Rom?", True),
        ("她什么时候搬家的?", True),
        ("What does she say when she is tired?", False),
    ],
)
def test_a_question_for_a_time_is_recognised(query: str, asks: bool) -> None:
    assert read(query).asks_when is asks


WORDS = """
    before after since until when did between and from to 2020 May last week she moved recently now
    will the 3 9 June ? , yesterday
"""


@settings(max_examples=200, deadline=None)
@given(
    query=st.one_of(st.text(), st.lists(st.sampled_from(WORDS.split())).map(" ".join)),
    reference=st.datetimes(timezones=st.sampled_from([UTC, ZoneInfo("Pacific/Apia")])),
)
def test_any_question_is_read(query: str, reference: datetime) -> None:
    found = read_query_time(query, reference=reference)
    assert (found.anchor is None) == (found.anchor_side is None)
    assert all(interval.start <= interval.until for interval in found.intervals)
