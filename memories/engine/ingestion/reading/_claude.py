"""Claude's data export, `conversations.json`: a list of messages for each conversation."""

from datetime import datetime

from memories.engine.domain import Role, Turn
from memories.engine.ingestion.reading._conversations import Conversation, one_sitting
from memories.engine.ingestion.reading._nodes import Node
from memories.engine.ingestion.reading._times import read_timestamp

_SENDERS = {"human": Role.USER, "assistant": Role.ASSISTANT}


def read_claude(node: Node, name: str) -> Conversation:
    """Returns one exported conversation; messages without text (only files) are left out.

    A message without a time takes that of the one before it, the first one the conversation's.
    """
    given = node.find("uuid")
    said_at = _moment_of(node)
    turns: list[Turn] = []
    for message in node.get("chat_messages", "a list of messages").items("a list of messages"):
        said_at = _moment_of(message) or said_at
        turn = _turn_of(message, said_at)
        if turn is not None:
            turns.append(turn)
    return one_sitting(name if given is None else given.filled_text(), tuple(turns))


def _turn_of(message: Node, said_at: datetime | None) -> Turn | None:
    sender = message.get("sender", "human or assistant")
    role = _SENDERS.get(sender.text("human or assistant"))
    if role is None:
        raise sender.mismatch("human or assistant")
    text = _text_of(message)
    if not text.strip():
        return None
    client_id = message.find("uuid")
    return Turn(
        role=role,
        text=text,
        client_id=None if client_id is None else client_id.filled_text(),
        said_at=said_at,
    )


def _text_of(message: Node) -> str:
    # `text` also holds stand-ins for blocks that the export can't show; the parts do not.
    content = message.find("content")
    parts = () if content is None else content.items("a list of parts")
    texts = [
        part.get("text", "the part's text").text()
        for part in parts
        if part.get("type", "the part's kind").value == "text"
    ]
    joined = "\n".join(texts)
    whole = message.find("text")
    return joined if joined.strip() or whole is None else whole.text()


def _moment_of(node: Node) -> datetime | None:
    created = node.find("created_at")
    return None if created is None else read_timestamp(created)
