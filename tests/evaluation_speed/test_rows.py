import pytest

from evaluation.speed.rows import Figure, Row, Target, percentile
from evaluation.speed.sizes import FULL, SMALL
from evaluation.speed.table import as_json, as_table


def row(value: float, target: Target | None) -> Row:
    return Row(
        key="search",
        what="search",
        unit="ms",
        figure=Figure.of_rounds(value, [value - 1, value + 1]),
        target=target,
        note="made-up vectors",
        parts={"p95_ms": 1234.5},
    )


@pytest.mark.parametrize(
    ("target", "value", "met"),
    [
        (Target(6.0), 6.0, True),
        (Target(6.0), 6.1, False),
        (Target(0.7, at_least=True), 0.7, True),
        (Target(0.7, at_least=True), 0.69, False),
    ],
)
def test_a_target_is_a_bound_from_above_or_below(
    target: Target, value: float, *, met: bool
) -> None:
    assert row(value, target).passed is met


def test_a_figure_without_a_target_neither_passes_nor_fails() -> None:
    assert row(5.0, None).passed is None
    assert "pass" not in as_table([row(5.0, None)], FULL)


def test_the_table_is_aligned_and_says_what_failed() -> None:
    table = as_table([row(5.0, Target(6.0)), row(7.25, Target(6.0))], FULL)
    assert table.splitlines() == [
        "what    measured  lowest to highest   target",
        "search      5 ms             4 to 6  <= 6 ms  pass",
        "    made-up vectors; p95_ms 1,234",
        "search   7.25 ms       6.25 to 8.25  <= 6 ms  FAIL",
        "    made-up vectors; p95_ms 1,234",
    ]


def test_small_sizes_are_not_judged() -> None:
    table = as_table([row(7.25, Target(6.0))], SMALL)
    assert "FAIL" not in table
    assert table.endswith("The targets are about the full sizes, not about these (small).")
    rows = as_json([row(7.25, Target(6.0))], SMALL)["rows"]
    assert isinstance(rows, dict)
    assert rows["search"]["passed"] is None


def test_the_json_says_everything() -> None:
    found = as_json([row(7.25, Target(6.0))], FULL)
    assert found["rows"] == {
        "search": {
            "what": "search",
            "unit": "ms",
            "measured": 7.25,
            "lowest": 6.25,
            "highest": 8.25,
            "at_most": 6.0,
            "at_least": None,
            "passed": False,
            "note": "made-up vectors",
            "parts": {"p95_ms": 1234.5},
        }
    }
    assert found["sizes"] == "full"


def test_a_percentile_is_a_measured_value() -> None:
    assert percentile([5.0, 1.0, 4.0, 2.0, 3.0], 0.5) == 3.0
    assert percentile(list(map(float, range(100))), 0.95) == 95.0
    assert percentile([1.0], 0.95) == 1.0
