"""Lets through, of what was ranked, only what the read may see."""

import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Final

from memories.engine.adapters.sqlite.connection import Connection, whole, words
from memories.engine.adapters.sqlite.visibility import MESSAGES_AS_MEMORIES, visible
from memories.engine.domain import Found, Scope, Selection

# Rows that are checked for visibility at once.
_BATCH: Final = 256


def admit_rows(
    connection: Connection,
    ranked: Iterable[tuple[int, float]],
    scope: Scope,
    selection: Selection,
    *,
    limit: int,
    messages: bool,
) -> list[Found]:
    """The first visible rows of ranked owner numbers."""
    found: list[Found] = []
    for batch in _batches(ranked):
        ids: dict[int, str] = {}
        wanted = json.dumps([owner for owner, _ in batch])
        for kind_is_message in (False, True)[: 1 + messages]:
            table = MESSAGES_AS_MEMORIES if kind_is_message else "memories"
            condition, values = visible(selection, scope, messages=kind_is_message)
            ids |= {
                whole(owner): words(id_)
                for owner, id_ in connection.rows(
                    f"SELECT wanted.value, m.id FROM json_each(?) AS wanted JOIN {table} m"
                    " ON m.seq = wanted.value / 2"
                    f" WHERE wanted.value % 2 = {int(kind_is_message)} AND {condition}",
                    (wanted, *values),
                )
            }
        found += [Found(ids[owner], score) for owner, score in batch if owner in ids]
        if len(found) >= limit:
            break
    return found[:limit]


def _batches(ranked: Iterable[tuple[int, float]]) -> Iterator[list[tuple[int, float]]]:
    remaining = iter(ranked)
    while batch := list(itertools.islice(remaining, _BATCH)):
        yield batch
