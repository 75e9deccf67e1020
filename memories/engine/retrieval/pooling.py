"""A memory and the turn that it was learned from are judged together.

What the turn says and what was made of it are two readings of one thing: where both agree with the
question, it is more likely meant than where one does.
"""

from typing import Final

import numpy as np

from memories.engine.domain import Candidates, Flags, Integers, Numbers

# A memory's share of what it and its turn score.
_MEMORY_SHARE: Final = 0.5
# Where nothing was learned from a turn, it speaks for what could have been, at half its own score:
# .5 was the best of 0, .5, .8 and 1 for one embedding model and as good as 0 for the other.
_UNSPOKEN: Final = 0.5


def best_passage(candidates: Candidates, scores: Numbers) -> Numbers:
    """Each row's best passage.

    Args:
        candidates: the rows.
        scores: of their passages; NaN counts as 0.
    """
    best = np.zeros(len(candidates.ids))
    np.maximum.at(best, candidates.owners, np.nan_to_num(scores))
    return best


def with_turns(
    candidates: Candidates, memories: Numbers, turns: Numbers, *, own_share: float = _MEMORY_SHARE
) -> Numbers:
    """Each row's score together with that of the turn, or of the best memory, it belongs to.

    A memory that stands alone has its own score.

    Args:
        candidates: the rows.
        memories: what each row's own text scores.
        turns: what each message scores as a turn of its conversation.
        own_share: of a memory's score in the whole; the turn has the rest.
    """
    memory, message = candidates.learned[:, 0], candidates.learned[:, 1]
    size = len(candidates.ids)
    turn, has_turn = _best_of(size, memory, turns[message])
    told, has_told = _best_of(size, message, memories[memory])
    of_memories = np.where(has_turn, own_share * memories + (1 - own_share) * turn, memories)
    unspoken = np.where(has_told, told, _UNSPOKEN * memories)
    of_messages = own_share * unspoken + (1 - own_share) * turns
    return np.where(candidates.is_message, of_messages, of_memories)


def _best_of(size: int, to: Integers, scores: Numbers) -> tuple[Numbers, Flags]:
    best = np.zeros(size)
    np.maximum.at(best, to, scores)
    reached = np.zeros(size, dtype=np.bool_)
    reached[to] = True
    return best, reached
