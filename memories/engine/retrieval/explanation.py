"""Says for each hit what each signal gave, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from memories.engine.domain import Candidates, Intent, MemoryRecord, Signal, Stage
from memories.engine.ports.embedder import SimilarityScale
from memories.engine.retrieval.fusion import SESSION_WEIGHT, Fused
from memories.engine.retrieval.query import Query
from memories.engine.retrieval.query_vector import QueryVector
from memories.engine.retrieval.signals import Finding
from memories.engine.retrieval.signals.entity import Subjects
from memories.engine.retrieval.signals.temporal import AskedTime, explain_time
from memories.engine.text.states import state_of

_ASKED: Final[Mapping[Intent, str]] = {
    Intent.ANY: "the state of then",
    Intent.CURRENT: "the current state",
    Intent.PREFERENCE: "a preference",
    Intent.NEWEST: "the newest",
    Intent.OLDEST: "the oldest",
    Intent.HISTORY: "a history",
    Intent.LIST: "a list",
    Intent.COUNT: "a count",
    Intent.ORDER: "an order",
}


@dataclass(frozen=True, slots=True)
class Findings:
    """What the signals made of the question.

    Attributes:
        query: what the rows are judged by: the question, without the event that bounds its time
            where that was found.
        question: its vector.
        by_signal: what each that applies found.
        degraded: why any of them could not.
    """

    query: Query
    question: QueryVector
    asked: AskedTime
    subjects: Subjects
    by_signal: Mapping[Signal, Finding]
    degraded: Mapping[Signal | Stage, str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a search knows beyond the scores."""

    found: Findings
    candidates: Candidates
    fused: Fused
    scale: SimilarityScale

    @property
    def terms(self) -> tuple[str, ...]:
        """Terms that the question was looked up under."""
        return tuple(term for terms in self.found.query.alternatives for term in terms)

    def explain(
        self, row: int, *, matched: Sequence[str], memory: MemoryRecord | None
    ) -> tuple[str, ...]:
        """One line a signal.

        Args:
            row: the hit, among the candidates.
            matched: terms of the question that its text holds.
            memory: the memory, None for a message.
        """
        breakdown = self.fused.breakdown(row)
        lines = {
            Signal.SEMANTIC: self._semantic(row),
            Signal.LEXICAL: _lexical(matched, said_around=breakdown.lexical > 0),
            Signal.ENTITY: self._entity(row),
            Signal.TEMPORAL: self._temporal(memory),
        }
        degraded = self.found.degraded
        told = [
            f"{signal}: {degraded[signal]}"
            if signal in degraded
            else f"{signal} {getattr(breakdown, signal):.2f}: {line}"
            for signal, line in lines.items()
            if signal in self.found.by_signal or signal in degraded
        ]
        if breakdown.session:
            told.append(f"best of its session {breakdown.session:.2f}, weight {SESSION_WEIGHT}")
        intent = self.found.query.intent
        if intent is not Intent.ANY or self.found.query.marks:
            words = self.found.query.intent_words
            told.append(
                f"intent {breakdown.intent:.2f}: the question asks for {_ASKED[intent]}"
                + (f", by {words!r}" if words else ", by its tense")
            )
        return tuple(told)

    def _semantic(self, row: int) -> str:
        cosines = self.candidates.cosines[self.candidates.owners == row]
        if np.isnan(cosines).all():
            return "no vector: the embedding model does not know enough of the text's words"
        return (
            f"cosine {np.nanmax(cosines):.2f} on a scale from {self.scale.floor:.2f} to"
            f" {self.scale.ceiling:.2f}, together with its turn's"
        )

    def _entity(self, row: int) -> str:
        subjects = self.found.subjects
        speaker = self.candidates.speakers[row]
        known = subjects.names
        names = [known[id_] for name, id_ in subjects.speakers.items() if name == speaker]
        mentions = zip(subjects.judged, self.candidates.mentions[row], strict=True)
        names += [known[id_] for id_, share in mentions if share]
        return f"by or about {', '.join(names)}" if names else "mentions none of the entities"

    def _temporal(self, memory: MemoryRecord | None) -> str:
        said = list(explain_time(self.found.asked))
        if memory is not None and memory.occurred is not None:
            start, until = memory.occurred.start, memory.occurred.until
            said.append(f"it tells of {start:%Y-%m-%d} until {until:%Y-%m-%d}")
        return "; ".join(said) or "the question asks when"


def _lexical(matched: Sequence[str], *, said_around: bool) -> str:
    if matched:
        named = [f"a state ({state})" if (state := state_of(each)) else each for each in matched]
        return f"words matched: {', '.join(dict.fromkeys(named))}"
    return "words said around it matched" if said_around else "no word matched"
