"""Finds, across all memories of a home, entities that are one and have several names.

A mention is linked as it comes, by its form (`entity_linking`). What forms can't tell is found
here, when there is more to go by: names that are alike are weighed with the company that both are
in, what is said of both, when it was said, and whether one text names both. Only the surest are
merged; others are suggested. Every merge keeps its score and its reason and can be undone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import combinations
from math import sqrt
from typing import Final

from memories.engine.domain import Company, Entity, EntityMerge, EntityType, Scope
from memories.engine.errors import InvalidInput, NotFound
from memories.engine.ingestion.tools import IngestTools
from memories.engine.text.fingerprints import stable_id
from memories.engine.text.forms import form_of
from memories.engine.text.likeness import Likeness, has_initial, judged, likenesses

# What is added to how likely names that are alike are one: set by hand, held by
# tests/quality/test_entity_resolution.py.
_COMPANY: Final = 0.2
_MEANING: Final = 0.15
_TIME: Final = 0.05
_TOGETHER: Final = -0.3
_NEAR_IN_TIME: Final = timedelta(days=30)
MERGED_FROM: Final = 0.75
SUGGESTED_FROM: Final = 0.5
# Of two that are nearly as likely, neither is sure.
_CLEARLY: Final = 0.1
# The memories and messages of an entity that are looked at.
_LOOKED_AT: Final = 200
# Merges of one transaction, so that whoever else writes need not wait for all of them.
_AT_ONCE: Final = 50
# A key that so many share tells nothing.
_MOST_ALIKE: Final = 10
_ASKED: Final = "asked for by the caller"
# Topics are words, and identifiers are exact.
_NAMED: Final = frozenset(
    {
        EntityType.PERSON,
        EntityType.NAME,
        EntityType.ORGANIZATION,
        EntityType.PLACE,
        EntityType.TITLE,
    }
)


@dataclass(frozen=True, slots=True)
class Resolution:
    """Which entities were found to be one.

    Attributes:
        merged: those that were merged.
        suggested: those that may be one, which `merge_entities` merges; the surest first.
    """

    merged: tuple[EntityMerge, ...]
    suggested: tuple[EntityMerge, ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two entities whose names are alike."""

    one: Entity
    other: Entity
    likeness: Likeness

    @property
    def ids(self) -> frozenset[str]:
        """Of both."""
        return frozenset((self.one.id, self.other.id))


def resolve_entities(
    *, scope: Scope, apply: bool, tools: IngestTools, about: Collection[str] | None = None
) -> Resolution:
    """Merge the entities of the scope's home that are surely one.

    Args:
        scope: whose.
        apply: False tells what would be merged, and merges nothing.
        tools: the ports.
        about: ids of memories: only those that these mention are held against the others.
    """
    home = scope.home
    known = [each for each in tools.records.entities.list(scope=home) if each.type in _NAMED]
    apart = tools.records.merges.kept_apart(scope=home)
    pairs = [pair for pair in _alike(known) if pair.ids not in apart]
    if about is not None:
        mentioned = tools.records.entities.mentioned_by(about, scope=home)
        # With all that else may be one with the others of them, as that makes them unsure.
        rivals = _concerning(mentioned, pairs)
        pairs = _concerning({id_ for pair in rivals for id_ in pair.ids}, pairs)
    weighed = sorted(_weighed(pairs, scope=home, tools=tools), key=lambda each: -each.score)
    sure, unsure = _settled(weighed)
    if about is not None:
        sure, unsure = (
            [each for each in some if _names_any(each, mentioned)] for some in (sure, unsure)
        )
    if apply:
        return Resolution(merge_found(sure, scope=home, tools=tools), tuple(unsure))
    return Resolution(tuple(sure), tuple(unsure))


def merge_found(
    merges: Sequence[EntityMerge], *, scope: Scope, tools: IngestTools
) -> tuple[EntityMerge, ...]:
    """Merge what was found to be one, where both are still there and neither is merged.

    Args:
        merges: as `resolve_entities` gives them.
        scope: whose.
        tools: the ports.

    Returns:
        Those that were merged.
    """
    batches = (merges[first : first + _AT_ONCE] for first in range(0, len(merges), _AT_ONCE))
    return tuple(each for some in batches for each in _merged(some, scope=scope, tools=tools))


def merge_entities(entity_id: str, *, into_id: str, scope: Scope, tools: IngestTools) -> None:
    """Give an entity's names and mentions to another one.

    Raises:
        NotFound: one of them is not there, or was merged before.
        InvalidInput: they are the same.
    """
    if entity_id == into_id:
        raise InvalidInput("an entity can't be merged into itself")
    with tools.writing(scope=scope):
        standing = _standing([entity_id, into_id], scope=scope, tools=tools)
        asked = EntityMerge(standing[entity_id], into_id, 1.0, _ASKED, tools.clock.now())
        _merged([asked], scope=scope, tools=tools)


def unmerge_entity(entity_id: str, name: str, *, scope: Scope, tools: IngestTools) -> Entity:
    """Take a name out of an entity, with the mentions under it, and keep the two apart.

    Args:
        entity_id: the entity.
        name: a name that it goes by: what was merged into it under that name comes out whole; of
            any other name, just that name.
        scope: whose.
        tools: the ports.

    Returns:
        The entity that has the name now.

    Raises:
        NotFound: there is no such entity, or it has no such name.
        InvalidInput: it has no other name.
    """
    form = form_of(name)
    with tools.writing(scope=scope):
        entity = _standing([entity_id], scope=scope, tools=tools)[entity_id]
        for merge in tools.records.merges.list(scope=scope):
            if merge.into_id == entity_id and form_of(merge.entity.name) == form:
                tools.records.merges.unmerge(merge.entity.id, scope=scope)
                return _standing([merge.entity.id], scope=scope, tools=tools)[merge.entity.id]
        said = sorted(tools.records.merges.surfaces(entity_id, scope=scope))
        names = {form_of(each): each for each in (*said, *entity.aliases, entity.name)}
        surface = names.pop(form, None)
        if surface is None:
            raise NotFound(f"entity {entity_id} has no name {name!r}")
        if not names:
            raise InvalidInput(f"{name!r} is the only name of entity {entity_id}")
        parted = Entity(stable_id(entity_id, "parted", form), surface, entity.type)
        tools.records.merges.part(entity_id, form, new=parted, scope=scope)
        return parted


def _standing(ids: Sequence[str], *, scope: Scope, tools: IngestTools) -> Mapping[str, Entity]:
    found = tools.records.entities.get(ids, scope=scope)
    merged = {each.entity.id for each in tools.records.merges.list(scope=scope)}
    for id_ in ids:
        if id_ not in found or id_ in merged:
            raise NotFound(f"no entity {id_}")
    return found


def _alike(entities: Sequence[Entity]) -> Iterator[_Pair]:
    """Pairs whose names are alike, each with the surest way in which they are."""
    by_key: dict[str, list[tuple[Entity, str, Likeness]]] = defaultdict(list)
    for entity in entities:
        for name in (entity.name, *entity.aliases):
            for key, likeness in {each.key: each for each in likenesses(name)}.items():
                by_key[key].append((entity, name, likeness))
    surest: dict[frozenset[str], _Pair] = {}
    for pair in (pair for sharing in by_key.values() for pair in _pairs(sharing)):
        known = surest.get(pair.ids)
        if known is None or known.likeness.prior < pair.likeness.prior:
            surest[pair.ids] = pair
    yield from surest.values()


def _concerning(ids: AbstractSet[str], pairs: Sequence[_Pair]) -> list[_Pair]:
    return [pair for pair in pairs if pair.ids & ids]


def _names_any(merge: EntityMerge, ids: AbstractSet[str]) -> bool:
    return merge.entity.id in ids or merge.into_id in ids


def _pairs(sharing: Sequence[tuple[Entity, str, Likeness]]) -> Iterator[_Pair]:
    """Pairs among the entities whose names share a likeness, unless they are too many."""
    if len({entity.id for entity, _, _ in sharing}) > _MOST_ALIKE:
        return
    for (one, name, likeness), (other, other_name, _) in combinations(sharing, 2):
        if one.id != other.id and _may_be_one(one, other, likeness):
            yield _Pair(one, other, judged(likeness, name, other_name))


def _may_be_one(one: Entity, other: Entity, likeness: Likeness) -> bool:
    if one.type is not other.type and EntityType.NAME not in {one.type, other.type}:
        return False
    if not likeness.key.startswith("initial"):
        return True
    # Two whole first names that begin alike are two.
    return has_initial(one.name) != has_initial(other.name)


def _weighed(pairs: Sequence[_Pair], *, scope: Scope, tools: IngestTools) -> Iterator[EntityMerge]:
    companies: dict[str, Company | None] = {}
    for pair in pairs:
        for entity in (pair.one, pair.other):
            if entity.id not in companies:
                companies[entity.id] = tools.records.merges.company(
                    entity.id, limit=_LOOKED_AT, scope=scope
                )
        one, other = companies[pair.one.id], companies[pair.other.id]
        if one is None or other is None:
            continue
        merge = _weigh(pair, one, other, scope=scope, tools=tools)
        if merge.score >= SUGGESTED_FROM:
            yield merge


def _weigh(
    pair: _Pair, one: Company, other: Company, *, scope: Scope, tools: IngestTools
) -> EntityMerge:
    company = _overlap(one.beside, other.beside, without={pair.one.id, pair.other.id})
    meaning = _nearness(one, other, scope=scope, tools=tools)
    near = max(one.said_from, other.said_from) - min(one.said_until, other.said_until)
    evidence = [
        (company * _COMPANY, f"in the same company ({company:.2f})"),
        (meaning * _MEANING, f"said in the same words ({meaning:.2f})"),
        (_TIME if near <= _NEAR_IN_TIME else 0.0, "at the same time"),
        (_TOGETHER if pair.other.id in one.beside else 0.0, "but named side by side"),
    ]
    reasons = [pair.likeness.reason, *(reason for weight, reason in evidence if weight)]
    score = pair.likeness.prior + sum(weight for weight, _ in evidence)
    kept, gone = _which_stays(pair, len(one.owner_ids), len(other.owner_ids))
    return EntityMerge(
        entity=gone,
        into_id=kept.id,
        score=round(min(score, 1.0), 3),
        reason="; ".join(reasons),
        at=tools.clock.now(),
    )


def _which_stays(pair: _Pair, one: int, other: int) -> tuple[Entity, Entity]:
    """The one that stays and the one that goes: whole names stay, then those that are said more."""
    ranked = sorted(
        ((has_initial(each.name), -said, each.id), each)
        for each, said in ((pair.one, one), (pair.other, other))
    )
    return ranked[0][1], ranked[1][1]


def _overlap(one: Mapping[str, int], other: Mapping[str, int], *, without: set[str]) -> float:
    """Cosine of whom and what the two are mentioned with, from 0 to 1."""
    mine = {id_: count for id_, count in one.items() if id_ not in without}
    theirs = {id_: count for id_, count in other.items() if id_ not in without}
    lengths = sqrt(sum(each**2 for each in mine.values()) * sum(e**2 for e in theirs.values()))
    shared = sum(count * theirs.get(id_, 0) for id_, count in mine.items())
    return shared / lengths if lengths else 0.0


def _nearness(one: Company, other: Company, *, scope: Scope, tools: IngestTools) -> float:
    """How near in meaning the memories of the two are on average, on the embedder's scale."""
    found = [
        list(tools.passages.vectors(company.owner_ids, scope=scope).values())
        for company in (one, other)
    ]
    if not all(found):
        return 0.0
    mine, theirs = (sum(vectors[1:], start=vectors[0]) for vectors in found)
    length = sqrt(float(mine @ mine) * float(theirs @ theirs))
    return tools.embedder.scale.score(float(mine @ theirs) / length) if length else 0.0


def _settled(weighed: Sequence[EntityMerge]) -> tuple[list[EntityMerge], list[EntityMerge]]:
    """Those that are sure, and the others, each the surest first.

    An entity that is nearly as likely one as another is neither, unless those two are one as well.
    """
    likely: dict[str, dict[str, float]] = defaultdict(dict)
    for each in weighed:
        likely[each.entity.id][each.into_id] = each.score
        likely[each.into_id][each.entity.id] = each.score
    sure: list[EntityMerge] = []
    unsure: list[EntityMerge] = []
    stands_for: dict[str, str] = {}
    for each in weighed:
        into = stands_for.get(each.into_id, each.into_id)
        gone = stands_for.get(each.entity.id, each.entity.id)
        if gone == into:
            continue
        if each.score >= MERGED_FROM and _is_clear(each, likely):
            if gone != each.entity.id:
                continue
            sure.append(replace(each, into_id=into))
            stands_for |= {id_: into for id_, stands in stands_for.items() if stands == gone}
            stands_for[gone] = into
        else:
            unsure.append(each)
    return sure, unsure


def _is_clear(merge: EntityMerge, likely: Mapping[str, Mapping[str, float]]) -> bool:
    """True unless one of the two is nearly as likely a third that the other one is not."""
    ids = (merge.entity.id, merge.into_id)
    return all(
        score <= merge.score - _CLEARLY or likely[third].get(other, 0.0) >= MERGED_FROM
        for this, other in (ids, ids[::-1])
        for third, score in likely[this].items()
        if third != other
    )


def _merged(
    merges: Sequence[EntityMerge], *, scope: Scope, tools: IngestTools
) -> Sequence[EntityMerge]:
    """Merge those of which both are still there; gives them."""
    done: list[EntityMerge] = []
    with tools.writing(scope=scope):
        ids = {id_ for each in merges for id_ in (each.entity.id, each.into_id)}
        left = set(tools.records.entities.get(ids, scope=scope))
        left -= {each.entity.id for each in tools.records.merges.list(scope=scope)}
        for each in merges:
            if left.issuperset((each.entity.id, each.into_id)):
                _merge(each, scope=scope, tools=tools)
                left.remove(each.entity.id)
                done.append(each)
    return done


def _merge(merge: EntityMerge, *, scope: Scope, tools: IngestTools) -> None:
    tools.records.merges.merge(
        merge.entity.id,
        into_id=merge.into_id,
        score=merge.score,
        reason=merge.reason,
        at=merge.at,
        scope=scope,
    )
