"""The questions that are answered worst, with what was found instead, for people to read."""

from collections.abc import Mapping, Sequence
from typing import Final

from evaluation.baselines import speeches
from evaluation.datasets import Asked, Case, Dataset
from evaluation.retrieval.measured import Answered, Measured
from evaluation.retrieval.metrics import ndcg, recall

_SHOWN: Final = 30
_JUDGED_AT: Final = 10
_FOUND_SHOWN: Final = 5
_MOST_CHARACTERS: Final = 300


def worst_questions(dataset: Dataset, measured: Sequence[Measured]) -> str:
    """The 30 answerable questions with the least recall at 10, then the least NDCG, as Markdown."""
    ranked: list[tuple[tuple[float, float, str], str]] = []
    for case, each in zip(dataset.cases, measured, strict=True):
        for question, answered in zip(case.questions, each.answers, strict=True):
            if question.answerable:
                share = recall(answered.ranked, question.evidence, _JUDGED_AT)
                gain = ndcg(answered.ranked, question.evidence, _JUDGED_AT)
                section = _section(share, case, question, answered)
                ranked.append(((share, gain, question.id), section))
    sections = [section for _, section in sorted(ranked)[:_SHOWN]]
    title = f"# The {len(sections)} worst of {len(ranked)} questions of {dataset.file}"
    return "\n\n".join([title, *sections]) + "\n"


def _section(share: float, case: Case, question: Asked, answered: Answered) -> str:
    texts = _texts(case)
    summary = (
        f"{question.id}, {question.label}, expected: {question.answer}; "
        f"{share:.0%} of the evidence among the first {_JUDGED_AT}."
    )
    wanted = [(each, _place(each, answered.ranked)) for each in question.evidence]
    instead = [
        (each, str(place))
        for place, each in enumerate(answered.ranked, start=1)
        if each not in question.evidence
    ]
    return "\n\n".join(
        [
            f"## {question.text}",
            summary,
            _table("Evidence", wanted, texts),
            _table("Found instead", instead[:_FOUND_SHOWN], texts),
        ]
    )


def _table(title: str, rows: Sequence[tuple[str, str]], texts: Mapping[str, str]) -> str:
    lines = [f"| {title} | At | Words |", "|---|---|---|"]
    lines += [f"| {unit} | {place} | {_cell(texts.get(unit, ''))} |" for unit, place in rows]
    return "\n".join(lines)


def _texts(case: Case) -> dict[str, str]:
    """The words of each turn; of a session, those it begins with."""
    texts = speeches(case.conversation)
    if not case.ranks_sessions:
        return texts
    return {
        session.id: " / ".join(turn.text for turn in session.turns[:2])
        for session in case.conversation.sessions
    }


def _place(unit: str, ranked: Sequence[str]) -> str:
    return str(ranked.index(unit) + 1) if unit in ranked else "not found"


def _cell(text: str) -> str:
    line = " ".join(text.replace("|", "\\|").split())
    return line if len(line) <= _MOST_CHARACTERS else line[: _MOST_CHARACTERS - 1] + "…"
