"""From ranked rows to hits: with text, sources, neighbouring turns, entities and reasons."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from memories.engine.domain import (
    Candidates,
    MemoryRecord,
    Message,
    ScoreBreakdown,
    SearchHit,
    Source,
)
from memories.engine.retrieval.explanation import Evidence
from memories.engine.retrieval.fusion import Fused
from memories.engine.retrieval.tools import Reach, SearchTools

# A turn is left out for a memory learned from it that scores at least this share of the turn's
# score: the memory says the same in fewer words and quotes it.
_FOLDED_FROM: Final = 0.8


def fold_turns(
    candidates: Candidates, fused: Fused, *, messages: bool, threshold: float = 0.0
) -> list[int]:
    """The candidates that are shown, best first: without the turns that a memory speaks for.

    Args:
        candidates: the rows.
        fused: their scores.
        messages: False leaves all turns out.
        threshold: rows that score below it are left out, and speak for no turn.
    """
    shown = (fused.scores > 0) & (fused.scores >= threshold)
    if messages:
        memory, message = candidates.learned[:, 0], candidates.learned[:, 1]
        speaks = shown[memory] & (fused.scores[memory] >= _FOLDED_FROM * fused.scores[message])
        shown[message[speaks]] = False
    else:
        shown &= ~candidates.is_message
    rows = np.flatnonzero(shown)
    # Equal scores in the order in which they were stored.
    order = np.argsort(-fused.scores[rows], kind="stable")
    return [int(row) for row in rows[order]]


def expand(
    rows: Sequence[int],
    candidates: Candidates,
    fused: Fused,
    evidence: Evidence | None,
    *,
    neighbours: int,
    reach: Reach,
    tools: SearchTools,
) -> tuple[SearchHit, ...]:
    """The rows as hits, in their order.

    Args:
        rows: of the candidates, best first.
        candidates: what was judged.
        fused: its scores.
        evidence: what to explain the hits with; None to leave the explanations out.
        neighbours: how many turns before and after its first source each hit carries.
        reach: the search.
        tools: the ports.
    """
    ids = {candidates.ids[row]: row for row in rows}
    records = tools.records
    scope = reach.scope
    memories = records.memories.as_told(ids, scope=scope, selection=reach.selection)
    messages = records.messages.get(ids.keys() - memories.keys(), scope=scope)
    sources = records.messages.sources(memories.keys(), scope=scope)
    sources = {**sources, **{id_: [_whole(message)] for id_, message in messages.items()}}
    entities = records.entities.named_by(ids, scope=scope)
    around = _neighbours(sources, neighbours, reach, tools) if neighbours else {}
    explanations = _explanations(ids, memories, evidence, reach, tools)
    return tuple(
        _hit(
            id_,
            score=float(fused.scores[row]),
            breakdown=fused.breakdown(row),
            told=memories.get(id_) or messages[id_],
            sources=sources.get(id_, ()),
            neighbours=around.get(id_, ()),
            entities=entities.get(id_, ()),
            explanation=explanations.get(id_, ()),
        )
        for id_, row in ids.items()
        if id_ in memories or id_ in messages
    )


def _whole(message: Message) -> Source:
    return Source(message, message.text, 0, len(message.text))


def _hit(
    owner_id: str,
    *,
    score: float,
    breakdown: ScoreBreakdown,
    told: MemoryRecord | Message,
    sources: Sequence[Source],
    neighbours: Sequence[Message],
    entities: Sequence[str],
    explanation: tuple[str, ...],
) -> SearchHit:
    memory = told if isinstance(told, MemoryRecord) else None
    return SearchHit(
        id=owner_id,
        text=told.text,
        score=score,
        breakdown=breakdown,
        is_message=memory is None,
        attributed_to=told.attributed_to if isinstance(told, MemoryRecord) else told.speaker,
        said_at=told.said_at,
        memory=memory,
        sources=tuple(sources),
        neighbours=tuple(neighbours),
        entities=tuple(entities),
        explanation=explanation,
    )


def _neighbours(
    sources: Mapping[str, Sequence[Source]], reach_of_turns: int, reach: Reach, tools: SearchTools
) -> dict[str, list[Message]]:
    """The turns before and after the first source of each."""
    steps = [step for step in range(-reach_of_turns, reach_of_turns + 1) if step]
    wanted = {
        owner_id: [
            (first.message.session, first.message.position + step)
            for first in told[:1]
            for step in steps
        ]
        for owner_id, told in sources.items()
    }
    turns = {turn for around in wanted.values() for turn in around}
    found = {
        (message.session, message.position): message
        for message in tools.records.messages.at(
            turns, scope=reach.scope, selection=reach.selection
        )
    }
    return {
        owner_id: [found[turn] for turn in around if turn in found]
        for owner_id, around in wanted.items()
    }


def _explanations(
    rows: Mapping[str, int],
    memories: Mapping[str, MemoryRecord],
    evidence: Evidence | None,
    reach: Reach,
    tools: SearchTools,
) -> dict[str, tuple[str, ...]]:
    if evidence is None:
        return {}
    matched = tools.index.matched_terms(rows.keys(), evidence.terms, scope=reach.scope)
    return {
        owner_id: evidence.explain(
            row, matched=matched.get(owner_id, ()), memory=memories.get(owner_id)
        )
        for owner_id, row in rows.items()
    }
