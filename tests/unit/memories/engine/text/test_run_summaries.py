"""Summaries of runs as texts, and back."""

from hypothesis import given
from hypothesis import strategies as st

from memories.engine.domain import RunSummary
from memories.engine.text.run_summaries import read, written

# A statement is on one line and not empty.
STATEMENTS = st.text(min_size=1).map(lambda text: " ".join(text.split())).filter(bool)
LISTS = st.lists(STATEMENTS, max_size=3).map(tuple)
SAID = STATEMENTS | st.just("")


@given(st.builds(RunSummary, SAID, LISTS, LISTS, LISTS, LISTS, SAID, LISTS))
def test_a_summary_is_read_as_it_was_written(summary: RunSummary) -> None:
    assert read(written(summary)) == summary


def test_headings_without_anything_are_left_out() -> None:
    summary = RunSummary(steps=("asked: yes",), open=("Task: wait",))
    assert written(summary) == "Steps:\n- asked: yes\nOpen:\n- Task: wait"


def test_lines_of_another_form_are_passed_over() -> None:
    assert read(
        "Hello.\n- lost\nSteps:\n- kept\nNote: none\n- kept too\nSteps: no\n"
    ) == RunSummary(steps=("kept", "kept too"))


def test_a_later_summary_adds_and_says_where_things_stand() -> None:
    first = RunSummary("Order a rudder", ("asked",), state="waiting", open=("order",))
    later = RunSummary("", ("ordered",), state="ordered")
    assert first.followed_by(later) == RunSummary(
        "Order a rudder", ("asked", "ordered"), state="ordered"
    )
    assert not RunSummary(task="Order a rudder")
