"""Which of the passages in memory a read may see."""

from typing import Final

import numpy as np

from memories.engine.adapters.sqlite.connection import Connection
from memories.engine.adapters.sqlite.passage_cache import Passages
from memories.engine.adapters.sqlite.visibility import (
    MESSAGES_AS_MEMORIES,
    in_force,
    scope_numbers,
    visible,
)
from memories.engine.domain import Flags, Integers, Scope, Selection
from memories.engine.storage.rows import to_micros
from memories.engine.storage.values import whole

# Scopes whose rows are remembered while nothing is written.
_MOST_SCOPES_KEPT: Final = 64


def seen(connection: Connection, passages: Passages, scope: Scope, selection: Selection) -> Flags:
    """True for each passage, of memories and of messages, that the read may see."""
    if _is_plain(selection):
        return _seen_plainly(connection, passages, scope, selection)
    chosen: list[int] = []
    force, force_values = in_force(selection)
    for table, parity in (("memories", 0), (MESSAGES_AS_MEMORIES, 1)):
        condition, values = visible(selection, scope, messages=bool(parity))
        chosen += [
            whole(seq)
            for (seq,) in connection.rows(
                f"SELECT p.seq FROM {table} m JOIN passages p ON p.owner = m.seq * 2 + {parity}"
                f" WHERE {condition} AND {force}",
                (*values, *force_values),
            )
        ]
    mask = np.zeros(len(passages.seqs), dtype=np.bool_)
    wanted = np.array(sorted(chosen), dtype=np.int64)
    mask[rows_of(passages.seqs, wanted)] = True
    return mask & passages.alive


def in_scope_of(connection: Connection, passages: Passages, scope: Scope) -> Flags:
    """True for each passage of the scope that is still there."""
    known = passages.scoped.get(scope)
    if known is None:
        numbers = scope_numbers(connection, scope)
        wanted = np.zeros(max([*numbers, int(passages.scopes.max(initial=0))]) + 1, dtype=np.bool_)
        wanted[numbers] = True
        known = passages.alive & wanted[passages.scopes]
        if len(passages.scoped) >= _MOST_SCOPES_KEPT:
            passages.scoped.clear()
        passages.scoped[scope] = known
    return known


def rows_of(sorted_values: Integers, wanted: Integers) -> Integers:
    """Where the wanted values lie among the sorted ones; those that are not there are left out."""
    at = np.searchsorted(sorted_values, wanted)
    at = at[at < len(sorted_values)]
    return at[np.isin(sorted_values[at], wanted)]


def _is_plain(selection: Selection) -> bool:
    """True where what is in memory decides."""
    return (
        selection.filter is None
        and selection.as_of is None
        and selection.recorded_as_of is None
        and not selection.latest_only
    )


def _seen_plainly(
    connection: Connection, passages: Passages, scope: Scope, selection: Selection
) -> Flags:
    mask: Flags = in_scope_of(connection, passages, scope) & ~passages.retired
    if not selection.include_merged:
        mask &= ~passages.merged
    if not selection.show_expired:
        mask &= passages.expires_at > to_micros(selection.now)
    return mask
