"""Rows about whom and what the question is about."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from memories.engine.domain import KnownEntity, Scope
from memories.engine.retrieval.query import Query
from memories.engine.retrieval.query_vector import QueryVector
from memories.engine.retrieval.signals import Finding
from memories.engine.retrieval.tools import Reach, SearchTools
from memories.engine.text.forms import form_of, full_names, name_words
from memories.engine.text.languages import DEFAULT_LANGUAGE, function_words

# Longest run of words that is looked up as a name.
_LONGEST_NAME: Final = 3
# An entity that the question does not name, but that is as near to it in meaning as an answer
# is, counts half.
_NEAR_ENTITIES: Final = 3
_NEAR_FROM: Final = 0.8
_NEAR_WEIGHT: Final = 0.5


def find_by_entities(
    query: Query, question: QueryVector, *, reach: Reach, tools: SearchTools
) -> Finding:
    """Rows that mention the question's entities; a rarely mentioned entity counts more.

    Raises:
        EmbedderError: the model gave no usable vector.
    """
    weights, names = _named(query, reach.scope, tools)
    for entity_id, weight, name in _near(question, reach.scope, tools):
        weights.setdefault(entity_id, weight)
        names.setdefault(entity_id, name)
    if not weights:
        return Finding(applies=False)
    found = tools.index.entity(
        weights,
        scope=reach.scope,
        selection=reach.selection,
        limit=reach.breadth,
        messages=reach.messages,
    )
    reason = "about " + ", ".join(names.values())
    return Finding(
        {
            each.owner_id: replace(each, score=min(1.0, each.score), reasons=(reason,))
            for each in found
        }
    )


def rarity(mentions: int) -> float:
    """How much an entity tells a row apart: 1 for one mention, half for two, a tenth for 500."""
    return 1.0 / (1.0 + math.log2(max(mentions, 1)))


def _named(
    query: Query, scope: Scope, tools: SearchTools
) -> tuple[dict[str, float], dict[str, str]]:
    forms = set(_forms(query))
    known: dict[str, KnownEntity] = {
        each.entity.id: each
        for entities in tools.records.entities.with_forms(forms, scope=scope).values()
        for each in entities
    }
    weights = {id_: rarity(each.mentions) for id_, each in known.items()}
    return weights, {id_: each.entity.name for id_, each in known.items()}


def _forms(query: Query) -> Iterator[str]:
    """Every form that the question may name an entity by."""
    for surface in query.mentions:
        yield form_of(surface)
        yield from full_names(surface)
    words = name_words(query.text)
    for size in range(1, _LONGEST_NAME + 1):
        for first in range(len(words) - size + 1):
            run = words[first : first + size]
            if not function_words(DEFAULT_LANGUAGE).intersection((run[0], run[-1])):
                surface = " ".join(run)
                yield form_of(surface)
                yield from full_names(surface)


def _near(
    question: QueryVector, scope: Scope, tools: SearchTools
) -> Iterator[tuple[str, float, str]]:
    vector = question.get().vector
    if vector is None:
        return
    scale = tools.embedder.scale
    for found in tools.index.near_entities(vector, scope=scope, limit=_NEAR_ENTITIES):
        score = scale.score(found.score)
        if score >= _NEAR_FROM:
            yield found.owner_id, _NEAR_WEIGHT * score, found.reasons[0]
