"""Which memories are looked at together: those that are near, or about the same."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from memories.engine.domain import MemoryRecord, Scope, Selection
from memories.engine.ingestion.limits import LIMITS
from memories.engine.ingestion.tools import IngestTools

# Why nothing comes of a claim that somebody's edit, deletion or other claim came before.
NO_LONGER: Final = "it is about a memory that no longer stands as it was shown"

# Rows of narrower scopes, and folded ones, may be nearer; they are left out afterwards.
_LOOKED_AT: Final = 4 * LIMITS.consolidated
_MOST_OBSERVATIONS: Final = 10


@dataclass(frozen=True, slots=True)
class Group:
    """Memories that one question is about.

    Attributes:
        memories: of one home, none of them folded or replaced, in the order they were said.
        observations: near them and known already.
    """

    memories: tuple[MemoryRecord, ...]
    observations: tuple[MemoryRecord, ...] = ()


def groups_of(due: Sequence[MemoryRecord], *, scope: Scope, tools: IngestTools) -> Iterator[Group]:
    """Groups that together hold every due memory; each is gathered when it is its turn.

    So what was folded or replaced in one group is not in the next.

    Args:
        due: memories of the scope's home.
        scope: whose.
        tools: the ports.

    Raises:
        IndexUnavailable: the index does not answer.
    """
    left = {memory.id: memory for memory in due}
    while left:
        seed = next(iter(left.values()))
        group = _around(seed, scope=scope, tools=tools)
        for memory in (seed, *group.memories):
            left.pop(memory.id, None)
        yield group


def in_order(memories: Collection[MemoryRecord]) -> tuple[MemoryRecord, ...]:
    """As they were said."""
    return tuple(sorted(memories, key=lambda each: (each.said_at, each.recorded_at, each.id)))


def is_current(memory: MemoryRecord) -> bool:
    """True of a memory that is neither folded nor replaced."""
    return memory.merged_into is None and memory.superseded_by is None


def as_shown(
    memories: Collection[MemoryRecord], *, scope: Scope, tools: IngestTools
) -> Mapping[str, MemoryRecord]:
    """Those that still stand as they were shown: a model's word is about no other wording."""
    found = tools.records.memories.get([each.id for each in memories], scope=scope)
    return {
        each.id: found[each.id]
        for each in memories
        if each.id in found
        and is_current(found[each.id])
        and found[each.id].version == each.version
    }


def _around(seed: MemoryRecord, *, scope: Scope, tools: IngestTools) -> Group:
    """The memory with those around it; nothing where it no longer stands."""
    nearness = _nearness(seed, scope=scope, tools=tools)
    found = tools.records.memories.get({*nearness, seed.id}, scope=scope)
    now = tools.clock.now()
    standing = [
        each
        for each in found.values()
        if is_current(each)
        and each.scope.home == scope.home
        and (each.expires_at is None or each.expires_at > now)
    ]
    if all(each.id != seed.id for each in standing):
        return Group(())
    nearest = sorted(standing, key=lambda each: (each.id != seed.id, -nearness[each.id]))
    learned = [each for each in nearest if not each.derived_from]
    observed = [each for each in nearest if each.derived_from]
    return Group(in_order(learned[: LIMITS.consolidated]), in_order(observed[:_MOST_OBSERVATIONS]))


def _nearness(seed: MemoryRecord, *, scope: Scope, tools: IngestTools) -> Mapping[str, float]:
    """By id: how near in meaning, and how much of whom and what it mentions is shared."""
    selection = Selection(now=tools.clock.now(), latest_only=True)
    nearness: defaultdict[str, float] = defaultdict(float)
    vector = tools.passages.vectors([seed.id], scope=scope).get(seed.id)
    if vector is not None:
        for found in tools.index.semantic(
            vector, scope=scope.home, selection=selection, limit=_LOOKED_AT, messages=False
        ):
            nearness[found.owner_id] += found.score
    entities = tools.records.entities.mentioned_by([seed.id], scope=scope)
    if entities:
        weights = dict.fromkeys(sorted(entities), 1 / len(entities))
        for found in tools.index.entity(
            weights, scope=scope.home, selection=selection, limit=_LOOKED_AT, messages=False
        ):
            nearness[found.owner_id] += found.score
    return nearness
