"""The read path: read the question, find by four signals, gather, judge, fuse, fold, expand."""

from collections.abc import Callable, Mapping
from concurrent.futures import wait
from datetime import datetime
from typing import Final

from memories.engine.domain import (
    Candidates,
    Numbers,
    Scope,
    SearchResult,
    Signal,
)
from memories.engine.errors import EmbedderError
from memories.engine.retrieval.expansion import expand, fold_turns
from memories.engine.retrieval.explanation import Evidence, Findings
from memories.engine.retrieval.fusion import fuse
from memories.engine.retrieval.query import Query, read_query
from memories.engine.retrieval.query_vector import QueryVector
from memories.engine.retrieval.request import SearchRequest
from memories.engine.retrieval.signals import Finding
from memories.engine.retrieval.signals.entity import (
    Subjects,
    find_by_entities,
    judge_subjects,
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

# Candidates that each signal gives, for each hit asked for and at least.
_BREADTH_PER_HIT: Final = 4
_LEAST_BREADTH: Final = 100


def search(request: SearchRequest, *, scope: Scope, tools: SearchTools) -> SearchResult:
    """The rows that answer the question, best first."""
    reach = Reach(
        scope=scope,
        selection=request.selection,
        breadth=max(_LEAST_BREADTH, _BREADTH_PER_HIT * request.top_k),
        messages=request.messages,
    )
    speakers = tools.index.speakers(scope=scope)
    query = read_query(
        request.query,
        reference=request.reference,
        zone=request.zone,
        languages=tools.index.languages(scope=scope),
        speakers=speakers,
    )
    question = QueryVector(query.bare, tools.embedder)
    found = _find(query, question, speakers, reference=request.reference, reach=reach, tools=tools)
    candidates = _gather(found, query, question, reach, tools)
    fused = fuse(candidates, _judge(found, candidates, reach, tools))
    ranked = fold_turns(candidates, fused, messages=request.messages)
    best = [row for row in ranked if fused.scores[row] >= request.threshold][: request.top_k]
    scale = tools.embedder.scale
    evidence = Evidence(query, found, candidates, fused, scale) if request.explain else None
    hits = expand(
        best, candidates, fused, evidence, neighbours=request.neighbours, reach=reach, tools=tools
    )
    return SearchResult(hits, found.degraded)


def _find(
    query: Query,
    question: QueryVector,
    speakers: frozenset[str],
    *,
    reference: datetime,
    reach: Reach,
    tools: SearchTools,
) -> Findings:
    """What the signals found, and why any of them could not."""
    asked = AskedTime(query.time, reference, query.time.intervals)
    subjects = Subjects()

    def by_time() -> Finding:
        nonlocal asked
        asked = read_time(query.time, reference=reference, reach=reach, tools=tools)
        return find_by_time(asked, reach=reach, tools=tools)

    def by_entities() -> Finding:
        nonlocal subjects
        subjects = read_subjects(query, question, speakers, scope=reach.scope, tools=tools)
        return find_by_entities(subjects, reach=reach, tools=tools)

    by_signal, degraded = _side_by_side(
        {
            Signal.SEMANTIC: lambda: find_by_meaning(question, reach=reach, tools=tools),
            Signal.LEXICAL: lambda: find_by_words(query, reach=reach, tools=tools),
            Signal.ENTITY: by_entities,
            Signal.TEMPORAL: by_time,
        },
        tools,
    )
    return Findings(asked, subjects, by_signal, degraded)


def _side_by_side(
    signals: Mapping[Signal, Callable[[], Finding]], tools: SearchTools
) -> tuple[dict[Signal, Finding], dict[Signal, str]]:
    running = {signal: tools.signals[signal].submit(find) for signal, find in signals.items()}
    wait(running.values(), timeout=tools.deadline_seconds)
    findings: dict[Signal, Finding] = {}
    degraded: dict[Signal, str] = {}
    for signal, future in running.items():
        if not future.done():
            future.cancel()
            degraded[signal] = f"missed the deadline of {tools.deadline_seconds:g} s"
            continue
        try:
            finding = future.result()
        except EmbedderError as error:
            degraded[signal] = str(error)
            continue
        if finding.applies:
            findings[signal] = finding
        elif finding.note is not None:
            degraded[signal] = finding.note
    return findings, degraded


def _gather(
    found: Findings, query: Query, question: QueryVector, reach: Reach, tools: SearchTools
) -> Candidates:
    owner_ids = {id_ for finding in found.by_signal.values() for id_ in finding.owner_ids}
    # A signal that missed the deadline may still be waiting for the vector.
    vector = question.get().vector if Signal.SEMANTIC in found.by_signal else None
    return tools.index.candidates(
        owner_ids,
        vector=vector,
        alternatives=query.alternatives,
        entities=found.subjects.ids,
        scope=reach.scope,
        selection=reach.selection,
    )


def _judge(
    found: Findings, candidates: Candidates, reach: Reach, tools: SearchTools
) -> dict[Signal, Numbers]:
    """What each signal that applies gives each candidate, whoever found it."""
    judges: Mapping[Signal, Callable[[], Numbers]] = {
        Signal.SEMANTIC: lambda: judge_meaning(candidates, tools.embedder.scale),
        Signal.LEXICAL: lambda: judge_words(candidates),
        Signal.ENTITY: lambda: judge_subjects(candidates, found.subjects),
        Signal.TEMPORAL: lambda: judge_times(candidates, found.asked, reach=reach, tools=tools),
    }
    return {signal: judges[signal]() for signal in found.by_signal}
