"""Asks a model with patience, and counts what it takes."""

import threading
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from evaluation.answering.prices import Price
from evaluation.faults import EvaluationError
from memories import (
    Ending,
    LanguageModel,
    LanguageModelBusy,
    LanguageModelFailed,
    ModelAnswer,
    ModelRequest,
    TokenUsage,
)

_FIRST_WAIT_SECONDS: Final = 1.0
_LONGEST_WAIT_SECONDS: Final = 60.0
# So many requests refused before any was answered: the key or the address is wrong.
_REFUSED_AT_FIRST: Final = 3


class Outcome(StrEnum):
    """How a request ended: as the model's `Ending`, or without an answer.

    `BUSY` was overloaded for longer than it is waited for; `FAILED` refused the request itself.
    """

    COMPLETE = "complete"
    CUT = "cut"
    REFUSED = "refused"
    BUSY = "busy"
    FAILED = "failed"


_OUTCOMES: Final = {
    Ending.COMPLETE: Outcome.COMPLETE,
    Ending.CUT: Outcome.CUT,
    Ending.REFUSED: Outcome.REFUSED,
}


class Stopped(Exception):
    """The run was stopped while it waited for a model."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of asking.

    Attributes:
        text: the model's words; empty without an answer.
        model: as the provider names it; None without an answer.
        usage: tokens as the provider counts them.
        seconds: that the answer itself took, without waiting before it.
        cost: at the user's price; None where none was named.
        fault: why there is no answer.
    """

    text: str
    outcome: Outcome
    model: str | None = None
    usage: TokenUsage = field(default_factory=TokenUsage)
    seconds: float = 0.0
    cost: float | None = None
    fault: str | None = None


class Asker:
    """One model, asked by several threads."""

    def __init__(
        self,
        model: LanguageModel,
        *,
        patience_seconds: float,
        stopping: threading.Event,
        price: Price | None = None,
    ) -> None:
        """Take the model; nothing is sent yet.

        Args:
            model: what to ask.
            patience_seconds: how long a request waits for an overloaded model in all.
            stopping: set when nothing more is to be asked.
            price: what its tokens cost.
        """
        self._model = model
        self._patience = patience_seconds
        self._stopping = stopping
        self._price = price
        self._counting = threading.Lock()
        self._has_answered = False
        self._refused = 0

    def ask(self, request: ModelRequest) -> Reply:
        """What came of a request.

        Raises:
            EvaluationError: the model refuses everything.
            Stopped: the run was stopped meanwhile.
        """
        waited, wait = 0.0, _FIRST_WAIT_SECONDS
        while not self._stopping.is_set():
            started = time.perf_counter()
            try:
                answer = self._model.ask(request)
            except LanguageModelBusy as error:
                wait = max(wait, error.retry_after or 0.0)
                if waited + wait > self._patience:
                    return Reply("", Outcome.BUSY, fault=str(error))
                self._stopping.wait(wait)
                waited, wait = waited + wait, min(wait * 2, _LONGEST_WAIT_SECONDS)
            except LanguageModelFailed as error:
                self._count_refusal(error)
                return Reply("", Outcome.FAILED, fault=str(error))
            else:
                return self._reply(answer, time.perf_counter() - started)
        raise Stopped

    def _reply(self, answer: ModelAnswer, seconds: float) -> Reply:
        with self._counting:
            self._has_answered = True
        return Reply(
            text=answer.text,
            outcome=_OUTCOMES[answer.ending],
            model=answer.model,
            usage=answer.usage,
            seconds=seconds,
            cost=None if self._price is None else self._price.of(answer.usage),
        )

    def _count_refusal(self, error: LanguageModelFailed) -> None:
        with self._counting:
            self._refused += 1
            if not self._has_answered and self._refused >= _REFUSED_AT_FIRST:
                raise EvaluationError(
                    f"{error}: it has refused the first {self._refused} requests; "
                    "see to its address, name and key"
                ) from error
