"""Waiting for an overloaded model, and what an answer cost."""

import threading

import pytest

from evaluation.answering.asking import Asker, Outcome, Stopped
from evaluation.answering.prices import Price
from evaluation.faults import EvaluationError
from memories import (
    Ending,
    LanguageModelBusy,
    LanguageModelFailed,
    ModelAnswer,
    ModelRequest,
    TokenUsage,
)
from memories.engine.ports.language_model import ScriptedModel

REQUEST = ModelRequest("Be brief.", "Where?")
USAGE = TokenUsage(read=1000, read_from_cache=2000, written_to_cache=500, written=100)


def asker(
    answers: list[str | Exception | ModelAnswer],
    *,
    patience: float = 10.0,
    stopping: threading.Event | None = None,
    price: Price | None = None,
) -> Asker:
    def answer(request: ModelRequest) -> str | ModelAnswer:
        said = answers.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    return Asker(
        ScriptedModel(answer),
        patience_seconds=patience,
        stopping=stopping or threading.Event(),
        price=price,
    )


def test_a_busy_model_is_asked_again_after_a_while() -> None:
    busy = LanguageModelBusy("overloaded", retry_after=0.0)
    reply = asker([busy, "Lisbon"]).ask(REQUEST)
    assert (reply.text, reply.outcome, reply.model) == ("Lisbon", Outcome.COMPLETE, "scripted")
    assert reply.seconds < 0.9  # the second that it waited is not the answer's


def test_patience_ends() -> None:
    busy = LanguageModelBusy("answered 529", retry_after=20.0)
    reply = asker([busy], patience=10.0).ask(REQUEST)
    assert (reply.outcome, reply.fault, reply.text) == (Outcome.BUSY, "answered 529", "")


def test_an_answer_costs_what_its_tokens_cost() -> None:
    answer = ModelAnswer("Lisbon", Ending.COMPLETE, USAGE, "claude")
    price = Price(read=3.0, written=15.0, read_from_cache=0.3)
    reply = asker([answer], price=price).ask(REQUEST)
    assert reply.cost == pytest.approx((1500 * 3 + 2000 * 0.3 + 100 * 15) / 1_000_000)
    assert asker([answer]).ask(REQUEST).cost is None


@pytest.mark.parametrize(
    ("ending", "outcome"), [(Ending.CUT, Outcome.CUT), (Ending.REFUSED, Outcome.REFUSED)]
)
def test_cut_answers_and_refusals_are_told_apart(ending: Ending, outcome: Outcome) -> None:
    assert asker([ModelAnswer("", ending, USAGE, "m")]).ask(REQUEST).outcome is outcome


def test_who_refuses_three_requests_before_any_answer_ends_the_run() -> None:
    failed = LanguageModelFailed("m answered 401")
    asked = asker([failed, failed, failed])
    assert asked.ask(REQUEST).outcome is Outcome.FAILED
    assert asked.ask(REQUEST).fault == "m answered 401"
    with pytest.raises(EvaluationError, match="m answered 401: it has refused the first 3"):
        asked.ask(REQUEST)


def test_who_has_answered_once_may_refuse_more() -> None:
    failed = LanguageModelFailed("m answered 400")
    asked = asker(["Lisbon", failed, failed, failed, failed])
    outcomes = [asked.ask(REQUEST).outcome for _ in range(5)]
    assert outcomes == [Outcome.COMPLETE, *[Outcome.FAILED] * 4]


def test_a_stopped_run_does_not_wait() -> None:
    stopping = threading.Event()
    asked = asker([LanguageModelBusy("busy", retry_after=60.0)], patience=600, stopping=stopping)
    threading.Timer(0.05, stopping.set).start()
    with pytest.raises(Stopped):
        asked.ask(REQUEST)
