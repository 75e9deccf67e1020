"""Remembers conversations and asks, through the public calls alone, and keeps what came of it.

Other code calls it with a Memory that it has opened as it likes:

    embedder = CachedEmbedder(open_embedder(None), open_cache(folder))
    for case in read_dataset("locomo", path).cases:
        with Memory(embedder=embedder) as memory:
            ingested = remember(memory, case, embedder)
            answers = ask(memory, case, embedder, budgets=())
"""

import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evaluation.baselines import speeches
from evaluation.datasets import Asked, Case
from evaluation.embedding_cache import CachedEmbedder, Effort
from evaluation.ranker import Ranker
from evaluation.remembering import messages_of, scope_of, turn_ids
from evaluation.retrieval.measured import Answered, Ingested, Measured
from evaluation.walk import turn_id, walk
from memories import Memory, SearchResult

# Budgets of `context`, in tokens.
BUDGETS: Final = (1000, 2000, 4000, 8000)
# Twice the largest k: several memories may come from one turn.
_TOP_K: Final = 100
# How many ranked turns or sessions are kept: the largest k of any figure.
_DEPTH: Final = 50
# A baseline's turns are packed by the estimate that docs of `Memory.context` give.
_BYTES_PER_TOKEN: Final = 3.6
_WARM_UP: Final = "Is anything known?"

Told = Callable[[int], None]


def remember(
    memory: Memory, case: Case, embedder: CachedEmbedder, told: Told | None = None
) -> Ingested:
    """Add a conversation session by session.

    Args:
        memory: opened with `embedder`.
        case: whose conversation.
        embedder: counts what embedding costs.
        told: called with the number of turns that were added so far.
    """
    before, done, started = embedder.effort, 0, time.perf_counter()
    for session in case.conversation.sessions:
        memory.add(messages_of(session), scope=scope_of(memory, case.conversation, session))
        done += len(session.turns)
        if told is not None:
            told(done)
    seconds = time.perf_counter() - started
    stats = memory.stats()
    effort = embedder.effort.since(before)
    return _ingested(case, seconds, effort, stats.bytes_on_disk, stats.memories)


def ask(
    memory: Memory,
    case: Case,
    embedder: CachedEmbedder,
    *,
    include_messages: bool = True,
    leave_out: Collection[str] = (),
    rerank: bool = False,
    budgets: Sequence[int] = BUDGETS,
    told: Told | None = None,
) -> tuple[Answered, ...]:
    """Ask all of a case's questions.

    Args:
        memory: holds the case's conversation, as `remember` adds it.
        case: what to ask.
        embedder: the memory's, timed alone on the same questions.
        include_messages: False looks at memories alone.
        leave_out: parts of the score that are not used.
        rerank: let the memory's reranker put hits in order once more, for contexts too.
        budgets: sizes of `context` that answerable questions look into, in tokens; may be none.
        told: called with the number of questions that were asked so far.
    """
    options = _Options(include_messages, leave_out, rerank)
    asking = _Asking(memory, case, embedder, options, budgets)
    answers: list[Answered] = []
    for question in case.questions:
        answers.append(asking.answer(question))
        if told is not None:
            told(len(answers))
    return tuple(answers)


def measure_ranker(
    ranker: Ranker, case: Case, embedder: CachedEmbedder, *, limit: int, told: Told | None = None
) -> Measured:
    """Let a ranker remember a conversation and rank its turns for each question.

    Args:
        ranker: new.
        case: what to remember and ask.
        embedder: the ranker's, which counts what embedding costs.
        limit: how many turns to ask it for.
        told: called with the number of questions that were asked so far.
    """
    before, started = embedder.effort, time.perf_counter()
    ranker.remember(case.conversation)
    seconds = time.perf_counter() - started
    ingested = _ingested(case, seconds, embedder.effort.since(before))
    texts = speeches(case.conversation)
    answers: list[Answered] = []
    for question in case.questions:
        started = time.perf_counter()
        ranked = ranker.rank(question.text, limit)
        milliseconds = {"search": (time.perf_counter() - started) * 1000}
        held, tokens = _held_in_budgets(ranked, texts, question, case)
        answers.append(
            Answered(
                question=question.id,
                ranked=case.units_of(ranked)[:_DEPTH],
                held=held,
                tokens=tokens,
                milliseconds=milliseconds,
            )
        )
        if told is not None:
            told(len(answers))
    return Measured(ingested, tuple(answers))


@dataclass(frozen=True, slots=True)
class _Options:
    include_messages: bool
    leave_out: Collection[str]
    rerank: bool


class _Asking:
    """Asks one conversation's questions of a Memory."""

    def __init__(
        self,
        memory: Memory,
        case: Case,
        embedder: CachedEmbedder,
        options: _Options,
        budgets: Sequence[int],
    ) -> None:
        self._memory = memory
        self._scope = scope_of(memory, case.conversation)
        self._embedder = embedder
        self._options = options
        self._budgets = budgets
        self._case = case
        self._turn_of = turn_ids(memory) if budgets else {}
        # The model and the file's pages are read in before anything is timed.
        embedder.embed_query(_WARM_UP)
        memory.search(_WARM_UP, scope=self._scope)

    def answer(self, question: Asked) -> Answered:
        """Search for one question, and pack its context in each budget."""
        started = time.perf_counter()
        self._embedder.embed_query(question.text)
        embedded = time.perf_counter()
        found = self._search(question)
        milliseconds = {
            "embedder": (embedded - started) * 1000,
            "search": (time.perf_counter() - embedded) * 1000,
        }
        held: dict[str, tuple[str, ...]] = {}
        tokens: dict[str, int] = {}
        for budget in self._budgets if question.answerable else ():
            started = time.perf_counter()
            context = self._memory.context(
                question.text,
                scope=self._scope,
                max_tokens=budget,
                reference_time=question.at,
                rerank=self._options.rerank,
            )
            milliseconds[f"context_{budget}"] = (time.perf_counter() - started) * 1000
            inside = [self._turn_of[message_id] for message_id in context.message_ids]
            held[str(budget)] = _evidence_in(self._case.units_of(inside), question)
            tokens[str(budget)] = context.tokens
        return Answered(
            question=question.id,
            ranked=self._case.units_of(turn_id(message) for message in walk(found))[:_DEPTH],
            held=held,
            tokens=tokens,
            confidence=confidence_of(found),
            milliseconds=milliseconds,
            degraded={signal.value: why for signal, why in found.degraded.items()},
        )

    def _search(self, question: Asked) -> SearchResult:
        return self._memory.search(
            question.text,
            scope=self._scope,
            top_k=_TOP_K,
            include_messages=self._options.include_messages,
            leave_out=self._options.leave_out,
            rerank=self._options.rerank,
            reference_time=question.at,
        )


def confidence_of(found: SearchResult) -> float:
    """How sure the search is that it found an answer: what it says, else the best hit's score."""
    if found.confidence is not None:
        return found.confidence.probability
    return found[0].score if found.hits else 0.0


def _held_in_budgets(
    ranked: Sequence[str], texts: Mapping[str, str], question: Asked, case: Case
) -> tuple[dict[str, tuple[str, ...]], dict[str, int]]:
    """What of the evidence is in the best turns that fit each budget, one line a turn."""
    held: dict[str, tuple[str, ...]] = {}
    tokens: dict[str, int] = {}
    for budget in BUDGETS:
        spent, inside = 0, list[str]()
        for turn in ranked:
            cost = math.ceil(len(f"- {texts[turn]}\n".encode()) / _BYTES_PER_TOKEN)
            if spent + cost <= budget:
                spent += cost
                inside.append(turn)
        held[str(budget)] = _evidence_in(case.units_of(inside), question)
        tokens[str(budget)] = spent
    return held, tokens


def _evidence_in(units: Collection[str], question: Asked) -> tuple[str, ...]:
    return tuple(each for each in question.evidence if each in units)


def _ingested(
    case: Case,
    seconds: float,
    effort: Effort,
    bytes_on_disk: int | None = None,
    memories: int | None = None,
) -> Ingested:
    return Ingested(
        turns=case.turns,
        seconds=seconds,
        embedding_seconds=effort.seconds,
        cache_seconds=effort.cache_seconds,
        texts_embedded=effort.texts,
        texts_from_cache=effort.cached_texts,
        bytes_on_disk=bytes_on_disk,
        memories=memories,
    )
