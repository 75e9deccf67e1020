"""The form that chat interfaces share: a list of `{role, content}`."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

from memories.engine.domain import JsonObject, Role, Turn
from memories.engine.errors import InvalidMessages
from memories.engine.ingestion.reading._nodes import FormError, Node, render_path
from memories.engine.ingestion.reading._times import read_timestamp

_MESSAGE_KEYS = ("role", "content", "name", "id", "timestamp", "metadata")
_TEXT_PART_KEYS = ("type", "text")
_ROLES = {role.value: role for role in Role}
_ANY_ROLE = "one of " + ", ".join(_ROLES)


def read_turns(
    messages: object, *, said_at: datetime | None = None, zone: tzinfo = UTC
) -> tuple[Turn, ...]:
    """Returns the turns of messages in the form that chat interfaces share.

    Args:
        messages: a list of `{role, content, name?, id?, timestamp?, metadata?}`, one such dict, or
            a string, which is one message of the user. `content` is a string or a list of
            `{"type": "text", "text": ...}`, joined by line breaks. `timestamp` is ISO 8601,
            epoch seconds or milliseconds, or a `datetime`.
        said_at: the time of messages that carry none themselves.
        zone: whose clock times without an offset are read from.

    Raises:
        InvalidMessages: something is off; the text names the place, as in
            `messages[3].role: expected one of user, assistant, system, tool, got 'robot'`.
    """
    root = "message" if isinstance(messages, Mapping) else "messages"
    try:
        if isinstance(messages, str):
            return (Turn(Role.USER, Node(messages).filled_text(), said_at=said_at),)
        return turns_of(Node(messages), said_at=said_at, zone=zone)
    except FormError as error:
        raise InvalidMessages(f"{render_path(root, error.path)}: {error.reason}") from error


def turns_of(
    node: Node, *, said_at: datetime | None = None, zone: tzinfo = UTC
) -> tuple[Turn, ...]:
    """Returns the turns of one message or a list of them, at least one.

    Raises:
        FormError: a message is off, or two carry the same id: the store would take the second for
            a repetition of the first and drop it.
    """
    if node.is_object():
        return (_turn_of(node, said_at, zone),)
    turns: list[Turn] = []
    first_use: dict[str, int] = {}
    for item in node.items("a string, a message or a list of messages"):
        turn = _turn_of(item, said_at, zone)
        if turn.client_id is not None:
            first = first_use.setdefault(turn.client_id, len(turns))
            if first != len(turns):
                reason = f"{turn.client_id!r} is already the id of message [{first}] of this list"
                raise FormError((*item.path, "id"), reason)
        turns.append(turn)
    if not turns:
        raise FormError(node.path, "expected at least one message, got an empty list")
    return tuple(turns)


def _turn_of(node: Node, said_at: datetime | None, zone: tzinfo) -> Turn:
    if not node.is_object():
        raise node.mismatch("a message with role and content")
    node.refuse_unknown_keys(_MESSAGE_KEYS)
    name, client_id, timestamp = node.find("name"), node.find("id"), node.find("timestamp")
    return Turn(
        role=_role_of(node.get("role", _ANY_ROLE)),
        text=_content_of(node.get("content", "the message's text")),
        name=None if name is None else name.filled_text(),
        client_id=None if client_id is None else client_id.filled_text(),
        said_at=said_at if timestamp is None else read_timestamp(timestamp, zone=zone),
        metadata=_metadata_of(node.find("metadata")),
    )


def _role_of(node: Node) -> Role:
    if isinstance(node.value, str) and node.value in _ROLES:
        return _ROLES[node.value]
    raise node.mismatch(_ANY_ROLE)


def _content_of(node: Node) -> str:
    if isinstance(node.value, str):
        return node.filled_text("text that is not empty")
    texts = [_part_of(part) for part in node.items("a string or a list of text parts")]
    text = "\n".join(texts)
    if not text.strip():
        raise FormError(node.path, "expected text that is not empty, got parts without any")
    return text


def _part_of(node: Node) -> str:
    kind = node.get("type", "'text'")
    if kind.value != "text":
        raise kind.mismatch("'text', as only text parts are understood")
    node.refuse_unknown_keys(_TEXT_PART_KEYS)
    return node.get("text", "the part's text").text()


def _metadata_of(node: Node | None) -> JsonObject:
    return {} if node is None else node.json_object()
