"""The read path: read the question, find by four signals, gather, judge, fuse, fold, expand."""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor, Future, wait
from contextvars import copy_context
from dataclasses import replace
from typing import Final, TypeAlias

from memories.engine.domain import (
    Candidates,
    Confidence,
    Numbers,
    Scope,
    SearchHit,
    SearchResult,
    Signal,
    Stage,
)
from memories.engine.errors import EmbedderError, IndexUnavailable
from memories.engine.ports.tracing import Tracer
from memories.engine.retrieval.expansion import expand, fold_turns
from memories.engine.retrieval.explanation import Evidence, Findings
from memories.engine.retrieval.fusion import SESSION_WEIGHT, fuse
from memories.engine.retrieval.knowing import confidence_of
from memories.engine.retrieval.leaning import lean
from memories.engine.retrieval.pending import find_pending, merged
from memories.engine.retrieval.query import Query, read_query
from memories.engine.retrieval.query_vector import QueryVector
from memories.engine.retrieval.request import INTENT, SESSION, SearchRequest
from memories.engine.retrieval.signals import Finding
from memories.engine.retrieval.signals.entity import (
    Subjects,
    find_by_entities,
    judge_subjects,
    near_subjects,
    read_subjects,
)
from memories.engine.retrieval.signals.lexical import find_by_words, judge_words
from memories.engine.retrieval.signals.semantic import find_by_meaning, judge_meaning
from memories.engine.retrieval.signals.temporal import (
    AskedTime,
    find_by_time,
    judge_times,
    read_time,
)
from memories.engine.retrieval.tools import Reach, SearchTools
from memories.engine.text.parts import parts_of

# Candidates that each signal gives, for each hit asked for and at least.
_BREADTH_PER_HIT: Final = 4
_LEAST_BREADTH: Final = 100
# In which a project that rests on an index server wakes, or the search fails.
_WAKING_SECONDS: Final = 1.5
# What became of a signal that met the deadline.
_Outcome: TypeAlias = Finding | EmbedderError


def search(request: SearchRequest, *, scope: Scope, tools: SearchTools) -> SearchResult:
    """The rows that answer the question, best first.

    A question that asks several things is searched whole and part by part.

    Raises:
        IndexUnavailable: the index does not answer.
    """
    query, speakers = read(request, scope=scope, tools=tools)
    whole = _search(request, query, speakers, scope=scope, tools=tools)
    found = [whole]
    for part in parts_of(request.query, speakers):
        asked = replace(request, query=part)
        query, _ = read(asked, scope=scope, tools=tools)
        found.append(_search(asked, query, speakers, scope=scope, tools=tools))
    return whole if len(found) == 1 else joined(found, top_k=request.top_k)


def joined(found: Sequence[SearchResult], *, top_k: int) -> SearchResult:
    """Results of a whole question and of its parts as one: of each row its best hit."""
    best: dict[str, SearchHit] = {}
    for hit in (hit for result in found for hit in result):
        if hit.id not in best or hit.score > best[hit.id].score:
            best[hit.id] = hit
    hits = sorted(best.values(), key=lambda hit: -hit.score)[:top_k]
    degraded = {signal: why for result in found for signal, why in result.degraded.items()}
    return SearchResult(tuple(hits), degraded, found[0].confidence)


def _search(
    request: SearchRequest,
    query: Query,
    speakers: frozenset[str],
    *,
    scope: Scope,
    tools: SearchTools,
) -> SearchResult:
    reach = reach_of(request, scope)
    step = tools.tracer.step
    # Before the rest: what is stored in between is then found twice for a moment, and never not.
    with step("search.pending"):
        pending = find_pending(query, request=request, reach=reach, tools=tools, index=tools.index)
    question = QueryVector(query.bare, tools.embedder, tools.tracer)
    found = _find(query, question, speakers, request=request, reach=reach, tools=tools)
    with step("search.answer"), tools.turn, tools.moment(scope):
        hits, confidence = _answer(found, request=request, reach=reach, tools=tools)
    return SearchResult(merged(hits, pending, top_k=request.top_k), found.degraded, confidence)


def reach_of(request: SearchRequest, scope: Scope) -> Reach:
    """Which rows the signals look at."""
    return Reach(
        scope=scope,
        selection=request.selection,
        breadth=max(_LEAST_BREADTH, _BREADTH_PER_HIT * request.top_k),
        messages=request.messages,
    )


def read(
    request: SearchRequest, *, scope: Scope, tools: SearchTools
) -> tuple[Query, frozenset[str]]:
    """The question taken apart, and who speaks in the scope."""
    with tools.tracer.step("search.read"), tools.turn, tools.moment(scope):
        speakers = tools.passages.speakers(scope=scope)
        query = read_query(
            request.query,
            reference=request.reference,
            zone=request.zone,
            languages=tools.passages.languages(scope=scope),
            speakers=speakers,
        )
    return query, speakers


def _answer(
    found: Findings, *, request: SearchRequest, reach: Reach, tools: SearchTools
) -> tuple[tuple[SearchHit, ...], Confidence]:
    """What was found, gathered, judged, fused and shown, and how likely it answers."""
    step = tools.tracer.step
    with step("search.gather"):
        candidates = _gather(found, reach, tools)
    with step("search.judge", candidates=len(candidates.ids)):
        fused = fuse(
            candidates,
            _judge(found, candidates, tools),
            session_weight=0.0 if SESSION in request.leave_out else SESSION_WEIGHT,
        )
        confidence = confidence_of(candidates, fused, found.subjects)
        if INTENT not in request.leave_out:
            fused = lean(fused, candidates, found.query, found.asked)
        ranked = fold_turns(
            candidates, fused, messages=request.messages, threshold=request.threshold
        )
    best = ranked[: request.top_k]
    scale = tools.embedder.scale
    evidence = Evidence(found, candidates, fused, scale) if request.explain else None
    with step("search.expand", hits=len(best)):
        neighbours = request.neighbours
        hits = expand(
            best, candidates, fused, evidence, neighbours=neighbours, reach=reach, tools=tools
        )
    return hits, confidence


def _find(
    query: Query,
    question: QueryVector,
    speakers: frozenset[str],
    *,
    request: SearchRequest,
    reach: Reach,
    tools: SearchTools,
) -> Findings:
    """What the signals found, and why any of them could not."""
    asked = AskedTime(query.time, request.reference, query.time.intervals)
    subjects = Subjects()
    judged = (query, question)

    def by_words() -> Finding:
        with tools.turn:
            return find_by_words(query, reach=reach, tools=tools)

    def by_time() -> Finding:
        nonlocal asked, judged
        asked = read_time(query.time, reference=request.reference, reach=reach, tools=tools)
        judged = _aside(asked, query, tools) or judged
        with tools.turn:
            return find_by_time(asked, reach=reach, tools=tools)

    def by_entities() -> Finding:
        nonlocal subjects
        with tools.turn:
            subjects = read_subjects(query, speakers, scope=reach.scope, tools=tools)
        if not subjects.weights:
            subjects = near_subjects(question, scope=reach.scope, tools=tools)
        with tools.turn:
            return find_by_entities(subjects, reach=reach, tools=tools)

    tried: dict[Signal, _Outcome] = {}
    meaning = {Signal.SEMANTIC: lambda: find_by_meaning(question, reach=reach, tools=tools)}
    # Those that may wait for the model come last.
    words = {
        Signal.LEXICAL: by_words,
        Signal.TEMPORAL: by_time,
        Signal.ENTITY: by_entities,
    }
    lanes = [{signal: find} for signal, find in words.items()] if tools.side_by_side else [words]

    def begin(signals: Mapping[Signal, Callable[[], Finding]], threads: Executor) -> Future[None]:
        # What they do is a part of this search, whichever thread they do it in.
        try_them = copy_context().run
        left_out = request.leave_out
        return threads.submit(try_them, _one_after_another, signals, left_out, tried, tools.tracer)

    running = [begin(meaning, tools.meaning), *[begin(each, tools.words) for each in lanes]]
    _wait(running, tried, tools)
    by_signal, degraded = _sorted_out(dict(tried), tools.deadline_seconds)
    if tools.side_by_side and not by_signal and len(tried) < len(Signal):
        raise IndexUnavailable("no signal was answered in time")
    return Findings(*judged, asked, subjects, by_signal, degraded)


def _aside(asked: AskedTime, query: Query, tools: SearchTools) -> tuple[Query, QueryVector] | None:
    """The question without the event that bounds its time, once that is found, with its vector.

    Raises:
        EmbedderError: the model gave no usable vector.
    """
    if asked.anchor_id is None or query.aside is None:
        return None
    question = QueryVector(query.aside.bare, tools.embedder, tools.tracer)
    return (query.aside, question) if question.get().vector is not None else None


def _wait(
    running: Collection[Future[None]], tried: Mapping[Signal, _Outcome], tools: SearchTools
) -> None:
    """Wait for the signals until the deadline; until a later one while none has found anything.

    A project that rests on an index server wakes with the first question.
    """
    late = wait(running, timeout=tools.deadline_seconds).not_done
    has_found = any(isinstance(each, Finding) and each.applies for each in list(tried.values()))
    if tools.side_by_side and late and not has_found:
        wait(late, timeout=max(0.0, _WAKING_SECONDS - tools.deadline_seconds))
    for future in running:
        # One that is not done has missed the deadline, and may never have begun.
        if not future.cancel() and future.done():
            future.result()


def _one_after_another(
    signals: Mapping[Signal, Callable[[], Finding]],
    leave_out: frozenset[str],
    tried: dict[Signal, _Outcome],
    tracer: Tracer,
) -> None:
    for signal, find in signals.items():
        if signal.value in leave_out:
            tried[signal] = Finding(applies=False)
            continue
        try:
            with tracer.step(f"search.{signal.value}"):
                tried[signal] = find()
        except EmbedderError as error:
            tried[signal] = error


def _sorted_out(
    tried: Mapping[Signal, _Outcome], deadline_seconds: float
) -> tuple[dict[Signal, Finding], dict[Signal | Stage, str]]:
    """What applies, and why the others do not; those that are missing missed the deadline."""
    findings: dict[Signal, Finding] = {}
    degraded: dict[Signal | Stage, str] = {}
    for signal in Signal:
        outcome = tried.get(signal)
        if outcome is None:
            degraded[signal] = f"missed the deadline of {deadline_seconds:g} s"
        elif isinstance(outcome, EmbedderError):
            degraded[signal] = str(outcome)
        elif outcome.applies:
            findings[signal] = outcome
        elif outcome.note is not None:
            degraded[signal] = outcome.note
    return findings, degraded


def _gather(found: Findings, reach: Reach, tools: SearchTools) -> Candidates:
    owner_ids = {id_ for finding in found.by_signal.values() for id_ in finding.owner_ids}
    # A signal that missed the deadline may still be waiting for the vector.
    vector = found.question.get().vector if Signal.SEMANTIC in found.by_signal else None
    return tools.index.candidates(
        owner_ids,
        vector=vector,
        alternatives=found.query.gathered,
        entities=found.subjects.judged,
        scope=reach.scope,
        selection=reach.selection,
    )


def _judge(found: Findings, candidates: Candidates, tools: SearchTools) -> dict[Signal, Numbers]:
    """What each signal that applies gives each candidate, whoever found it."""
    judges: Mapping[Signal, Callable[[], Numbers]] = {
        Signal.SEMANTIC: lambda: judge_meaning(candidates, tools.embedder.scale),
        Signal.LEXICAL: lambda: judge_words(candidates, words=len(found.query.alternatives)),
        Signal.ENTITY: lambda: judge_subjects(candidates, found.subjects),
        Signal.TEMPORAL: lambda: judge_times(candidates, found.asked),
    }
    return {signal: judges[signal]() for signal in found.by_signal}
