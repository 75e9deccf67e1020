"""From ranked rows to hits: with text, sources, neighbouring turns, entities and reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from memories.engine.domain import (
    MemoryRecord,
    Message,
    Placement,
    SearchHit,
    Source,
)
from memories.engine.retrieval.explanation import Evidence
from memories.engine.retrieval.fusion import Fused
from memories.engine.retrieval.tools import Reach, SearchTools

# A turn is left out for a memory learned from it that scores at least this share of the turn's
# score: the memory says the same in fewer words and quotes it.
_FOLDED_FROM: Final = 0.8


def fold_turns(ranked: Sequence[Fused], placements: Mapping[str, Placement]) -> list[Fused]:
    """Without the turns that a memory speaks for; that memory takes the turn's place.

    Args:
        ranked: rows, best first.
        placements: where each stands.
    """
    speakers: dict[str, Fused] = {}
    for row in ranked:
        if not placements[row.owner_id].is_message:
            for message_id in placements[row.owner_id].message_ids:
                speakers.setdefault(message_id, row)
    raised: dict[str, float] = {}
    kept: list[Fused] = []
    for row in ranked:
        memory = speakers.get(row.owner_id) if placements[row.owner_id].is_message else None
        if memory is not None and memory.score >= _FOLDED_FROM * row.score:
            raised[memory.owner_id] = max(row.score, raised.get(memory.owner_id, 0.0))
        else:
            kept.append(row)
    lifted = [replace(row, score=max(row.score, raised.get(row.owner_id, 0.0))) for row in kept]
    return sorted(lifted, key=lambda row: (-row.score, row.owner_id))


def expand(
    rows: Sequence[Fused],
    placements: Mapping[str, Placement],
    evidence: Evidence | None,
    *,
    reach: Reach,
    tools: SearchTools,
) -> tuple[SearchHit, ...]:
    """The rows as hits, in their order.

    Args:
        rows: best first.
        placements: where each stands.
        evidence: what to explain the hits with; None to leave the explanations out.
        reach: the search.
        tools: the ports.
    """
    ids = [row.owner_id for row in rows]
    records = tools.records
    scope = reach.scope
    memories = records.memories.as_told(ids, scope=scope, selection=reach.selection)
    messages = records.messages.get(ids, scope=scope)
    sources = records.messages.sources(memories.keys(), scope=scope)
    entities = records.entities.named_by(ids, scope=scope)
    neighbours = _neighbours(rows, placements, reach, tools)
    explanations = _explanations(rows, memories, evidence, reach, tools)
    return tuple(
        _hit(
            row,
            memory=memories.get(row.owner_id),
            message=messages.get(row.owner_id),
            sources=sources.get(row.owner_id, ()),
            neighbours=neighbours[row.owner_id],
            entities=entities.get(row.owner_id, ()),
            explanation=explanations.get(row.owner_id, ()),
        )
        for row in rows
        if row.owner_id in memories or row.owner_id in messages
    )


def _hit(
    row: Fused,
    *,
    memory: MemoryRecord | None,
    message: Message | None,
    sources: Sequence[Source],
    neighbours: Sequence[Message],
    entities: Sequence[str],
    explanation: tuple[str, ...],
) -> SearchHit:
    if memory is not None:
        text, speaker, said_at = memory.text, memory.attributed_to, memory.said_at
    elif message is not None:
        text, speaker, said_at = message.text, message.speaker, message.said_at
        sources = (Source(message, message.text, 0, len(message.text)),)
    else:
        raise LookupError(row.owner_id)
    return SearchHit(
        id=row.owner_id,
        text=text,
        score=row.score,
        breakdown=row.breakdown,
        is_message=memory is None,
        attributed_to=speaker,
        said_at=said_at,
        memory=memory,
        sources=tuple(sources),
        neighbours=tuple(neighbours),
        entities=tuple(entities),
        explanation=explanation,
    )


def _neighbours(
    rows: Sequence[Fused], placements: Mapping[str, Placement], reach: Reach, tools: SearchTools
) -> dict[str, list[Message]]:
    """The turns just before and after each row's first source."""
    wanted = {
        row.owner_id: [
            (session, position + step)
            for session, position in placements[row.owner_id].turns[:1]
            for step in (-1, 1)
        ]
        for row in rows
    }
    turns = {turn for pair in wanted.values() for turn in pair}
    found = {
        (message.session, message.position): message
        for message in tools.records.messages.at(
            turns, scope=reach.scope, selection=reach.selection
        )
    }
    return {
        owner_id: [found[turn] for turn in pair if turn in found]
        for owner_id, pair in wanted.items()
    }


def _explanations(
    rows: Sequence[Fused],
    memories: Mapping[str, MemoryRecord],
    evidence: Evidence | None,
    reach: Reach,
    tools: SearchTools,
) -> dict[str, tuple[str, ...]]:
    if evidence is None:
        return {}
    ids = [row.owner_id for row in rows]
    matched = tools.index.matched_terms(ids, evidence.terms, scope=reach.scope)
    embedded = tools.index.embedded(ids, scope=reach.scope)
    return {
        row.owner_id: evidence.explain(
            row.owner_id,
            row.breakdown,
            matched=matched.get(row.owner_id, ()),
            memory=memories.get(row.owner_id),
            has_vector=row.owner_id in embedded,
        )
        for row in rows
    }
