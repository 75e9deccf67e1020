"""Lets through, of what was ranked, only what the read may see."""

import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Final

from memories.engine.adapters.sqlite.connection import Connection, whole, words
from memories.engine.adapters.sqlite.visibility import MESSAGES_AS_MEMORIES, in_force, visible
from memories.engine.domain import Found, Scope, Selection

# Rows that are checked for visibility at once.
_BATCH: Final = 256


def admit_passages(
    connection: Connection,
    ranked: Iterable[tuple[int, float]],
    scope: Scope,
    selection: Selection,
    *,
    limit: int,
    messages: bool,
) -> list[Found]:
    """The first visible owners of ranked passages; an owner counts at its best passage."""
    found: dict[str, float] = {}
    force, force_values = in_force(selection)
    for batch in _batches(ranked):
        owners: dict[int, str] = {}
        for kind_is_message in (False, True)[: 1 + messages]:
            table = MESSAGES_AS_MEMORIES if kind_is_message else "memories"
            condition, values = visible(selection, scope, messages=kind_is_message)
            owners |= {
                whole(passage): words(owner_id)
                for passage, owner_id in connection.rows(
                    "SELECT p.seq, m.id FROM json_each(?) AS wanted"
                    f" JOIN passages p ON p.seq = wanted.value JOIN {table} m"
                    f" ON m.seq = p.owner / 2 WHERE p.owner % 2 = {int(kind_is_message)}"
                    f" AND {force} AND {condition}",
                    (json.dumps([passage for passage, _ in batch]), *force_values, *values),
                )
            }
        for passage, score in batch:
            if passage in owners:
                found.setdefault(owners[passage], score)
        if len(found) >= limit:
            break
    return [Found(owner_id, score) for owner_id, score in list(found.items())[:limit]]


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
