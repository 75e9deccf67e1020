"""What the engine judges rows by, from passages as Weaviate gives them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final, TypeVar

import numpy as np

from memories.engine.adapters.weaviate.documents import place_label
from memories.engine.adapters.weaviate.stored import StoredPassage
from memories.engine.domain import Candidates, Integers, Kind, Numbers, Pairs, Table, WordStatistics
from memories.engine.text.bm25 import relevance
from memories.engine.text.wording import count_words

_Values = TypeVar("_Values", Numbers, Table)
# How far around a turn words count as said with it.
_AROUND: Final = 2
# A turn without any words has no passage; so many places further one may still be next to it.
_PLACES_AROUND: Final = 3
_KINDS: Final[Mapping[str, int]] = {kind.value: place for place, kind in enumerate(Kind)}
_NO_KIND: Final = -1
_NO_SESSION: Final = -1


def own_relevance(
    passages: Sequence[StoredPassage], alternatives: Sequence[Sequence[str]], words: WordStatistics
) -> Numbers:
    """BM25 of each passage's own text, 1 for a very short one that holds every word."""
    counts, lengths = _counts(passages, alternatives), _lengths(passages)
    return relevance(counts, lengths, words.rarities, words.usual_length)


def neighbours_of(passages: Sequence[StoredPassage]) -> list[str]:
    """Labels of the places next to messages that none of the passages stands at."""
    taken = {(each.session, each.position) for each in passages if each.is_message}
    steps = [step for step in range(-_PLACES_AROUND, _PLACES_AROUND + 1) if step]
    places = {(session, position + step) for session, position in taken for step in steps}
    return [place_label(*place) for place in sorted(places - taken) if place[1] >= 0]


def gather(
    passages: Sequence[StoredPassage],
    around: Sequence[StoredPassage],
    *,
    asked_for: Collection[str],
    alternatives: Sequence[Sequence[str]],
    words: WordStatistics,
    mentions_of: Sequence[str],
) -> Candidates:
    """The rows with all that they are judged by.

    Args:
        passages: of the rows that were asked for, of those they were learned from, and of those
            that were learned from them.
        around: of the turns next to them.
        asked_for: ids of the rows that signals found.
        alternatives: for each word of the question, the terms that count as it.
        words: how rare each is.
        mentions_of: ids of the entities whose mentions are wanted.
    """
    ordered = sorted(passages, key=lambda each: (each.number, each.is_message, each.start))
    first: dict[str, StoredPassage] = {}
    for each in ordered:
        first.setdefault(each.owner_id, each)
    rows = {id_: row for row, id_ in enumerate(first)}
    firsts = list(first.values())
    sessions: dict[str, int] = {}
    for each in firsts:
        sessions.setdefault(each.session, len(sessions))
    every = [*ordered, *around]
    counts, lengths = _counts(every, alternatives), _lengths(every)
    counts_around, lengths_around = _with_turns(every, counts), _with_turns(every, lengths)
    own = len(ordered)
    return Candidates(
        ids=tuple(first),
        is_message=np.array([each.is_message for each in firsts], dtype=np.bool_),
        sessions=np.array(
            [sessions[each.session] if each.is_message else _NO_SESSION for each in firsts],
            dtype=np.int64,
        ),
        speakers=tuple(each.speaker for each in firsts),
        said_at=np.array([each.said_at for each in firsts], dtype=np.float64),
        occurred=np.array([each.occurred for each in firsts], dtype=np.float64).reshape(-1, 2),
        kinds=np.array([_KINDS.get(each.kind, _NO_KIND) for each in firsts], dtype=np.int64),
        mentions=_mentions(firsts, mentions_of),
        learned=_learned(firsts, rows, asked_for),
        owners=np.array([rows[each.owner_id] for each in ordered], dtype=np.int64),
        cosines=np.array([each.cosine for each in ordered], dtype=np.float64),
        counts=counts[:own],
        lengths=lengths[:own],
        counts_around=counts_around[:own],
        lengths_around=lengths_around[:own],
        rarities=np.array(words.rarities, dtype=np.float64),
        usual_length=words.usual_length,
    )


def _learned(
    firsts: Sequence[StoredPassage], rows: Mapping[str, int], asked_for: Collection[str]
) -> Pairs:
    pairs = [
        (rows[memory.owner_id], rows[message])
        for memory in firsts
        if not memory.is_message
        for message in memory.learned
        if message in rows and (memory.owner_id in asked_for or message in asked_for)
    ]
    return np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)


def _mentions(firsts: Sequence[StoredPassage], entities: Sequence[str]) -> Table:
    table = [[each.mentions.get(id_, 0.0) for id_ in entities] for each in firsts]
    return np.array(table, dtype=np.float64).reshape(len(firsts), len(entities))


def _counts(passages: Sequence[StoredPassage], alternatives: Sequence[Sequence[str]]) -> Table:
    return count_words([each.terms for each in passages], alternatives)


def _lengths(passages: Sequence[StoredPassage]) -> Numbers:
    return np.array([len(each.terms) for each in passages], dtype=np.float64)


def _with_turns(passages: Sequence[StoredPassage], values: _Values) -> _Values:
    """The values of each turn together with those of the two before and after it.

    A memory stands nowhere in a conversation: only its own words are its own.
    """
    summed = values.copy()
    for turns, steps in _conversations(passages):
        before = np.concatenate([np.zeros_like(values[:1]), values[turns].cumsum(axis=0)])
        first = np.searchsorted(steps, steps - _AROUND, side="left")
        last = np.searchsorted(steps, steps + _AROUND, side="right")
        summed[turns] = before[last] - before[first]
    return summed


def _conversations(passages: Sequence[StoredPassage]) -> Iterator[tuple[list[int], Integers]]:
    """For each session the places of its passages in the list, and how many steps in each is.

    A turn that may not be seen is a step too: who speaks after it is no nearer for that.
    """
    sessions: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for place, each in enumerate(passages):
        if each.is_message:
            sessions[each.session].append((each.position, each.start, place))
    for turns in sessions.values():
        turns.sort()
        positions = np.array([position for position, _, _ in turns], dtype=np.int64)
        steps = np.maximum(np.diff(positions, prepend=positions[:1]), 1).cumsum()
        yield [place for _, _, place in turns], steps
