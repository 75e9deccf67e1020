"""Says for each hit what each signal gave, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memories.engine.domain import MemoryRecord, ScoreBreakdown, Signal
from memories.engine.retrieval.fusion import NEIGHBOUR_WEIGHT, SESSION_WEIGHT
from memories.engine.retrieval.query import Query
from memories.engine.retrieval.signals import Finding
from memories.engine.retrieval.signals.temporal import AskedTime, explain_time


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a search knows beyond the scores."""

    query: Query
    asked: AskedTime
    findings: Mapping[Signal, Finding]
    degraded: Mapping[Signal, str]

    @property
    def terms(self) -> tuple[str, ...]:
        """Terms that the question was looked up under."""
        return tuple(term for terms in self.query.alternatives for term in terms)

    def explain(
        self,
        owner_id: str,
        breakdown: ScoreBreakdown,
        *,
        matched: Sequence[str],
        memory: MemoryRecord | None,
        has_vector: bool,
    ) -> tuple[str, ...]:
        """One line a signal.

        Args:
            owner_id: the hit.
            breakdown: its scores.
            matched: terms of the question that its text holds.
            memory: the memory, None for a message.
            has_vector: False where the embedding model does not know the text's words.
        """
        lines = {
            Signal.SEMANTIC: self._semantic(owner_id, has_vector=has_vector),
            Signal.LEXICAL: f"words matched: {', '.join(matched)}"
            if matched
            else "no word matched",
            Signal.ENTITY: self._reason(Signal.ENTITY, owner_id) or "mentions none of the entities",
            Signal.TEMPORAL: self._temporal(memory),
        }
        told = [
            f"{signal}: {self.degraded[signal]}"
            if signal in self.degraded
            else f"{signal} {getattr(breakdown, signal):.2f}: {line}"
            for signal, line in lines.items()
            if signal in self.findings or signal in self.degraded
        ]
        if breakdown.neighbours:
            told.append(
                f"neighbouring turns {breakdown.neighbours:.2f} each, weight {NEIGHBOUR_WEIGHT}"
            )
        if breakdown.session:
            told.append(f"best of its session {breakdown.session:.2f}, weight {SESSION_WEIGHT}")
        return tuple(told)

    def _reason(self, signal: Signal, owner_id: str) -> str | None:
        found = self.findings[signal].ranking.get(owner_id) if signal in self.findings else None
        return found.reasons[0] if found and found.reasons else None

    def _semantic(self, owner_id: str, *, has_vector: bool) -> str:
        if not has_vector:
            return "no vector: the embedding model does not know enough of the text's words"
        return self._reason(Signal.SEMANTIC, owner_id) or "judged after other signals found it"

    def _temporal(self, memory: MemoryRecord | None) -> str:
        said = list(explain_time(self.asked))
        if memory is not None and memory.occurred is not None:
            start, until = memory.occurred.start, memory.occurred.until
            said.append(f"it tells of {start:%Y-%m-%d} until {until:%Y-%m-%d}")
        return "; ".join(said) or "the question asks when"
