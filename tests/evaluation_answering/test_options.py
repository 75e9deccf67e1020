"""The page on evaluation says what the command takes and what it reports."""

from pathlib import Path

from evaluation.answering.failures import RULES
from evaluation.answering.finding import SYSTEMS
from evaluation.answering.options import parser
from tests.docs.pages import rows

PAGE = Path(__file__).resolve().parents[2] / "docs" / "evaluation.md"


def test_every_option_is_in_the_table() -> None:
    page = PAGE.read_text(encoding="utf-8")
    told = page.partition("## Answers, judged")[2].partition("### How it is judged")[0]
    options = {
        option
        for action in parser()._actions
        for option in action.option_strings
        if option.startswith("--") and option != "--help"
    }
    assert {option for option in options if f"`{option}" not in told} == set()


def test_the_systems_that_can_be_named_are_those_there_are() -> None:
    (named,) = [action.choices for action in parser()._actions if action.dest == "system"]
    assert set(named or ()) == SYSTEMS.keys()


def test_every_cause_is_in_the_table() -> None:
    told = {row[0] for row in rows(PAGE)}
    assert {cause.value for cause in RULES} <= told
