"""The read path: parse the query, four signals side by side, fuse, fold, expand, explain."""

from collections.abc import Callable, Mapping
from concurrent.futures import wait
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from memories.engine.domain import Placement, Scope, SearchResult, Selection, Signal
from memories.engine.errors import EmbedderError
from memories.engine.retrieval.expansion import expand, fold_turns
from memories.engine.retrieval.explanation import Evidence
from memories.engine.retrieval.fusion import fuse, in_context
from memories.engine.retrieval.query import Query, read_query
from memories.engine.retrieval.query_vector import QueryVector
from memories.engine.retrieval.signals import Finding
from memories.engine.retrieval.signals.entity import find_by_entities
from memories.engine.retrieval.signals.lexical import find_by_words
from memories.engine.retrieval.signals.semantic import find_by_meaning
from memories.engine.retrieval.signals.temporal import AskedTime, find_by_time, fit, read_time
from memories.engine.retrieval.tools import Reach, SearchTools

# Candidates that each signal gives, for each hit asked for and at least.
_BREADTH_PER_HIT: Final = 4
_LEAST_BREADTH: Final = 100


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What one search asks.

    Attributes:
        query: the question.
        selection: which rows may be seen.
        reference: the instant that "yesterday" is judged from.
        zone: the asker's time zone.
        top_k: at most so many hits.
        threshold: hits below this fused score, from 0 to 1, are left out.
        messages: raw turns as well as memories.
        explain: say for each hit what each signal gave and why.
    """

    query: str
    selection: Selection
    reference: datetime
    zone: tzinfo | None
    top_k: int
    threshold: float
    messages: bool
    explain: bool


def search(request: SearchRequest, *, scope: Scope, tools: SearchTools) -> SearchResult:
    """The rows that answer the question, best first."""
    reach = Reach(
        scope=scope,
        selection=request.selection,
        breadth=max(_LEAST_BREADTH, _BREADTH_PER_HIT * request.top_k),
        messages=request.messages,
    )
    query = read_query(
        request.query,
        reference=request.reference,
        zone=request.zone,
        languages=tools.index.languages(scope=scope),
    )
    question = QueryVector(request.query, tools.embedder)
    asked, findings, degraded = _find(query, question, request.reference, reach, tools)
    placements = _placements(findings, reach, tools)
    scores = _own_scores(findings, asked, placements)
    _judge_meaning_of_all(scores, question, placements, reach=reach, tools=tools)
    ranked = fold_turns(in_context(fuse(scores), placements), placements)
    best = [row for row in ranked if row.score >= request.threshold][: request.top_k]
    evidence = Evidence(query, asked, findings, degraded) if request.explain else None
    hits = expand(best, placements, evidence, reach=reach, tools=tools)
    return SearchResult(hits, degraded)


def _find(
    query: Query, question: QueryVector, reference: datetime, reach: Reach, tools: SearchTools
) -> tuple[AskedTime, dict[Signal, Finding], dict[Signal, str]]:
    """What the signals found, and why any of them could not."""
    asked = AskedTime(query.time, reference, query.time.intervals)

    def by_time() -> Finding:
        nonlocal asked
        asked = read_time(query.time, reference=reference, reach=reach, tools=tools)
        return find_by_time(asked, reach=reach, tools=tools)

    findings, degraded = _side_by_side(
        {
            Signal.SEMANTIC: lambda: find_by_meaning(question, reach=reach, tools=tools),
            Signal.LEXICAL: lambda: find_by_words(query, reach=reach, tools=tools),
            Signal.ENTITY: lambda: find_by_entities(query, question, reach=reach, tools=tools),
            Signal.TEMPORAL: by_time,
        },
        tools,
    )
    return asked, findings, degraded


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


def _placements(
    findings: Mapping[Signal, Finding], reach: Reach, tools: SearchTools
) -> Mapping[str, Placement]:
    candidates = {owner_id for finding in findings.values() for owner_id in finding.ranking}
    return tools.index.placements(candidates, scope=reach.scope)


def _own_scores(
    findings: Mapping[Signal, Finding], asked: AskedTime, placements: Mapping[str, Placement]
) -> dict[Signal, dict[str, float]]:
    """Every candidate's score of every signal that applies; time is judged for all alike."""
    scores = {
        signal: {
            owner_id: found.score
            for owner_id, found in finding.ranking.items()
            if owner_id in placements
        }
        for signal, finding in findings.items()
    }
    if Signal.TEMPORAL in scores:
        scores[Signal.TEMPORAL] = {
            owner_id: score
            for owner_id, placement in placements.items()
            if (score := fit(asked, placement)) > 0
        }
    return scores


def _judge_meaning_of_all(
    scores: dict[Signal, dict[str, float]],
    question: QueryVector,
    placements: Mapping[str, Placement],
    *,
    reach: Reach,
    tools: SearchTools,
) -> None:
    """Add the semantic score of what only other signals found."""
    vector = question.get().vector if Signal.SEMANTIC in scores else None
    if vector is None:
        return
    missing = placements.keys() - scores[Signal.SEMANTIC].keys()
    cosines = tools.index.similarities(vector, missing, scope=reach.scope)
    for owner_id, cosine in cosines.items():
        if (score := tools.embedder.scale.score(cosine)) > 0:
            scores[Signal.SEMANTIC][owner_id] = score
