"""Handing a conversation over, session by session."""

from memories import Conversation, Memory, Scope, Session


def messages_of(session: Session) -> list[object]:
    """A session's turns as `Memory.add` takes them."""
    return [
        {
            "role": turn.role.value,
            "content": turn.text,
            "name": turn.name,
            "id": turn.client_id,
            "timestamp": turn.said_at,
        }
        for turn in session.turns
    ]


def scope_of(memory: Memory, conversation: Conversation, session: Session | None = None) -> Scope:
    """A conversation is a user and its sessions are that user's runs; all of them if None."""
    return memory.scope(user=conversation.id, run=None if session is None else session.id)
