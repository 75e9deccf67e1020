"""What a run will read and write, before it is begun."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from evaluation.answering.finding import Budget, WholeFinder
from evaluation.answering.judging import judge_for, judging, reading
from evaluation.answering.prices import Price, tokens_in
from evaluation.answering.records import Answer, Judgement
from evaluation.answering.run import Plan, expectations
from evaluation.datasets import Asked, Case
from memories import ModelRequest, TokenUsage

# What models without visible thoughts write, roughly; those with thoughts write more.
_ANSWER: Final = "word " * 150
_VERDICT_TOKENS: Final = 60


@dataclass(frozen=True, slots=True)
class Predicted:
    """What is still to be asked of a model.

    Attributes:
        requests: how many.
        tokens: about how many, at 3.6 bytes a token.
    """

    requests: int = 0
    tokens: TokenUsage = field(default_factory=TokenUsage)

    def and_(self, request: ModelRequest, context: int, written: int) -> "Predicted":
        """With one request more, whose context has so many tokens, and whose answer."""
        read = tokens_in(request.instructions) + tokens_in(request.prompt) + context
        return Predicted(self.requests + 1, self.tokens + TokenUsage(read=read, written=written))


def predict(
    plan: Plan, answers: Iterable[Answer], judgements: Iterable[Judgement]
) -> Mapping[str, Predicted]:
    """What a plan still asks of reader and judge, after what is finished."""
    answered = {each.key: each for each in answers if each.is_finished}
    judged = {each.key for each in judgements if each.is_finished}
    reader, judge = Predicted(), Predicted()
    for case, question, budget in _asked(plan):
        answer = answered.get((question.id, budget))
        if answer is None:
            size = _whole(case) if budget is None else budget
            reader = reader.and_(reading(question, "")[0], size, tokens_in(_ANSWER))
        if answer is not None and not answer.wants_verdict:
            continue
        name = judge_for(plan.dataset.name, question)
        for by, expected in expectations(plan, question):
            if (question.id, budget, by, expected) not in judged:
                request = judging(name, question, expected, _ANSWER)
                points = max(1, len(question.rubric))
                judge = judge.and_(request, 0, points * _VERDICT_TOKENS)
    return {"reader": reader, "judge": judge}


def _asked(plan: Plan) -> Iterator[tuple[Case, Asked, Budget]]:
    for case in plan.dataset.cases:
        for question in case.questions:
            for budget in plan.budgets:
                yield case, question, budget


def _whole(case: Case) -> int:
    finder = WholeFinder()
    finder.remember(case)
    return finder.find(case.questions[0], [None])[None].tokens


def in_words(predicted: Mapping[str, Predicted], prices: Mapping[str, Price]) -> Iterator[str]:
    """A line for each role, and one for the cost where all prices are known."""
    for role, each in predicted.items():
        yield (
            f"{role}: {each.requests} requests, about {each.tokens.read:,} tokens read and "
            f"{each.tokens.written:,} written"
        )
    if prices.keys() >= predicted.keys():
        cost = sum(prices[role].of(each.tokens) for role, each in predicted.items())
        yield f"cost: about {cost:,.2f} at the prices given"
