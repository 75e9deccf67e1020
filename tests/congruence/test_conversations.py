"""Real conversations, told twice, are found alike."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from evaluation.remembering import messages_of
from memories import (
    BundledModel,
    Conversation,
    Memory,
    Scope,
    SearchResult,
    Session,
    read_conversations,
)
from tests.congruence.twins import Twins

SAMPLES = sorted((Path(__file__).resolve().parents[2] / "evaluation" / "samples").glob("*.json"))
_MOST_QUESTIONS = 40


@pytest.mark.parametrize("sample", SAMPLES, ids=[each.stem for each in SAMPLES])
def test_questions_about_a_conversation_find_the_same(
    open_twins: Callable[[BundledModel], Twins], sample: Path
) -> None:
    twins = open_twins(BundledModel())
    (conversation,) = read_conversations(sample)
    for session in conversation.sessions:
        tell(twins, conversation, session)
    scope = twins.scope(user=conversation.id)
    for query in asked_about(conversation):
        found = twins.ask(partial(search, query, scope=scope, top_k=20, messages=True))
        assert len(found)
        twins.ask(partial(search, query, scope=scope, top_k=5, messages=False))


def tell(twins: Twins, conversation: Conversation, session: Session) -> None:
    scope = twins.scope(user=conversation.id, run=session.id)
    messages, seed = messages_of(session), f"{conversation.id} {session.id}"
    twins.tell(lambda memory: memory.add(messages, scope=scope, seed=seed))


def asked_about(conversation: Conversation) -> list[str]:
    """Its questions; where it has none, what was said in it."""
    turns = [turn.text for session in conversation.sessions for turn in session.turns]
    return ([question.text for question in conversation.questions] or turns)[:_MOST_QUESTIONS]


def search(query: str, memory: Memory, *, scope: Scope, top_k: int, messages: bool) -> SearchResult:
    return memory.search(
        query, scope=scope, top_k=top_k, include_messages=messages, neighbours=1, explain=True
    )
