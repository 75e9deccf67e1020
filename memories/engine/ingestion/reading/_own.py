"""This product's own form: conversations of `{role, content}` messages, sessions and questions."""

from collections.abc import Iterator

from memories.engine.domain import Turn
from memories.engine.ingestion.reading._conversations import (
    Conversation,
    Question,
    Session,
    UniqueIds,
    one_sitting,
)
from memories.engine.ingestion.reading._messages import turns_of
from memories.engine.ingestion.reading._nodes import FormError, Node
from memories.engine.ingestion.reading._times import read_timestamp

_CONVERSATION_KEYS = ("id", "messages", "sessions", "questions")
_SESSION_KEYS = ("id", "messages")
_QUESTION_KEYS = ("question", "answer", "evidence", "category", "asked_at")


def read_message_list(root: Node, name: str) -> Conversation:
    """Returns the one conversation of a bare list of messages, or of a single message."""
    return one_sitting(name, turns_of(root))


def read_conversation(node: Node, name: str) -> Conversation:
    """Returns a conversation of `{id?, messages | sessions, questions?}`.

    Args:
        node: the conversation.
        name: its id where it gives none.

    Raises:
        FormError: it is off, or two messages of its sessions carry the same id.
    """
    node.refuse_unknown_keys(_CONVERSATION_KEYS)
    conversation_id = _id_of(node, name)
    questions = tuple(_questions_of(node))
    if node.has("messages") and node.has("sessions"):
        raise FormError(node.path, "expected either messages or sessions, got both")
    if node.has("sessions"):
        return Conversation(conversation_id, _sessions_of(node), questions)
    messages = node.get("messages", "a list of messages")
    return one_sitting(conversation_id, turns_of(messages), questions)


def _sessions_of(node: Node) -> tuple[Session, ...]:
    ids, seen = UniqueIds(), set[str]()
    sessions: list[Session] = []
    listed = node.get("sessions", "a list of sessions")
    for number, item in enumerate(listed.items("a list of sessions"), start=1):
        item.refuse_unknown_keys(_SESSION_KEYS)
        turns = turns_of(item.get("messages", "a list of messages"))
        _refuse_repeated_ids(item, turns, seen)
        sessions.append(Session(ids.take(_id_of(item, f"session-{number}")), turns))
    return tuple(sessions)


def _refuse_repeated_ids(session: Node, turns: tuple[Turn, ...], seen: set[str]) -> None:
    for index, turn in enumerate(turns):
        if turn.client_id in seen:
            path = (*session.path, "messages", index, "id")
            raise FormError(path, f"{turn.client_id!r} is already a message's id in this file")
        if turn.client_id is not None:
            seen.add(turn.client_id)


def _questions_of(node: Node) -> Iterator[Question]:
    listed = node.find("questions")
    for item in () if listed is None else listed.items("a list of questions"):
        item.refuse_unknown_keys(_QUESTION_KEYS)
        answer, category = item.find("answer"), item.find("category")
        evidence, asked_at = item.find("evidence"), item.find("asked_at")
        yield Question(
            text=item.get("question", "the question's text").filled_text(),
            answer=None if answer is None else answer.text(),
            evidence=() if evidence is None else tuple(part.text() for part in evidence.items()),
            category=None if category is None else category.text(),
            asked_at=None if asked_at is None else read_timestamp(asked_at),
        )


def _id_of(node: Node, name: str) -> str:
    given = node.find("id")
    return name if given is None else given.filled_text()
