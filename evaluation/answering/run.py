"""A whole run: every question from contexts of every size, read and judged by several threads."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from evaluation.answering.asking import Asker, Outcome, Reply
from evaluation.answering.corrections import Corrections
from evaluation.answering.finding import SYSTEMS, Budget, Finder, Found
from evaluation.answering.judging import (
    Malformed,
    Verdict,
    answer_in,
    judge_for,
    judging,
    read_verdict,
    reading,
)
from evaluation.answering.prompts import digest_of
from evaluation.answering.records import (
    CORRECTED,
    PUBLISHED,
    Answer,
    Asking,
    Judgement,
    Log,
    answer_log,
    asking_of,
    judgement_log,
)
from evaluation.datasets import Asked, Case, Dataset
from evaluation.progress import Progress
from memories import Embedder, ModelRequest, TokenUsage

# How often the judge is asked until its answer is of the form that was asked for.
_JUDGED_AT_MOST: Final = 3
# Contexts that wait for the reader, for each thread: finding is faster than reading.
_WAITING: Final = 2
# How many of the found turns are kept: all that 100 hits can bring in.
_RANKED_KEPT: Final = 300


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is to do.

    Attributes:
        system: a name in `SYSTEMS`.
        budgets: tokens of the contexts; a single None hands over everything.
        parallel: threads that read and judge.
        folder: where everything is kept.
    """

    dataset: Dataset
    system: str
    budgets: Sequence[Budget]
    corrections: Corrections
    parallel: int
    folder: Path

    @property
    def pairs(self) -> int:
        """How many answers the run has in all."""
        return sum(len(case.questions) for case in self.dataset.cases) * len(self.budgets)


def expectations(plan: Plan, question: Asked) -> Iterator[tuple[str, str | None]]:
    """By which keys an answer is judged, and what each expects."""
    yield PUBLISHED, question.answer
    correction = plan.corrections.by_question.get(question.id)
    if correction is not None and correction.answer is not None:
        yield CORRECTED, correction.answer


class Run:
    """Answers and judges what is not finished yet."""

    def __init__(
        self,
        plan: Plan,
        reader: Asker,
        judge: Asker,
        logs: tuple[Log[Answer], Log[Judgement]],
        stopping: threading.Event,
    ) -> None:
        """Take what it works with; nothing is asked yet."""
        self._plan = plan
        self._reader = reader
        self._judge = judge
        self._answers, self._judgements = logs
        self._stopping = stopping
        self._counting = threading.Lock()
        self._done = 0
        self._progress = Progress("answering", plan.pairs)

    def go(self, embedder: Embedder) -> None:
        """Do all that is not finished; whatever is finished is kept, however this ends.

        Raises:
            EvaluationError: a system or a model can't be used.
            RemembrancerError: the engine can't run.
        """
        plan, running = self._plan, set[Future[None]]()
        with ExitStack() as stack:
            pool = stack.enter_context(ThreadPoolExecutor(plan.parallel))
            # However this ends: what was not begun is not begun, what was is kept.
            stack.callback(pool.shutdown, wait=False, cancel_futures=True)
            stack.callback(self._stopping.set)
            finder = stack.enter_context(SYSTEMS[plan.system](embedder, plan.folder / "memories"))
            for question, budget, found in self._found(finder):
                running.add(pool.submit(self._work, question, budget, found))
                if len(running) >= plan.parallel * _WAITING:
                    running = _without_done(running)
            while running:
                running = _without_done(running)

    def _found(self, finder: Finder) -> Iterator[tuple[Asked, Budget, Found | None]]:
        """What is still to be done, each question with what was found for each budget.

        None stands where the answer is there and lacks verdicts alone.
        """
        for case in self._plan.dataset.cases:
            open_ = [(question, self._unanswered(question)) for question in case.questions]
            if any(budgets for _, budgets in open_):
                finder.remember(case)
            for question, budgets in open_:
                yield from self._unjudged(question, budgets)
                if budgets:
                    for budget, found in finder.find(question, budgets).items():
                        yield question, budget, _with_units(found, case)

    def _unanswered(self, question: Asked) -> list[Budget]:
        kept = self._answers.records
        return [
            budget
            for budget in self._plan.budgets
            if (answer := kept.get((question.id, budget))) is None or not answer.is_finished
        ]

    def _unjudged(
        self, question: Asked, unanswered: Sequence[Budget]
    ) -> Iterator[tuple[Asked, Budget, None]]:
        for budget in self._plan.budgets:
            if budget not in unanswered:
                answer = self._answers.records[question.id, budget]
                if self._open_verdicts(question, answer):
                    yield question, budget, None
                else:
                    self._count()

    def _work(self, question: Asked, budget: Budget, found: Found | None) -> None:
        if found is None:
            answer = self._answers.records[question.id, budget]
        else:
            answer = self._read(question, budget, found)
        for by, expected in self._open_verdicts(question, answer):
            self._give_verdict(question, answer, by, expected)
        self._count()

    def _open_verdicts(self, question: Asked, answer: Answer) -> list[tuple[str, str | None]]:
        """By which keys an answer is still to be judged, and what each expects."""
        kept = self._judgements.records
        return [
            (by, expected)
            for by, expected in expectations(self._plan, question)
            if answer.wants_verdict
            and (
                (verdict := kept.get((*answer.key, by, expected))) is None
                or not verdict.is_finished
            )
        ]

    def _read(self, question: Asked, budget: Budget, found: Found) -> Answer:
        request, context_at = reading(question, found.text)
        reply = self._reader.ask(request)
        answer = Answer(
            question=question.id,
            budget=budget,
            category=question.category,
            context_at=context_at,
            context_tokens=found.tokens,
            inside=found.inside,
            ranked=found.ranked[:_RANKED_KEPT],
            is_empty=found.is_empty,
            search_ms=round(found.milliseconds, 3),
            text=answer_in(reply.text),
            asking=asking_of(digest_of(request.instructions), request.prompt, reply),
        )
        self._answers.add(answer)
        return answer

    def _give_verdict(self, question: Asked, answer: Answer, by: str, expected: str | None) -> None:
        judge = judge_for(self._plan.dataset.name, question)
        request = judging(judge, question, expected, answer.text)
        verdict, asking = self._judged(judge, question, request)
        self._judgements.add(
            Judgement(
                question=question.id,
                budget=answer.budget,
                by=by,
                expected=expected,
                judge=judge,
                score=None if verdict is None else verdict.score,
                abstains=None if verdict is None else verdict.abstains,
                reason="" if verdict is None else verdict.reason,
                points=() if verdict is None else verdict.points,
                asking=asking,
            )
        )

    def _judged(
        self, judge: str, question: Asked, request: ModelRequest
    ) -> tuple[Verdict | None, Asking]:
        """The verdict, if the judge gives one in time, and what it took in all."""
        replies: list[Reply] = []
        verdict: Verdict | None = None
        fault: str | None = None
        while verdict is None and len(replies) < _JUDGED_AT_MOST:
            reply = self._judge.ask(request)
            replies.append(reply)
            fault = reply.fault or f"the judge's answer is {reply.outcome}"
            if reply.outcome is not Outcome.COMPLETE:
                break
            try:
                verdict, fault = read_verdict(judge, question, reply.text), None
            except Malformed as error:
                fault = str(error)
        asking = asking_of(
            digest_of(request.instructions),
            request.prompt,
            replace(
                replies[-1],
                usage=sum((each.usage for each in replies), TokenUsage()),
                cost=_total([each.cost for each in replies]),
                fault=fault,
            ),
        )
        return verdict, asking

    def _count(self) -> None:
        with self._counting:
            self._done += 1
            self._progress.show(self._done)


def _total(costs: Sequence[float | None]) -> float | None:
    known = [cost for cost in costs if cost is not None]
    return sum(known) if known else None


def _with_units(found: Found, case: Case) -> Found:
    """Turns as what the data set names as evidence: themselves, or their sessions."""
    return replace(found, inside=case.units_of(found.inside), ranked=case.units_of(found.ranked))


def _without_done(running: set[Future[None]]) -> set[Future[None]]:
    """Those that still run, once one of them has ended; what it raised is raised."""
    done, still = wait(running, return_when=FIRST_COMPLETED)
    for each in done:
        each.result()
    return still


def carry_out(
    plan: Plan, reader: Asker, judge: Asker, embedder: Embedder, stopping: threading.Event
) -> None:
    """Do all that a plan's folder does not hold yet.

    Raises:
        EvaluationError: the folder, a system or a model can't be used.
        RemembrancerError: the engine can't run.
    """
    with answer_log(plan.folder) as answers, judgement_log(plan.folder) as judgements:
        Run(plan, reader, judge, (answers, judgements), stopping).go(embedder)
