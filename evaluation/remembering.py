"""Handing a conversation over, session by session, and knowing its turns again."""

import json
import tempfile
from pathlib import Path

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


def turn_ids(memory: Memory) -> dict[str, str]:
    """The data set's id of every turn, by the message's own: a context names only the latter."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.jsonl"
        memory.export(path)
        with path.open(encoding="utf-8") as lines:
            records = [json.loads(line) for line in lines]
    return {
        each["id"]: each["client_id"] or each["id"]
        for each in records
        if each["record"] == "message"
    }
