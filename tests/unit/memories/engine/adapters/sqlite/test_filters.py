import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memories.engine.adapters.sqlite.filters import compile_filter
from memories.engine.domain import AllOf, AnyOf, Condition, Filter, JsonValue, NoneOf, Operator
from memories.engine.errors import InvalidFilter
from memories.engine.retrieval.filters import FilterLimits, parse_filter
from tests.unit.memories.engine.adapters.sqlite.filter_oracle import Row, matches

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TEXTS = ("id", "user", "agent", "app", "run", "kind", "attributed_to", "text")
TIMES = ("said_at", "recorded_at", "updated_at", "expires_at", "occurred_from", "occurred_until")
COLUMNS = (*TEXTS, *TIMES, "categories", "metadata")


def stored(column: str, value: object) -> int | str | None:
    if isinstance(value, datetime):
        return (value - EPOCH) // timedelta(microseconds=1)
    if column in {"categories", "metadata"} and value is not None:
        return json.dumps(value, ensure_ascii=False)
    assert value is None or isinstance(value, str)
    return value


def fold(*arguments: "apsw.SQLiteValue") -> str | None:
    (text,) = arguments
    assert text is None or isinstance(text, str)
    return None if text is None else text.casefold()


def rows_found(filter_: Filter, rows: Sequence[Row]) -> list[int]:
    """Runs the SQL over the rows and gives the places of those it lets through."""
    connection = apsw.Connection(":memory:")
    try:
        connection.create_scalar_function("fold", fold, 1, deterministic=True)
        columns = ", ".join(
            f'"{column}" {"INTEGER" if column in TIMES else "TEXT"}' for column in COLUMNS
        )
        connection.execute(f"CREATE TABLE memory (place INTEGER PRIMARY KEY, {columns}) STRICT")
        marks = ", ".join("?" * (len(COLUMNS) + 1))
        connection.executemany(
            f"INSERT INTO memory VALUES ({marks})",  # noqa: S608 - question marks only
            [
                (place, *(stored(column, row.get(column)) for column in COLUMNS))
                for place, row in enumerate(rows)
            ],
        )
        sql, values = compile_filter(filter_)
        query = f"SELECT place, {sql} FROM memory AS m ORDER BY place"  # noqa: S608 - under test
        outcomes = connection.execute(query, values).fetchall()
    finally:
        connection.close()
    assert all(outcome in {0, 1} for _, outcome in outcomes)
    return [int(str(place)) for place, outcome in outcomes if outcome]


def finds(raw: object, **row: object) -> bool:
    return rows_found(parse_filter(raw), [row]) == [0]


# Few values, so that rows and filters meet; each one hard in its own way.

NAMES = ("anna", "Anna", "STRASSE", "straße", "a_b", 'q"u\\o', "Ё", "ё", "*", "1")
KEYS = ("k", "a.b", 'q"', "back\\slash", "ключ", "eq", "")
DAYS = tuple(datetime(2024, 2, day, hour, tzinfo=UTC) for day in (28, 29) for hour in (0, 23))
BOUNDS = (*DAYS, "2024-02-28", "2024-02-29", "2024-02-29T01:00:00+02:00", "2024-03-01")

names = st.sampled_from(NAMES)
keys = st.sampled_from(KEYS)
ordered: st.SearchStrategy[JsonValue] = names | st.sampled_from(
    (0, 1, -1, 2**53 + 1, 2**63 - 1, 1.0, 0.1, 1e300)
)
scalars: st.SearchStrategy[JsonValue] = st.booleans() | ordered
json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=5,
)
rows = st.fixed_dictionaries(
    {
        **{column: st.none() | names for column in ("user", "text")},
        **{
            column: st.none() | st.sampled_from(DAYS)
            for column in ("said_at", "occurred_from", "occurred_until")
        },
        "categories": st.none() | st.lists(names, max_size=3),
        "metadata": st.dictionaries(keys, json_values, max_size=4),
    }
)


def operators(values: st.SearchStrategy[object], *names_: str) -> st.SearchStrategy[object]:
    single = [st.fixed_dictionaries({name: values}) for name in names_ if name not in {"in", "nin"}]
    several = [
        st.fixed_dictionaries({name: st.lists(values, max_size=3)})
        for name in names_
        if name in {"in", "nin", "contains"}
    ]
    whether = st.fixed_dictionaries({"exists": st.booleans()})
    null = st.sampled_from([None, "*", {"ne": None}])
    return st.one_of(*single, *several, whether, null)


ORDER = ("gt", "gte", "lt", "lte")
SAME = ("eq", "ne", "in", "nin")
PARTS = ("contains", "icontains")
metadata_tests = st.one_of(
    operators(scalars, *SAME, "contains"),
    operators(ordered, *ORDER),
    operators(names, "icontains"),
)
names_of_texts = ("user_id", "text", "categories")
names_of_times = ("created_at", "occurred_at", "occurred_until")
safe_keys = st.sampled_from([key for key in KEYS if key != "eq"])
fields: st.SearchStrategy[Mapping[str, object]] = st.one_of(
    st.dictionaries(
        st.sampled_from(names_of_texts), operators(names, *SAME, *PARTS), min_size=1, max_size=2
    ),
    st.dictionaries(
        st.sampled_from(names_of_times),
        operators(st.sampled_from(BOUNDS), *SAME, *ORDER),
        min_size=1,
        max_size=2,
    ),
    st.fixed_dictionaries(
        {
            "metadata": st.dictionaries(
                safe_keys,
                metadata_tests | st.dictionaries(safe_keys, metadata_tests, min_size=1, max_size=2),
                min_size=1,
                max_size=2,
            )
        }
    ),
)
filters: st.SearchStrategy[Mapping[str, object]] = st.recursive(
    fields,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"AND": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"OR": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"NOT": inner | st.lists(inner, min_size=1, max_size=2)}),
    ),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(raw=filters, table=st.lists(rows, min_size=1, max_size=6))
def test_sql_lets_through_what_the_filter_means(
    raw: Mapping[str, object], table: list[dict[str, object]]
) -> None:
    filter_ = parse_filter(raw, limits=FilterLimits(depth=20, nodes=500))
    expected = [place for place, row in enumerate(table) if matches(filter_, row)]
    assert rows_found(filter_, table) == expected


@pytest.mark.parametrize(
    "key",
    [
        *(key for key in KEYS if key != "eq"),
        'a"b\\"c',
        "line\nbreak",
        "tab\t",
        "#",
        "😀",
        "é",
        "a/b",
    ],
)
def test_any_key_is_found_and_no_other(key: str) -> None:
    assert finds({"metadata": {key: {"eq": 7}}}, metadata={key: 7, "other": 8})
    assert not finds({"metadata": {key: {"eq": 8}}}, metadata={key: 7, "other": 8})
    assert finds({"metadata": {"trip": {key: {"gt": 6}}}}, metadata={"trip": {key: 7}})
    assert not finds({"metadata": {key: "*"}}, metadata={f"{key}x": 7})


def test_a_key_named_like_an_operator_is_reached_by_dots() -> None:
    assert finds({"metadata.eq": 7}, metadata={"eq": 7})
    assert finds({"metadata.trip.eq": {"gt": 6}}, metadata={"trip": {"eq": 7}})


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (1, "1"),
        ("1", 1),
        (1, True),
        (True, 1),
        (0, False),
        ("true", True),
        (False, None),
        ("", None),
    ],
)
def test_types_in_metadata_never_mix(wanted: object, found: object) -> None:
    for test in ({"eq": wanted}, {"in": [wanted]}):
        assert not finds({"metadata": {"k": test}}, metadata={"k": found})
        assert not finds({"metadata": {"k": test}}, metadata={})
    for test in ({"ne": wanted}, {"nin": [wanted]}):
        assert finds({"metadata": {"k": test}}, metadata={"k": found})
        assert finds({"metadata": {"k": test}}, metadata={})


def test_whole_and_decimal_numbers_are_equal() -> None:
    assert finds({"metadata": {"k": 1}}, metadata={"k": 1.0})
    assert finds({"metadata": {"k": {"in": [1.0]}}}, metadata={"k": 1})


@pytest.mark.parametrize(
    ("operator", "expected"),
    [("gt", "001"), ("gte", "011"), ("lt", "100"), ("lte", "110"), ("eq", "010"), ("ne", "101")],
)
def test_bounds_are_within_where_the_operator_says_so(operator: str, expected: str) -> None:
    numbers = [finds({"metadata": {"k": {operator: 5}}}, metadata={"k": k}) for k in (4, 5, 6)]
    words = [finds({"metadata": {"k": {operator: "b"}}}, metadata={"k": k}) for k in "abc"]
    times = [finds({"created_at": {operator: DAYS[1]}}, said_at=at) for at in DAYS[:3]]
    assert numbers == words == times == [digit == "1" for digit in expected]


def test_null_and_missing_metadata_are_alike() -> None:
    for metadata in ({}, {"k": None}):
        assert finds({"metadata": {"k": None}}, metadata=metadata)
        assert not finds({"metadata": {"k": "*"}}, metadata=metadata)
    assert finds({"metadata": {"k": "*"}}, metadata={"k": []})


def test_a_row_without_a_value_is_unlike_any() -> None:
    assert finds({"user_id": {"ne": "anna"}}, user=None)
    assert finds({"user_id": {"nin": ["anna"]}}, user=None)
    assert finds({"NOT": {"user_id": "anna"}}, user=None)
    assert finds({"NOT": {"created_at": {"gt": "2024-02-28"}}}, said_at=None)
    assert not finds({"user_id": "*"}, user=None)
    assert finds({"user_id": None}, user=None)


def test_case_is_folded_in_every_script() -> None:
    assert finds({"keywords": {"icontains": "ЁЛКА"}}, text="Вот ёлка")
    assert finds({"keywords_search": "strasse"}, text="Lange Straße 5")
    assert not finds({"keywords": {"contains": "straße"}}, text="Lange STRASSE 5")
    assert finds({"categories": {"contains": "HOB"}}, categories=["hobbies"])
    assert not finds({"categories": "HOBBIES"}, categories=["hobbies"])


def test_percent_and_underscore_are_letters() -> None:
    assert not finds({"text": {"contains": "%"}}, text="100 per cent")
    assert not finds({"text": {"icontains": "a_b"}}, text="axb")


def test_values_are_never_part_of_the_sql() -> None:
    nasty = "x'); DROP TABLE memory; --"
    sql, values = compile_filter(parse_filter({"user_id": nasty, "metadata": {nasty: nasty}}))
    assert "DROP" not in sql
    assert values.count(nasty) == 3
    assert sql.count("?") == len(values)


def test_a_thousand_values_are_one_parameter() -> None:
    wanted = [f"user{number}" for number in range(1000)]
    sql, values = compile_filter(parse_filter({"user_id": wanted}))
    assert sql.count("?") == len(values) == 1
    assert finds({"user_id": wanted}, user="user999")
    assert not finds({"user_id": []}, user="user999")
    assert finds({"user_id": {"nin": []}}, user=None)


def test_fifty_comparisons_five_deep_are_within_sqlites_limits() -> None:
    raw: object = {"AND": [{"metadata": {"k": {"contains": "a"}}}] * 45}
    for _ in range(4):
        raw = {"NOT": [raw]}
    assert finds(raw, metadata={"k": ["a"]})


@pytest.mark.parametrize(
    ("day", "operator", "expected"),
    [
        ("2024-02-28", "eq", True),
        ("2024-02-29", "eq", False),
        ("2024-02-28", "lte", True),
        ("2024-02-28", "gt", False),
        ("2024-02-27", "gt", True),
        ("2024-02-28", "lt", False),
        ("2024-02-28", "gte", True),
    ],
)
def test_a_day_reaches_to_its_end(day: str, operator: str, *, expected: bool) -> None:
    at = datetime(2024, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC)
    assert finds({"created_at": {operator: day}}, said_at=at) is expected


def test_an_event_fits_where_it_overlaps() -> None:
    start, until = datetime(2024, 2, 28, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)
    for raw, expected in (
        ({"eq": "2024-02-29"}, True),
        ({"eq": "2024-03-01"}, False),
        ({"gte": "2024-02-29", "lte": "2024-02-29"}, True),
        ({"gt": "2024-02-29"}, False),
        ({"lt": "2024-02-28"}, False),
        ({"ne": "2024-02-29"}, False),
    ):
        found = finds({"occurred_at": raw}, occurred_from=start, occurred_until=until)
        assert found is expected, raw
    assert finds({"occurred_at": {"ne": "2024-02-29"}})


def test_contains_finds_elements_of_a_list() -> None:
    assert finds({"metadata": {"tags": {"contains": "red"}}}, metadata={"tags": ["red", 1]})
    assert not finds({"metadata": {"tags": {"contains": "re"}}}, metadata={"tags": ["red", 1]})
    assert finds({"metadata": {"tags": {"contains": 1}}}, metadata={"tags": ["red", 1]})
    assert not finds({"metadata": {"tags": {"contains": True}}}, metadata={"tags": ["red", 1]})
    assert finds({"metadata": {"tags": {"icontains": "RED"}}}, metadata={"tags": ["red", 1]})


@pytest.mark.parametrize(
    "condition",
    [
        Condition("said_at", Operator.CONTAINS, "x"),
        Condition("user", Operator.GT, "x"),
        Condition("user", Operator.EQ, 1),
        Condition("categories", Operator.GT, "x"),
        Condition("metadata", Operator.EQ, "x"),
        Condition("metadata", Operator.GT, value=True, key=("k",)),
        Condition("metadata", Operator.ICONTAINS, 1, ("k",)),
        Condition("m.user; --", Operator.EQ, "x"),
    ],
)
def test_a_pairing_without_a_meaning_is_refused(condition: Condition) -> None:
    with pytest.raises(InvalidFilter):
        compile_filter(condition)


@pytest.mark.parametrize(
    ("filter_", "expected"), [(AllOf(()), [0]), (AnyOf(()), []), (NoneOf(()), [0])]
)
def test_empty_groups(filter_: Filter, expected: list[int]) -> None:
    assert rows_found(filter_, [{}]) == expected
