"""What a filter means, in the SQL of every adapter."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memories.engine.domain import AllOf, AnyOf, Condition, Filter, JsonValue, NoneOf, Operator
from memories.engine.errors import InvalidFilter
from memories.engine.retrieval.filters import FilterLimits, parse_filter
from tests.contracts.filter_oracle import matches
from tests.contracts.filtering import Filtering

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


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(raw=filters, table=st.lists(rows, min_size=1, max_size=6))
def test_sql_lets_through_what_the_filter_means(
    filtering: Filtering, raw: Mapping[str, object], table: list[dict[str, object]]
) -> None:
    filter_ = parse_filter(raw, limits=FilterLimits(depth=20, nodes=500))
    expected = [place for place, row in enumerate(table) if matches(filter_, row)]
    assert filtering.rows_found(filter_, table) == expected


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
def test_any_key_is_found_and_no_other(filtering: Filtering, key: str) -> None:
    assert filtering.finds({"metadata": {key: {"eq": 7}}}, metadata={key: 7, "other": 8})
    assert not filtering.finds({"metadata": {key: {"eq": 8}}}, metadata={key: 7, "other": 8})
    assert filtering.finds({"metadata": {"trip": {key: {"gt": 6}}}}, metadata={"trip": {key: 7}})
    assert not filtering.finds({"metadata": {key: "*"}}, metadata={f"{key}x": 7})


def test_a_key_named_like_an_operator_is_reached_by_dots(filtering: Filtering) -> None:
    assert filtering.finds({"metadata.eq": 7}, metadata={"eq": 7})
    assert filtering.finds({"metadata.trip.eq": {"gt": 6}}, metadata={"trip": {"eq": 7}})


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
def test_types_in_metadata_never_mix(filtering: Filtering, wanted: object, found: object) -> None:
    for test in ({"eq": wanted}, {"in": [wanted]}):
        assert not filtering.finds({"metadata": {"k": test}}, metadata={"k": found})
        assert not filtering.finds({"metadata": {"k": test}}, metadata={})
    for test in ({"ne": wanted}, {"nin": [wanted]}):
        assert filtering.finds({"metadata": {"k": test}}, metadata={"k": found})
        assert filtering.finds({"metadata": {"k": test}}, metadata={})


def test_whole_and_decimal_numbers_are_equal(filtering: Filtering) -> None:
    assert filtering.finds({"metadata": {"k": 1}}, metadata={"k": 1.0})
    assert filtering.finds({"metadata": {"k": {"in": [1.0]}}}, metadata={"k": 1})


@pytest.mark.parametrize(
    ("operator", "expected"),
    [("gt", "001"), ("gte", "011"), ("lt", "100"), ("lte", "110"), ("eq", "010"), ("ne", "101")],
)
def test_bounds_are_within_where_the_operator_says_so(
    filtering: Filtering, operator: str, expected: str
) -> None:
    numbers = [
        filtering.finds({"metadata": {"k": {operator: 5}}}, metadata={"k": k}) for k in (4, 5, 6)
    ]
    words = [
        filtering.finds({"metadata": {"k": {operator: "b"}}}, metadata={"k": k}) for k in "abc"
    ]
    times = [filtering.finds({"created_at": {operator: DAYS[1]}}, said_at=at) for at in DAYS[:3]]
    assert numbers == words == times == [digit == "1" for digit in expected]


def test_null_and_missing_metadata_are_alike(filtering: Filtering) -> None:
    for metadata in ({}, {"k": None}):
        assert filtering.finds({"metadata": {"k": None}}, metadata=metadata)
        assert not filtering.finds({"metadata": {"k": "*"}}, metadata=metadata)
    assert filtering.finds({"metadata": {"k": "*"}}, metadata={"k": []})


def test_a_row_without_a_value_is_unlike_any(filtering: Filtering) -> None:
    assert filtering.finds({"user_id": {"ne": "anna"}}, user=None)
    assert filtering.finds({"user_id": {"nin": ["anna"]}}, user=None)
    assert filtering.finds({"NOT": {"user_id": "anna"}}, user=None)
    assert filtering.finds({"NOT": {"created_at": {"gt": "2024-02-28"}}}, said_at=None)
    assert not filtering.finds({"user_id": "*"}, user=None)
    assert filtering.finds({"user_id": None}, user=None)


def test_case_is_folded_in_every_script(filtering: Filtering) -> None:
    assert filtering.finds({"keywords": {"icontains": "ЁЛКА"}}, text="Вот ёлка")
    assert filtering.finds({"keywords_search": "strasse"}, text="Lange Straße 5")
    assert not filtering.finds({"keywords": {"contains": "straße"}}, text="Lange STRASSE 5")
    assert filtering.finds({"categories": {"contains": "HOB"}}, categories=["hobbies"])
    assert not filtering.finds({"categories": "HOBBIES"}, categories=["hobbies"])


def test_percent_and_underscore_are_letters(filtering: Filtering) -> None:
    assert not filtering.finds({"text": {"contains": "%"}}, text="100 per cent")
    assert not filtering.finds({"text": {"icontains": "a_b"}}, text="axb")


def test_values_are_never_part_of_the_sql(filtering: Filtering) -> None:
    nasty = "x'); DROP TABLE memory; --"
    sql, values = filtering.compiled(parse_filter({"user_id": nasty, "metadata": {nasty: nasty}}))
    assert "DROP" not in sql
    assert sum(nasty in str(value) for value in values) == 3
    assert sql.count(filtering.placeholder) == len(values)


def test_a_thousand_values_are_one_parameter(filtering: Filtering) -> None:
    wanted = [f"user{number}" for number in range(1000)]
    sql, values = filtering.compiled(parse_filter({"user_id": wanted}))
    assert sql.count(filtering.placeholder) == len(values) == 1
    assert filtering.finds({"user_id": wanted}, user="user999")
    assert not filtering.finds({"user_id": []}, user="user999")
    assert filtering.finds({"user_id": {"nin": []}}, user=None)


def test_fifty_comparisons_five_deep_are_within_the_databases_limits(filtering: Filtering) -> None:
    raw: object = {"AND": [{"metadata": {"k": {"contains": "a"}}}] * 45}
    for _ in range(4):
        raw = {"NOT": [raw]}
    assert filtering.finds(raw, metadata={"k": ["a"]})


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
def test_a_day_reaches_to_its_end(
    filtering: Filtering, day: str, operator: str, *, expected: bool
) -> None:
    at = datetime(2024, 2, 28, 23, 59, 59, 999_999, tzinfo=UTC)
    assert filtering.finds({"created_at": {operator: day}}, said_at=at) is expected


def test_an_event_fits_where_it_overlaps(filtering: Filtering) -> None:
    start, until = datetime(2024, 2, 28, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)
    for raw, expected in (
        ({"eq": "2024-02-29"}, True),
        ({"eq": "2024-03-01"}, False),
        ({"gte": "2024-02-29", "lte": "2024-02-29"}, True),
        ({"gt": "2024-02-29"}, False),
        ({"lt": "2024-02-28"}, False),
        ({"ne": "2024-02-29"}, False),
    ):
        found = filtering.finds({"occurred_at": raw}, occurred_from=start, occurred_until=until)
        assert found is expected, raw
    assert filtering.finds({"occurred_at": {"ne": "2024-02-29"}})


def test_contains_finds_elements_of_a_list(filtering: Filtering) -> None:
    assert filtering.finds(
        {"metadata": {"tags": {"contains": "red"}}}, metadata={"tags": ["red", 1]}
    )
    assert not filtering.finds(
        {"metadata": {"tags": {"contains": "re"}}}, metadata={"tags": ["red", 1]}
    )
    assert filtering.finds({"metadata": {"tags": {"contains": 1}}}, metadata={"tags": ["red", 1]})
    assert not filtering.finds(
        {"metadata": {"tags": {"contains": True}}}, metadata={"tags": ["red", 1]}
    )
    assert filtering.finds(
        {"metadata": {"tags": {"icontains": "RED"}}}, metadata={"tags": ["red", 1]}
    )


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
def test_a_pairing_without_a_meaning_is_refused(filtering: Filtering, condition: Condition) -> None:
    with pytest.raises(InvalidFilter):
        filtering.compiled(condition)


@pytest.mark.parametrize(
    ("filter_", "expected"), [(AllOf(()), [0]), (AnyOf(()), []), (NoneOf(()), [0])]
)
def test_empty_groups(filtering: Filtering, filter_: Filter, expected: list[int]) -> None:
    assert filtering.rows_found(filter_, [{}]) == expected
