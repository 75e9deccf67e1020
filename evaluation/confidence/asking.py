"""Questions with and without an answer, asked of the conversations of a data set."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Final

from evaluation.datasets import Case, Dataset
from evaluation.embedding_cache import CachedEmbedder
from evaluation.remembering import scope_of
from evaluation.retrieval.measuring import remember
from memories import Confidence, Memory

# Every so manieth question of another conversation: about as many as are unanswerable by nature.
_OF_ANOTHER: Final = 4


@dataclass(frozen=True, slots=True)
class Sample:
    """One question that was asked.

    Attributes:
        kind: what sort of question it is.
        answerable: the conversation holds an answer.
        group: number of the conversation.
    """

    kind: str
    answerable: bool
    group: int
    confidence: Confidence


def ask_all(dataset: Dataset, embedder: CachedEmbedder) -> list[Sample]:
    """Ask each conversation its own questions and some of the next one's.

    Those of the next are asked of this one's speakers, and both also without names: "Where does
    Ana work?" also as "Where does work?".
    """
    samples: list[Sample] = []
    for group, case in enumerate(dataset.cases):
        other = dataset.cases[(group + 1) % len(dataset.cases)]
        with Memory(embedder=embedder) as memory:
            remember(memory, case, embedder)
            scope = scope_of(memory, case.conversation)
            for kind, text, answerable in _questions(case, other):
                found = memory.search(text, scope=scope, reference_time=case.questions[0].at)
                if found.confidence is not None:
                    samples.append(Sample(kind, answerable, group, found.confidence))
    return samples


def _questions(case: Case, other: Case) -> Iterator[tuple[str, str, bool]]:
    here, there = _names(case), _names(other)
    for asked in case.questions:
        yield ("asked" if asked.answerable else "unanswerable"), asked.text, asked.answerable
        bare = _renamed(asked.text, dict.fromkeys(here, ""))
        if bare != asked.text:
            yield "asked without names", bare, True
    for asked in other.questions[::_OF_ANOTHER]:
        ours = dict(zip(there, cycle(here), strict=False))
        yield "of another", _renamed(asked.text, ours), False
        bare = _renamed(asked.text, dict.fromkeys(there, ""))
        if bare != asked.text:
            yield "of another, without names", bare, False


def _names(case: Case) -> list[str]:
    turns = [turn for session in case.conversation.sessions for turn in session.turns]
    return sorted({turn.name for turn in turns if turn.name})


def _renamed(text: str, names: dict[str, str]) -> str:
    for name, new in names.items():
        pattern = rf"\b{re.escape(name)}\b" + ("" if new else r"(?:['’]s)?\s*")
        text = re.sub(pattern, new, text)
    return text
