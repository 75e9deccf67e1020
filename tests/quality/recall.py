"""How much of the evidence of a conversation's questions a search finds."""

from statistics import fmean
from typing import Final

from evaluation.remembering import scope_of
from evaluation.walk import turn_id, walk
from memories import Conversation, Memory

DEPTH: Final = 50


def recalls_at(ks: tuple[int, ...], memory: Memory, conversation: Conversation) -> dict[int, float]:
    """Mean share of a question's evidence among the first k distinct turns of its hits."""
    shares: dict[int, list[float]] = {k: [] for k in ks}
    asked_at = max(
        turn.said_at
        for session in conversation.sessions
        for turn in session.turns
        if turn.said_at is not None
    )
    for question in conversation.questions:
        wanted = set(question.evidence)
        if not wanted:
            continue
        found = memory.search(
            question.text,
            scope=scope_of(memory, conversation),
            top_k=DEPTH,
            reference_time=asked_at,
        )
        turns = [turn_id(message) for message in walk(found)]
        for k in ks:
            shares[k].append(len(wanted & set(turns[:k])) / len(wanted))
    return {k: fmean(each) for k, each in shares.items()}
