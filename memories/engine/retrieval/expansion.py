"""From ranked rows to hits: with text, sources, neighbouring turns, entities and reasons."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np

from memories.engine.domain import (
    Candidates,
    MemoryRecord,
    Message,
    ScoreBreakdown,
    SearchHit,
    ShownRow,
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
    read = candidates.shown or partial(read_rows, reach=reach, tools=tools)
    found = read(ids)
    shown = {id_: found[id_] for id_ in ids if id_ in found}
    around = _neighbours(shown, neighbours, reach, tools) if neighbours else {}
    explanations = _explanations(ids, shown, evidence, reach, tools)
    return tuple(
        hit_of(
            row,
            score=float(fused.scores[ids[id_]]),
            breakdown=fused.breakdown(ids[id_]),
            neighbours=around.get(id_, ()),
            explanation=explanations.get(id_, ()),
        )
        for id_, row in shown.items()
    )


def read_rows(ids: Collection[str], *, reach: Reach, tools: SearchTools) -> dict[str, ShownRow]:
    """The rows, from the records; those that are gone are left out."""
    records, scope = tools.records, reach.scope
    memories = records.memories.as_told(ids, scope=scope, selection=reach.selection)
    messages = records.messages.get(frozenset(ids) - memories.keys(), scope=scope)
    sources = records.messages.sources(memories.keys(), scope=scope)
    entities = records.entities.named_by(ids, scope=scope)
    told: dict[str, MemoryRecord | Message] = {**memories, **messages}
    return {
        id_: ShownRow(row, tuple(sources.get(id_, ())), tuple(entities.get(id_, ())))
        for id_, row in told.items()
    }


def _sources(row: ShownRow) -> tuple[Source, ...]:
    """What it rests on; a message rests on itself."""
    told = row.told
    return (
        (Source(told, told.text, 0, len(told.text)),) if isinstance(told, Message) else row.sources
    )


def hit_of(
    row: ShownRow,
    *,
    score: float,
    breakdown: ScoreBreakdown,
    neighbours: Sequence[Message],
    explanation: tuple[str, ...],
) -> SearchHit:
    """A row as a hit."""
    told = row.told
    memory = told if isinstance(told, MemoryRecord) else None
    return SearchHit(
        id=told.id,
        text=told.text,
        score=score,
        breakdown=breakdown,
        is_message=memory is None,
        attributed_to=told.attributed_to if isinstance(told, MemoryRecord) else told.speaker,
        said_at=told.said_at,
        memory=memory,
        sources=_sources(row),
        neighbours=tuple(neighbours),
        entities=row.entities,
        explanation=explanation,
    )


def _neighbours(
    shown: Mapping[str, ShownRow], reach_of_turns: int, reach: Reach, tools: SearchTools
) -> dict[str, list[Message]]:
    """The turns before and after the first source of each."""
    steps = [step for step in range(-reach_of_turns, reach_of_turns + 1) if step]
    wanted = {
        owner_id: [
            (first.message.session, first.message.position + step)
            for first in _sources(row)[:1]
            for step in steps
        ]
        for owner_id, row in shown.items()
    }
    turns = {turn for around in wanted.values() for turn in around}
    found = {
        (message.session, message.position): message
        for message in tools.index.turns(turns, scope=reach.scope, selection=reach.selection)
    }
    return {
        owner_id: [found[turn] for turn in around if turn in found]
        for owner_id, around in wanted.items()
    }


def _explanations(
    rows: Mapping[str, int],
    shown: Mapping[str, ShownRow],
    evidence: Evidence | None,
    reach: Reach,
    tools: SearchTools,
) -> dict[str, tuple[str, ...]]:
    if evidence is None:
        return {}
    matched = tools.index.matched_terms(rows.keys(), evidence.terms, scope=reach.scope)
    return {
        owner_id: evidence.explain(
            row, matched=matched.get(owner_id, ()), memory=_memory(shown.get(owner_id))
        )
        for owner_id, row in rows.items()
    }


def _memory(row: ShownRow | None) -> MemoryRecord | None:
    return row.told if row is not None and isinstance(row.told, MemoryRecord) else None
