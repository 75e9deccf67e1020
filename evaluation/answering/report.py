"""What a run came to, as JSON: `report.json`, from which the page is made.

A score is 1 for a right answer and 0 for a wrong one; of BEAM, the mean of a rubric's points. What
has no answer or no verdict scores 0 and is counted in `faults`. Every `accuracy` is the mean score
with its 95 % `interval`. Under `sizes` stands one block for each budget of tokens ("all" where
everything is handed over):

    answers            how many questions were answered from contexts of that size
    published          accuracy by the data set's key: overall, without_unanswerable (LoCoMo and
                       LongMemEval as others report them) and by_category
    corrected          the same by the corrected key: dropped questions are left out
    abstention         unanswerable: how many questions have no answer, abstained: in how many of
                       them the answer says so; answerable and wrongly_abstained likewise. null
                       for BEAM, whose judge is not asked that
    context_tokens     mean, at 3.6 bytes a token
    reader_tokens, judge_tokens   in all, as the provider counts them
    cost               in all; null where no price was named
    seconds            of search, reader and judge: p50 and p95
    empty              contexts in which nothing was found
    faults             answers and verdicts that ended otherwise than whole, by how they ended
    unfinished         how many answers are missing or lack a verdict: the same run, started again,
                       asks for them again
    failures           how many answers are not fully right by the published key, by cause

    against            another run, question by question: what differs between the two runs, and
                       for each size the pairs, how many are right in one alone, McNemar's exact p,
                       and the difference of the mean scores with its interval
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from evaluation.answering.asking import Outcome
from evaluation.answering.failures import Cause, cause_of
from evaluation.answering.finding import Budget
from evaluation.answering.records import CORRECTED, PUBLISHED, Answer, Judgement
from evaluation.answering.run import Plan, expectations
from evaluation.answering.significance import Comparison, mean_with_interval
from evaluation.datasets import Asked
from evaluation.files import Json

_DECIMALS: Final = 4
_PERCENTILES: Final = (50, 95)


@dataclass(frozen=True, slots=True)
class Judged:
    """A question with its answer and the verdicts on it.

    Attributes:
        score: by the published key; 0 without a verdict.
        corrected_score: by the corrected key; None for a question that it drops.
        cause: why it is not fully right; None if it is.
        is_unfinished: whether the same run, started again, asks for it again.
    """

    question: Asked
    answer: Answer
    published: Judgement | None
    corrected: Judgement | None
    score: float
    corrected_score: float | None
    cause: Cause | None
    is_unfinished: bool


class Outcomes:
    """All answers of a plan, with what was said of them."""

    def __init__(
        self, plan: Plan, answers: Iterable[Answer], judgements: Iterable[Judgement]
    ) -> None:
        """Take what a run's folder holds."""
        self._plan = plan
        self._answers = {answer.key: answer for answer in answers}
        self._judgements = {judgement.key: judgement for judgement in judgements}

    @cached_property
    def by_budget(self) -> Mapping[Budget, Sequence[Judged]]:
        """The answers of each size, in the order of the questions."""
        questions = [question for case in self._plan.dataset.cases for question in case.questions]
        return {
            budget: [
                self._judged(question, self._answers[question.id, budget])
                for question in questions
                if (question.id, budget) in self._answers
            ]
            for budget in self._plan.budgets
        }

    def _judged(self, question: Asked, answer: Answer) -> Judged:
        correction = self._plan.corrections.by_question.get(question.id)
        verdicts = {
            by: self._judgements.get((*answer.key, by, expected))
            for by, expected in expectations(self._plan, question)
        }
        published, corrected = verdicts[PUBLISHED], verdicts.get(CORRECTED)
        score = _score(published)
        is_dropped = correction is not None and correction.answer is None
        lacks = any(verdict is None or not verdict.is_finished for verdict in verdicts.values())
        cause = cause_of(question, answer, published, corrected, correction)
        return Judged(
            question=question,
            answer=answer,
            published=published,
            corrected=corrected,
            score=score,
            corrected_score=None
            if is_dropped
            else (_score(corrected) if CORRECTED in verdicts else score),
            cause=None if score == 1 else cause,
            is_unfinished=not answer.is_finished or (answer.wants_verdict and lacks),
        )


def _score(judgement: Judgement | None) -> float:
    return 0.0 if judgement is None or judgement.score is None else judgement.score


def size_name(budget: Budget) -> str:
    """A budget as a key of the report."""
    return "all" if budget is None else str(budget)


def build(plan: Plan, outcomes: Outcomes, manifest: Mapping[str, Json]) -> dict[str, Json]:
    """The report of a run.

    Args:
        plan: what was to be done.
        outcomes: what came of it.
        manifest: what it was made with.
    """
    graded = plan.dataset.name == "beam"
    sizes: dict[str, Json] = {
        size_name(budget): _size(judged, graded=graded)
        for budget, judged in outcomes.by_budget.items()
        if judged
    }
    return {"manifest": dict(manifest), "wanted": plan.pairs, "sizes": sizes}


def _size(judged: Sequence[Judged], *, graded: bool) -> dict[str, Json]:
    published = [(each.question, each.score) for each in judged]
    corrected = [
        (each.question, each.corrected_score) for each in judged if each.corrected_score is not None
    ]
    verdicts = [verdict for each in judged for verdict in (each.published, each.corrected)]
    given = [verdict for verdict in verdicts if verdict is not None]
    answers = [each.answer for each in judged]
    askings = [each.asking for each in answers] + [each.asking for each in given]
    costs = [asking.cost for asking in askings if asking.cost is not None]
    return {
        "answers": len(judged),
        "published": _accuracies(published, graded=graded),
        "corrected": _accuracies(corrected, graded=graded),
        "abstention": None if graded else _abstention(judged),
        "context_tokens": round(float(np.mean([each.context_tokens for each in answers])), 1),
        "reader_tokens": _tokens(answers),
        "judge_tokens": _tokens(given),
        "cost": round(sum(costs), 6) if costs else None,
        "seconds": {
            "search": _percentiles([each.search_ms / 1000 for each in answers]),
            "reader": _percentiles([each.asking.seconds for each in answers]),
            "judge": _percentiles([each.asking.seconds for each in given]),
        },
        "empty": sum(each.is_empty for each in answers),
        "faults": _faults(answers, given),
        "unfinished": sum(each.is_unfinished for each in judged),
        "failures": _failures(judged),
    }


def _accuracies(scored: Sequence[tuple[Asked, float]], *, graded: bool) -> dict[str, Json]:
    """Accuracy of all questions and of each category; empty without any."""
    if not scored:
        return {}
    labels = {question.category: question.label for question, _ in scored}
    by_category: dict[str, Json] = {
        category: {
            "label": labels[category],
            **_accuracy([s for question, s in scored if question.category == category], graded),
        }
        for category in sorted(labels)
    }
    answerable = [score for question, score in scored if question.answerable]
    return {
        "overall": _accuracy([score for _, score in scored], graded),
        "without_unanswerable": _accuracy(answerable, graded) if answerable else None,
        "by_category": by_category,
    }


def _accuracy(scores: Sequence[float], graded: bool) -> dict[str, Json]:
    mean, (low, high) = mean_with_interval(scores, graded=graded)
    interval: list[Json] = [round(low, _DECIMALS), round(high, _DECIMALS)]
    return {"questions": len(scores), "accuracy": round(mean, _DECIMALS), "interval": interval}


def _abstention(judged: Sequence[Judged]) -> dict[str, Json]:
    def abstained(each: Judged) -> bool:
        return each.published is not None and each.published.abstains is True

    unanswerable = [each for each in judged if not each.question.answerable]
    answerable = [each for each in judged if each.question.answerable]
    return {
        "unanswerable": len(unanswerable),
        "abstained": sum(map(abstained, unanswerable)),
        "answerable": len(answerable),
        "wrongly_abstained": sum(map(abstained, answerable)),
    }


def _tokens(records: Sequence[Answer] | Sequence[Judgement]) -> dict[str, Json]:
    total: Counter[str] = Counter()
    for each in records:
        total.update(each.asking.tokens)
    return dict(total)


def _percentiles(seconds: Sequence[float]) -> dict[str, Json]:
    if not seconds:
        return {}
    found = np.percentile(seconds, _PERCENTILES).tolist()
    return {
        f"p{percentile}": round(value, _DECIMALS)
        for percentile, value in zip(_PERCENTILES, found, strict=True)
    }


def _faults(answers: Sequence[Answer], given: Sequence[Judgement]) -> dict[str, Json]:
    answered = Counter(
        f"reader {each.asking.outcome}"
        for each in answers
        if each.asking.outcome != Outcome.COMPLETE
    )
    judged = Counter(f"judge: {each.asking.fault}" for each in given if each.score is None)
    return {**answered, **judged}


def _failures(judged: Sequence[Judged]) -> dict[str, Json]:
    found = Counter(each.cause for each in judged if each.cause is not None)
    return {cause.value: found[cause] for cause in Cause}


def comparison_as_json(comparison: Comparison) -> dict[str, Json]:
    """A comparison's fields, rounded."""
    interval: list[Json] = [round(each, _DECIMALS) for each in comparison.interval]
    return {
        "pairs": comparison.pairs,
        "only_first": comparison.only_first,
        "only_second": comparison.only_second,
        "p": round(comparison.p, _DECIMALS),
        "difference": round(comparison.difference, _DECIMALS),
        "interval": interval,
    }
