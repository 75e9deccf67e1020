"""What the read path works with."""

from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from memories.engine.domain import Scope, Selection
from memories.engine.ports.clock import Clock
from memories.engine.ports.embedder import Embedder
from memories.engine.ports.passage_store import PassageStore
from memories.engine.ports.pending import PendingMessages
from memories.engine.ports.record_store import RecordStore
from memories.engine.ports.reranker import Reranker
from memories.engine.ports.search_index import SearchIndex
from memories.engine.ports.tracing import Tracer


@dataclass(frozen=True, slots=True)
class SearchTools:
    """The ports that a search needs.

    Attributes:
        meaning: threads that the semantic signal runs in, beside the others: it waits for the
            model most of its time.
        words: threads for the other signals.
        side_by_side: those run each in a thread of its own, as where an index server answers them;
            otherwise one after another, as they would only take turns at the interpreter.
        pending: messages that wait to be learned from, if any may.
        reranker: puts the best hits in order once more, where a search asks for it.
        turn: held by the one search of this process that works through Python; the others wait for
            it, or for the model meanwhile. Eight at once without it answer a quarter less (measured
            on two cores): they pass the interpreter back and forth.
        tracer: told what each search does when.
        deadline_seconds: a signal that takes longer is left out and named in `degraded`.
    """

    records: RecordStore
    passages: PassageStore
    index: SearchIndex
    embedder: Embedder
    clock: Clock
    meaning: Executor
    words: Executor
    side_by_side: bool
    pending: PendingMessages | None
    reranker: Reranker | None
    turn: AbstractContextManager[object]
    tracer: Tracer
    deadline_seconds: float

    def moment(self, scope: Scope) -> AbstractContextManager[object]:
        """What is read in it is of one moment, where records and index are one store."""
        return nullcontext() if self.side_by_side else self.records.reading(scope=scope)


@dataclass(frozen=True, slots=True)
class Reach:
    """Which rows a signal looks at.

    Attributes:
        breadth: at most so many candidates from each signal.
        messages: raw turns as well as memories.
    """

    scope: Scope
    selection: Selection
    breadth: int
    messages: bool
