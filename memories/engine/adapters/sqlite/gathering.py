"""What the engine judges rows by, gathered from the passages in memory."""

import json
from collections.abc import Sequence
from typing import Final

import numpy as np

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.adapters.sqlite.passage_cache import Passages
from memories.engine.domain import Candidates, Flags, Integers, Numbers, Pairs, Table, Vector
from memories.engine.storage.values import real, whole
from memories.engine.text.bm25 import MOST_PER_WORD, rarity, saturated

# How far around a turn words count as said with it.
_AROUND: Final = (-2, -1, 0, 1, 2)
_HERE: Final = 2


def best_owners(
    scores: Numbers, rows: Integers, passages: Passages, *, limit: int
) -> list[tuple[str, float]]:
    """Owners by their best passage, best first.

    Args:
        scores: of the rows.
        rows: of the passages.
        passages: all of them.
        limit: at most so many owners.
    """
    wanted = 2 * limit
    while True:
        if wanted < len(rows):
            top = np.argpartition(-scores, wanted)[:wanted]
            top = top[np.lexsort((rows[top], -scores[top]))]
        else:
            top = np.lexsort((rows, -scores))
        owners = passages.owners[rows[top]]
        _, first = np.unique(owners, return_index=True)
        if len(first) >= limit or wanted >= len(rows):
            chosen = top[np.sort(first)][:limit]
            ids = passages.owner_ids[rows[chosen]].tolist()
            return list(zip(ids, scores[chosen].tolist(), strict=True))
        wanted *= 4


def word_counts(
    passages: Passages, alternatives: Sequence[Sequence[str]]
) -> list[tuple[Integers, Numbers, int]]:
    """For each word the rows that hold it, how often each does, and how many do altogether.

    A word counts as often as the alternative that the row holds most; how many rows hold it is
    said of the alternative that most do.
    """
    return [_held(passages, terms) for terms in alternatives]


def _held(passages: Passages, terms: Sequence[str]) -> tuple[Integers, Numbers, int]:
    lists = [passages.postings.holding(term) for term in dict.fromkeys(terms)]
    holding = max(int(passages.alive[rows].sum()) for rows, _ in lists)
    if len(lists) == 1:
        return (*lists[0], holding)
    rows = np.unique(np.concatenate([rows for rows, _ in lists]))
    counts = np.zeros(len(rows), dtype=np.float64)
    for held, each in lists:
        at = np.searchsorted(rows, held)
        counts[at] = np.maximum(counts[at], each)
    return rows, counts, holding


def counts_at(rows: Integers, held: Integers, counts: Numbers) -> Numbers:
    """How often each of the rows holds a word; rows below 0 hold nothing."""
    if not len(held):
        return np.zeros(len(rows), dtype=np.float64)
    at = np.minimum(np.searchsorted(held, rows), len(held) - 1)
    return np.where(held[at] == rows, counts[at], 0.0)


def learned_from(connection: Connection, owners: Integers) -> Pairs:
    """Pairs of memory and message, by number, for every memory or message among the owners."""
    memories = json.dumps((owners[owners % 2 == 0] // 2).tolist())
    messages = json.dumps((owners[owners % 2 == 1] // 2).tolist())
    found = connection.rows(
        "SELECT memory * 2, message * 2 + 1 FROM sources"
        " WHERE memory IN (SELECT value FROM json_each(?))"
        " UNION SELECT memory * 2, message * 2 + 1 FROM sources"
        " WHERE message IN (SELECT value FROM json_each(?))",
        (memories, messages),
    )
    pairs = [(whole(memory), whole(message)) for memory, message in found]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def own_relevance(
    passages: Passages, rows: Integers, words_held: Sequence[tuple[Integers, Numbers, int]]
) -> Numbers:
    """BM25 of each of the rows' own text, 1 for a very short one that holds every word."""
    lengths, usual = passages.postings.lengths[rows], passages.usual_length
    total = passages.total
    scores, best = np.zeros(len(rows)), 0.0
    for held, counts, holding in words_held:
        weight = rarity(holding, total)
        best += weight
        # Whichever is shorter is looked up in the other.
        if len(held) < len(rows):
            at = np.searchsorted(rows, held)
            inside = at < len(rows)
            inside[inside] = rows[at[inside]] == held[inside]
            at, found = at[inside], counts[inside]
        else:
            found = counts_at(rows, held, counts)
            at = np.flatnonzero(found)
            found = found[at]
        scores[at] += weight * saturated(found, lengths[at], usual)
    # A text that repeats a word often comes to more than one that holds it once.
    return np.minimum(scores / (best * MOST_PER_WORD), 1.0) if best else scores


def gather(
    connection: Connection,
    passages: Passages,
    seen: Flags,
    owners: Integers,
    *,
    vector: "Vector | None",
    words_held: Sequence[tuple[Integers, Numbers, int]],
    mentions_of: Sequence[str],
) -> Candidates:
    """The owners that may be seen, with the turns they were learned from and what else was.

    Args:
        connection: a snapshot.
        passages: all passages.
        seen: which of them the read may see.
        owners: numbers of memories and messages.
        vector: the question's; None to leave likeness out.
        words_held: for each word of the question, who holds it: see `word_counts`.
        mentions_of: ids of the entities whose mentions are wanted.
    """
    pairs = learned_from(connection, owners)
    rows = _belonging_to(passages, np.flatnonzero(seen), owners, pairs.ravel())
    numbers, first, of = np.unique(passages.owners[rows], return_index=True, return_inverse=True)
    around = passages.around(rows, _AROUND)
    around = np.where((around >= 0) & seen[around], around, -1)
    # A memory stands nowhere in a conversation: only its own words are its own.
    around[_HERE] = rows
    said = [
        counts_at(around.ravel(), held, each).reshape(around.shape) for held, each, _ in words_held
    ]
    lengths = passages.postings.lengths
    known = np.isin(pairs, numbers).all(axis=1)
    total = passages.total
    return Candidates(
        ids=tuple(passages.owner_ids[rows[first]].tolist()),
        is_message=numbers % 2 == 1,
        sessions=passages.sessions_of(rows[first]),
        speakers=tuple(passages.speaker_names[each] for each in passages.speakers[rows[first]]),
        said_at=passages.said_at[rows[first]],
        occurred=passages.occurred[rows[first]],
        kinds=passages.kinds[rows[first]],
        mentions=_mentions(connection, numbers, mentions_of),
        learned=np.searchsorted(numbers, pairs[known]).reshape(-1, 2),
        owners=of.astype(np.int64),
        cosines=_cosines(passages, rows, vector),
        rarities=np.array([rarity(holding, total) for _, _, holding in words_held]),
        usual_length=passages.usual_length,
        counts=_table([each[_HERE] for each in said], len(rows)),
        lengths=lengths[rows],
        counts_around=_table([each.sum(axis=0) for each in said], len(rows)),
        lengths_around=np.where(around >= 0, lengths[around], 0.0).sum(axis=0),
    )


def _belonging_to(passages: Passages, rows: Integers, *owners: Integers) -> Integers:
    """Those of the rows that are of one of the owners."""
    wanted = np.zeros(
        max(len(passages.row_of), *(int(each.max(initial=0)) + 1 for each in owners)), np.bool_
    )
    for each in owners:
        wanted[each] = True
    return rows[wanted[passages.owners[rows]]]


def _cosines(passages: Passages, rows: Integers, vector: "Vector | None") -> Numbers:
    if vector is None:
        return np.full(len(rows), np.nan)
    cosines = (passages.vectors[rows] @ vector).astype(np.float64)
    return np.where(passages.embedded[rows], cosines, np.nan)


def _mentions(connection: Connection, owners: Integers, entities: Sequence[str]) -> Table:
    """For each owner and entity how surely the one mentions the other, 0 for not at all."""
    table = np.zeros((len(owners), len(entities)), dtype=np.float64)
    if entities:
        found = connection.rows(
            "SELECT named.key, owner, mentions.score FROM json_each(?) AS named"
            " JOIN entities ON entities.id = named.value"
            " JOIN mentions ON mentions.entity = entities.seq"
            " AND mentions.owner IN (SELECT value FROM json_each(?))",
            (json.dumps(list(entities)), json.dumps(owners.tolist())),
        )
        columns = [whole(entity) for entity, _, _ in found]
        rows = np.searchsorted(owners, [whole(owner) for _, owner, _ in found])
        table[rows, columns] = [real(score) for _, _, score in found]
    return table


def _table(columns: Sequence[Numbers], rows: int) -> Table:
    return np.stack(columns, axis=1) if columns else np.zeros((rows, 0), dtype=np.float64)
