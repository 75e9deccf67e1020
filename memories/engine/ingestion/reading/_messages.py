"""The form that chat interfaces share: a list of `{role, content}`."""

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

from memories.engine.domain import ContentPart, JsonObject, Role, Turn
from memories.engine.errors import InvalidMessages
from memories.engine.ingestion.reading._nodes import FormError, Node, render_path
from memories.engine.ingestion.reading._parts import part_of
from memories.engine.ingestion.reading._times import read_timestamp

_MESSAGE_KEYS = ("role", "content", "name", "id", "timestamp", "metadata")
_ROLES = {role.value: role for role in Role}
_ANY_ROLE = "one of " + ", ".join(_ROLES)


def read_turns(
    messages: object, *, said_at: datetime | None = None, zone: tzinfo = UTC
) -> tuple[Turn, ...]:
    """Returns the turns of messages in the form that chat interfaces share.

    Args:
        messages: a list of `{role, content, name?, id?, timestamp?, metadata?}`, one such dict, or
            a string, which is one message of the user. `content` is a string or a list of parts,
            such as `{"type": "text", "text": ...}`, joined by line breaks: docs/parts.md has the
            others. `timestamp` is ISO 8601, epoch seconds or milliseconds, or a `datetime`.
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
        return turns_of(Node(messages), said_at=said_at, zone=zone, files=True)
    except FormError as error:
        raise InvalidMessages(f"{render_path(root, error.path)}: {error.reason}") from error


def turns_of(
    node: Node, *, said_at: datetime | None = None, zone: tzinfo = UTC, files: bool = False
) -> tuple[Turn, ...]:
    """Returns the turns of one message or a list of them, at least one.

    Args:
        node: the message or the list.
        said_at: as of `read_turns`.
        zone: likewise.
        files: parts may be images and other files; False takes parts of text alone.

    Raises:
        FormError: a message is off, or two carry the same id: the store would take the second for
            a repetition of the first and drop it.
    """
    if node.is_object():
        return (_turn_of(node, said_at, zone, files=files),)
    turns: list[Turn] = []
    first_use: dict[str, int] = {}
    for item in node.items("a string, a message or a list of messages"):
        turn = _turn_of(item, said_at, zone, files=files)
        if turn.client_id is not None:
            first = first_use.setdefault(turn.client_id, len(turns))
            if first != len(turns):
                reason = f"{turn.client_id!r} is already the id of message [{first}] of this list"
                raise FormError((*item.path, "id"), reason)
        turns.append(turn)
    if not turns:
        raise FormError(node.path, "expected at least one message, got an empty list")
    return tuple(turns)


def _turn_of(node: Node, said_at: datetime | None, zone: tzinfo, *, files: bool) -> Turn:
    if not node.is_object():
        raise node.mismatch("a message with role and content")
    node.refuse_unknown_keys(_MESSAGE_KEYS)
    name, client_id, timestamp = node.find("name"), node.find("id"), node.find("timestamp")
    role = _role_of(node.get("role", _ANY_ROLE))
    text, parts = _content_of(node.get("content", "the message's text"), files=files)
    return Turn(
        role=role,
        text=text,
        name=None if name is None else name.filled_text(),
        client_id=None if client_id is None else client_id.filled_text(),
        said_at=said_at if timestamp is None else read_timestamp(timestamp, zone=zone),
        metadata=_metadata_of(node.find("metadata")),
        parts=parts,
    )


def _role_of(node: Node) -> Role:
    if isinstance(node.value, str) and node.value in _ROLES:
        return _ROLES[node.value]
    raise node.mismatch(_ANY_ROLE)


def _content_of(node: Node, *, files: bool) -> tuple[str, tuple[ContentPart, ...]]:
    """The text, with all parts where some of them are none."""
    if isinstance(node.value, str):
        return node.filled_text("text that is not empty"), ()
    items = list(node.items("a string or a list of parts"))
    parts = tuple(part_of(item) for item in items)
    for item, part in zip(items, parts, strict=True):
        if part.text is None and not files:
            raise item.get("type", "'text'").mismatch("'text', as files hold text alone")
    text = "\n".join(part.text for part in parts if part.text is not None)
    if any(part.text is None for part in parts):
        return text, parts
    if not text.strip():
        raise FormError(node.path, "expected text that is not empty, got parts without any")
    return text, ()


def _metadata_of(node: Node | None) -> JsonObject:
    return {} if node is None else node.json_object()
