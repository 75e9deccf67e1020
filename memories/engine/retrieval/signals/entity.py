"""Rows about whom and what the question is about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from memories.engine.domain import Candidates, KnownEntity, Numbers, Scope
from memories.engine.retrieval.query import Query
from memories.engine.retrieval.query_vector import QueryVector
from memories.engine.retrieval.signals import Finding
from memories.engine.retrieval.tools import Reach, SearchTools
from memories.engine.text.forms import acronym, form_of, full_names, name_words
from memories.engine.text.languages import DEFAULT_LANGUAGE, function_words

# Longest run of words that is looked up as a name.
_LONGEST_NAME: Final = 3
# A name for short that more entities share tells nothing.
_MOST_MEANT: Final = 5
# An entity that the question does not name, but that is as near to it in meaning as an answer
# is, counts half.
_NEAR_ENTITIES: Final = 3
_NEAR_FROM: Final = 0.8
_NEAR_WEIGHT: Final = 0.5
# An entity that more rows mention tells too little to look for its rows; it still judges those
# that others find.
_TELLING_MENTIONS: Final = 200


@dataclass(frozen=True, slots=True)
class Subjects:
    """What the question is about.

    Attributes:
        weights: by entity id.
        names: by entity id.
        mentions: by entity id, how many rows mention it.
        speakers: name of each who speaks in the scope to the entity that they are.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    mentions: Mapping[str, int] = field(default_factory=dict)
    speakers: Mapping[str, str] = field(default_factory=dict)

    @property
    def judged(self) -> tuple[str, ...]:
        """The entities whose mentions count: none where the question names who speaks.

        In the order of the columns of `Candidates.mentions`.
        """
        return () if self.speakers else tuple(self.weights)


def read_subjects(
    query: Query, speakers: frozenset[str], *, scope: Scope, tools: SearchTools
) -> Subjects:
    """Which known entities the question names."""
    forms = set(_forms(query))
    speaker_forms = {form: name for name in speakers if (form := form_of(name)) in forms}
    known: dict[str, KnownEntity] = {}
    spoken: dict[str, str] = {}
    for form, entities in tools.index.meant_by(forms, scope=scope).items():
        # Whoever is called just so is meant before others whose name it is a part of.
        named = [each for each in entities if form_of(each.entity.name) == form] or entities
        if len(named) > _MOST_MEANT:
            continue
        for each in named:
            known[each.entity.id] = each
            if form in speaker_forms:
                spoken[speaker_forms[form]] = each.entity.id
    weights = dict.fromkeys(known, 1.0)
    names = {id_: each.entity.name for id_, each in known.items()}
    mentions = {id_: each.mentions for id_, each in known.items()}
    return Subjects(weights, names, mentions, spoken)


def near_subjects(question: QueryVector, *, scope: Scope, tools: SearchTools) -> Subjects:
    """Which known entities a question that names none is near to; waits for the model.

    Raises:
        EmbedderError: the model gave no usable vector.
    """
    vector = question.get().vector
    if vector is None:
        return Subjects()
    scale = tools.embedder.scale
    nearest = tools.index.near_entities(vector, scope=scope, limit=_NEAR_ENTITIES)
    near = [each for each in nearest if scale.score(each.score) >= _NEAR_FROM]
    return Subjects(
        weights={each.owner_id: _NEAR_WEIGHT * scale.score(each.score) for each in near},
        names={each.owner_id: each.reasons[0] for each in near},
    )


def find_by_entities(subjects: Subjects, *, reach: Reach, tools: SearchTools) -> Finding:
    """Rows that mention the telling ones of the question's entities.

    None where it names who speaks: theirs are too many, and any other name is among its words.
    """
    if not subjects.weights:
        return Finding(applies=False)
    if subjects.speakers:
        # Several of them: no one's words are asked for more than another's.
        return Finding(applies=len(set(subjects.speakers.values())) == 1)
    telling = {
        id_: weight
        for id_, weight in subjects.weights.items()
        if subjects.mentions.get(id_, 0) <= _TELLING_MENTIONS
    }
    found = tools.index.entity(
        telling or dict(subjects.weights),
        scope=reach.scope,
        selection=reach.selection,
        limit=reach.breadth,
        messages=reach.messages,
    )
    return Finding(tuple(each.owner_id for each in found))


def judge_subjects(candidates: Candidates, subjects: Subjects) -> Numbers:
    """How far each row is by, or else about, what the question names.

    A question that names one of those who speak asks what they said of themselves: whatever else it
    names is among its words. One that names several of them asks of both sides.
    """
    spoken = set(subjects.speakers.values())
    if len(spoken) == 1:
        said = [name in subjects.speakers for name in candidates.speakers]
        return np.array(said, dtype=np.float64)
    if spoken or not subjects.weights:
        return np.zeros(len(candidates.ids))
    weights = np.array(list(subjects.weights.values()))
    shares: Numbers = candidates.mentions @ weights / weights.sum()
    return shares


def _forms(query: Query) -> Iterator[str]:
    """Every form that the question may name an entity by."""
    for surface in query.mentions:
        yield form_of(surface)
        if acronym(surface):
            yield acronym(surface)
        yield from full_names(surface)
    words = name_words(query.text)
    for size in range(1, _LONGEST_NAME + 1):
        for first in range(len(words) - size + 1):
            run = words[first : first + size]
            if not function_words(DEFAULT_LANGUAGE).intersection((run[0], run[-1])):
                surface = " ".join(run)
                yield form_of(surface)
                yield from full_names(surface)
