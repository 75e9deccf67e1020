from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from memories.engine.domain import AllOf, AnyOf, Condition, Filter, NoneOf, Operator
from memories.engine.errors import InvalidFilter
from memories.engine.retrieval.filters import FilterLimits, parse_filter

EQ, NE, IN, NIN = Operator.EQ, Operator.NE, Operator.IN, Operator.NIN
GT, GTE, LT, LTE = Operator.GT, Operator.GTE, Operator.LT, Operator.LTE
ANNA = Condition("user", EQ, "anna")
FIRST = datetime(2024, 5, 1, tzinfo=UTC)
SECOND = datetime(2024, 5, 2, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def meta(value: object, *key: str, operator: Operator = EQ) -> Condition:
    assert value is None or isinstance(value, bool | int | float | str | tuple)
    return Condition("metadata", operator, value, key)


@pytest.mark.parametrize("raw", [None, {}, {"AND": []}, {"metadata": {}}])
def test_nothing_asked_leaves_everything_in(raw: object) -> None:
    assert parse_filter(raw) == AllOf(())


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"user_id": "anna"}, ANNA),
        ({"userId": "anna"}, ANNA),
        ({"session_id": "s1"}, Condition("run", EQ, "s1")),
        ({"runId": "s1"}, Condition("run", EQ, "s1")),
        ({"user_id": "*"}, Condition("user", Operator.EXISTS)),
        ({"user_id": {"eq": "*"}}, Condition("user", EQ, "*")),
        ({"user_id": None}, Condition("user", EQ)),
        ({"user_id": {"ne": None}}, Condition("user", Operator.EXISTS)),
        ({"user_id": {"exists": False}}, Condition("user", EQ)),
        ({"user_id": {"ne": "anna"}}, Condition("user", NE, "anna")),
        ({"user_id": ["anna", "bob"]}, Condition("user", IN, ("anna", "bob"))),
        ({"user_id": {"nin": ["anna"]}}, Condition("user", NIN, ("anna",))),
        ({"memory_ids": ["m1"]}, Condition("id", IN, ("m1",))),
        ({"id": {"in": ["m1"]}}, Condition("id", IN, ("m1",))),
        ({"kind": "plan"}, Condition("kind", EQ, "plan")),
        ({"text": "tea"}, Condition("text", Operator.ICONTAINS, "tea")),
        ({"keywords": {"contains": "Tea"}}, Condition("text", Operator.CONTAINS, "Tea")),
        ({"keywords_search": "tea"}, Condition("text", Operator.ICONTAINS, "tea")),
        ({"text": {"eq": "tea"}}, Condition("text", EQ, "tea")),
        ({"categories": ["a", "b"]}, Condition("categories", IN, ("a", "b"))),
        (
            {"categories": {"contains": ["a", "b"]}},
            AnyOf(tuple(Condition("categories", Operator.CONTAINS, each) for each in "ab")),
        ),
    ],
)
def test_a_field_reads_as_one_comparison(raw: object, expected: Filter) -> None:
    assert parse_filter(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"AND": [{"user_id": "anna"}]}, AllOf((ANNA,))),
        ({"OR": [{"user_id": "anna"}]}, AnyOf((ANNA,))),
        ({"NOT": {"user_id": "anna"}}, NoneOf((ANNA,))),
        (
            {"NOT": [{"user_id": "anna"}, {"kind": "plan"}]},
            NoneOf((ANNA, Condition("kind", EQ, "plan"))),
        ),
        ({"NOT": {"OR": [{"user_id": "anna"}]}}, NoneOf((AnyOf((ANNA,)),))),
        (
            {"AND": [{"user_id": "anna"}], "OR": [{"kind": "plan"}], "app_id": "x"},
            AllOf(
                (AllOf((ANNA,)), AnyOf((Condition("kind", EQ, "plan"),)), Condition("app", EQ, "x"))
            ),
        ),
    ],
)
def test_siblings_all_hold_and_logic_nests(raw: object, expected: Filter) -> None:
    assert parse_filter(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"metadata": {"k": "v"}}, meta("v", "k")),
        ({"metadata": {"k": 3, "on": True}}, AllOf((meta(3, "k"), meta(True, "on")))),
        ({"metadata": {"k": {"gt": 3}}}, meta(3, "k", operator=GT)),
        (
            {"metadata": {"k": {"gte": 1, "lt": 2.5}}},
            AllOf((meta(1, "k", operator=GTE), meta(2.5, "k", operator=LT))),
        ),
        ({"metadata.trip": "Rome"}, meta("Rome", "trip")),
        ({"metadata.trip.gt": 3}, meta(3, "trip", "gt")),
        ({"metadata": {"trip.city": "Rome"}}, meta("Rome", "trip.city")),
        ({"metadata": {"trip": {"city": "Rome"}}}, meta("Rome", "trip", "city")),
        ({"metadata": {"k": ["a", 1, False]}}, meta(("a", 1, False), "k", operator=IN)),
        ({"metadata": {"k": "*"}}, meta(None, "k", operator=Operator.EXISTS)),
        ({"metadata": {"k": None}}, meta(None, "k")),
        ({"metadata": {'q"\\': "v"}}, meta("v", 'q"\\')),
        ({"metadata": {"AND": "v"}}, meta("v", "AND")),
    ],
)
def test_metadata_keys_are_literal_paths(raw: object, expected: Filter) -> None:
    assert parse_filter(raw) == expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("eq", AllOf((Condition("said_at", GTE, FIRST), Condition("said_at", LT, SECOND)))),
        ("gte", Condition("said_at", GTE, FIRST)),
        ("gt", Condition("said_at", GTE, SECOND)),
        ("lte", Condition("said_at", LT, SECOND)),
        ("lt", Condition("said_at", LT, FIRST)),
    ],
)
def test_a_bare_date_is_the_whole_day(operator: str, expected: Filter) -> None:
    assert parse_filter({"created_at": {operator: "2024-05-01"}}) == expected
    assert parse_filter({"timestamp": {operator: date(2024, 5, 1)}}) == expected


@pytest.mark.parametrize(
    ("raw", "at"),
    [
        ("2024-05-01T10:00:00", datetime(2024, 5, 1, 10, tzinfo=UTC)),
        ("2024-05-01T10:00:00Z", datetime(2024, 5, 1, 10, tzinfo=UTC)),
        ("2024-05-01 12:00:00.5+02:00", datetime(2024, 5, 1, 10, 0, 0, 500_000, tzinfo=UTC)),
        (
            datetime(2024, 5, 1, 12, tzinfo=timezone(timedelta(hours=2))),
            datetime(2024, 5, 1, 10, tzinfo=UTC),
        ),
    ],
)
@pytest.mark.parametrize("operator", [EQ, GT, GTE, LT, LTE])
def test_a_time_is_one_instant_in_utc(raw: object, at: datetime, operator: Operator) -> None:
    assert parse_filter({"updatedAt": {operator.value: raw}}) == Condition(
        "updated_at", operator, at
    )


def test_the_last_day_there_is_stands_for_ever() -> None:
    latest = datetime.max.replace(tzinfo=UTC)
    assert parse_filter({"said_at": {"lte": "9999-12-31"}}) == Condition("said_at", LT, latest)


def test_days_in_a_list_are_any_of_them_and_their_opposite_is_none() -> None:
    day = AllOf((Condition("expires_at", GTE, FIRST), Condition("expires_at", LT, SECOND)))
    field = "expiration_date"
    assert parse_filter({field: {"in": ["2024-05-01"]}}) == AnyOf((day,))
    assert parse_filter({field: {"nin": ["2024-05-01"]}}) == NoneOf((AnyOf((day,)),))
    assert parse_filter({field: {"ne": "2024-05-01"}}) == NoneOf((day,))


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("gte", Condition("occurred_until", GT, FIRST)),
        ("gt", Condition("occurred_until", GT, SECOND)),
        ("lte", Condition("occurred_from", LT, SECOND)),
        ("lt", Condition("occurred_from", LT, FIRST)),
        (
            "eq",
            AllOf((Condition("occurred_until", GT, FIRST), Condition("occurred_from", LT, SECOND))),
        ),
    ],
)
def test_an_event_fits_if_some_moment_of_it_does(operator: str, expected: Filter) -> None:
    assert parse_filter({"occurred_at": {operator: "2024-05-01"}}) == expected


def test_an_instant_of_an_event_is_a_microsecond() -> None:
    after = parse_filter({"occurredAt": {"gt": FIRST}})
    assert after == Condition("occurred_until", GT, FIRST + MICROSECOND)
    assert parse_filter({"occurred_at": "*"}) == Condition("occurred_from", Operator.EXISTS)


@pytest.mark.parametrize(
    ("raw", "path", "words"),
    [
        ([], "", "must be an object, not a list"),
        ("x", "", "must be an object, not a string"),
        ({1: "x"}, "", "a key must be a string"),
        ({"AND": {"user_id": "a"}}, "AND", "takes a list of objects"),
        ({"NOT": "x"}, "NOT", "an object or a list"),
        ({"OR": []}, "OR", "at least one"),
        ({"NOT": []}, "NOT", "at least one"),
        ({"NOT": {}}, "NOT", "an empty object"),
        ({"AND": [{"user_id": "a"}, {}]}, "AND[1]", "an empty object"),
        (
            {"AND": [{"user_id": "a"}, {"metadata.trip": {}}]},
            "AND[1].metadata.trip",
            "empty object",
        ),
        ({"usr_id": "a"}, "usr_id", "did you mean 'user_id'? Allowed: AND, OR, NOT, user_id"),
        ({"and": []}, "and", "did you mean 'AND'?"),
        ({"User_id": "a"}, "User_id", "did you mean 'user_id'?"),
        ({"%%%": "a"}, "%%%", "unknown field '%%%'. Allowed: "),
        ({"user_id": {}}, "user_id", "an empty object"),
        ({"user_id": {"equals": "a"}}, "user_id", "unknown operator here 'equals'"),
        ({"user_id": {"gt": "a"}}, "user_id", "Allowed: contains, eq,"),
        ({"user_id": 3}, "user_id", "must be a string, not a number"),
        ({"user_id": {"in": "a"}}, "user_id.in", "takes a list"),
        ({"user_id": {"in": ["a", None]}}, "user_id.in[1]", "must be a string, not null"),
        ({"user_id": {"exists": 1}}, "user_id.exists", "true or false"),
        ({"user_id": "a\0"}, "user_id", "NUL"),
        ({"user_id": "\ud800"}, "user_id", "surrogate"),
        ({"kind": "plann"}, "kind", "did you mean 'plan'?"),
        ({"text": ""}, "text", "empty string"),
        ({"text": [None]}, "text[0]", "single values"),
        ({"created_at": "May 2023"}, "created_at", "ISO 8601"),
        ({"created_at": 1715000000}, "created_at", "ISO 8601"),
        ({"created_at": "2024-02-30"}, "created_at", "no such date or time"),
        ({"created_at": "0001-01-01T00:00:00+02:00"}, "created_at", "no such date or time"),
        ({"created_at": {"gt": None}}, "created_at.gt", "null"),
        ({"created_at": {"contains": "2024"}}, "created_at", "unknown operator here"),
        ({"metadata": "x"}, "metadata", "must be an object"),
        ({"metadata": {"a": {}}}, "metadata.a", "an empty object"),
        ({"metadata": {"a b": {}}}, "metadata['a b']", "an empty object"),
        ({"metadata": {"a": {"gt": 1, "b": 2}}}, "metadata.a", "operators and keys"),
        ({"metadata": {"a": {"gt": True}}}, "metadata.a.gt", "true or false"),
        ({"metadata": {"a": {"icontains": 3}}}, "metadata.a.icontains", "takes a string"),
        ({"metadata": {"a": {"in": [[1]]}}}, "metadata.a.in[0]", "a list"),
        ({"metadata": {"a": {"in": [None]}}}, "metadata.a.in[0]", "null"),
        ({"metadata": {"a": {1, 2}}}, "metadata.a", "set"),
        ({"metadata": {"a": float("nan")}}, "metadata.a", "finite"),
        ({"metadata": {"a": 2**63}}, "metadata.a", "64 bits"),
        ({"metadata..a": 1}, "metadata..a", "empty key"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(raw: object, path: str, words: str) -> None:
    with pytest.raises(InvalidFilter) as caught:
        parse_filter(raw)
    assert caught.value.path == path
    assert words in str(caught.value)


def nested(depth: int) -> dict[str, object]:
    raw: dict[str, object] = {"user_id": "anna"}
    for _ in range(depth):
        raw = {"AND": [raw]}
    return raw


def test_depth_is_limited() -> None:
    parse_filter(nested(5))
    with pytest.raises(InvalidFilter, match="deeper than 5"):
        parse_filter(nested(6))


def test_size_is_limited() -> None:
    parse_filter({"AND": [{"user_id": "a"}] * 49})
    with pytest.raises(InvalidFilter, match="more than 50 comparisons"):
        parse_filter({"AND": [{"user_id": "a"}] * 50})
    with pytest.raises(InvalidFilter, match="more than 50 comparisons"):
        parse_filter({"created_at": {"in": ["2024-05-01"] * 50}})
    parse_filter({"user_id": ["a"] * 1000})
    with pytest.raises(InvalidFilter, match="more than 1000 values"):
        parse_filter({"user_id": ["a"] * 1001})


def test_strings_and_paths_are_limited() -> None:
    parse_filter({"user_id": "a" * 1000})
    with pytest.raises(InvalidFilter, match="longer than 1000"):
        parse_filter({"user_id": "a" * 1001})
    with pytest.raises(InvalidFilter, match="longer than 3"):
        parse_filter({"metadata": {"city": "x"}}, limits=FilterLimits(characters=3))
    with pytest.raises(InvalidFilter, match="more than 8 keys"):
        parse_filter({"metadata.a.b.c.d.e.f.g.h.i": 1})
