"""ChatGPT's data export, `conversations.json`: a tree of messages for each conversation.

Editing a prompt or regenerating an answer branches the tree; `current_node` is the leaf that the
person last saw.
"""

from collections.abc import Iterator
from datetime import datetime

from memories.engine.domain import Role, Turn
from memories.engine.ingestion.reading._conversations import Conversation, one_sitting
from memories.engine.ingestion.reading._nodes import FormError, Node
from memories.engine.ingestion.reading._times import read_timestamp

_SPOKEN = {"user": Role.USER, "assistant": Role.ASSISTANT}
# Other kinds (code, tool output, thoughts, custom instructions) are not what the two said.
_TEXT_KINDS = ("text", "multimodal_text")


def read_chatgpt(node: Node, name: str) -> Conversation:
    """Returns one exported conversation: what the person and the assistant said on its branch.

    A message without a time takes that of the one before it, the first one the conversation's.
    """
    given = node.find("conversation_id") or node.find("id")
    said_at = _moment_of(node)
    turns: list[Turn] = []
    for step in _branch_of(node):
        message = step.find("message")
        if message is None:
            continue
        said_at = _moment_of(message) or said_at
        turn = _turn_of(message, said_at)
        if turn is not None:
            turns.append(turn)
    return one_sitting(name if given is None else given.filled_text(), tuple(turns))


def _branch_of(node: Node) -> list[Node]:
    mapping = node.get("mapping", "an object of messages")
    leaf = node.find("current_node")
    key = _newest_leaf(mapping) if leaf is None else leaf.text()
    branch: list[Node] = []
    seen: set[str] = set()
    asked_by = mapping if leaf is None else leaf
    while key is not None:
        step = mapping.find(key)
        if step is None:
            raise FormError(asked_by.path, f"expected the id of a message in mapping, got {key!r}")
        if key in seen:
            raise FormError(asked_by.path, "expected a tree, but these messages form a circle")
        seen.add(key)
        branch.append(step)
        parent = step.find("parent")
        asked_by = asked_by if parent is None else parent
        key = None if parent is None else parent.text()
    return branch[::-1]


def _newest_leaf(mapping: Node) -> str | None:
    """Returns the childless message that the export lists last: it lists them as they were made."""
    newest = None
    for key in mapping.key_names():
        step = mapping.find(key)
        children = None if step is None else step.find("children")
        if step is not None and (children is None or not any(children.items())):
            newest = key
    return newest


def _turn_of(message: Node, said_at: datetime | None) -> Turn | None:
    author = message.get("author", "an object with role")
    role = _SPOKEN.get(author.get("role", "the speaker's role").text())
    content = message.find("content")
    if role is None or content is None or _is_hidden(message):
        return None
    text = "\n".join(_texts_of(content))
    if not text.strip():
        return None
    client_id = message.find("id")
    return Turn(
        role=role,
        text=text,
        client_id=None if client_id is None else client_id.filled_text(),
        said_at=said_at,
    )


def _is_hidden(message: Node) -> bool:
    metadata, recipient = message.find("metadata"), message.find("recipient")
    if recipient is not None and recipient.value != "all":  # a call to a tool
        return True
    hidden = None if metadata is None else metadata.find("is_visually_hidden_from_conversation")
    return hidden is not None and hidden.value is True


def _texts_of(content: Node) -> Iterator[str]:
    kind = content.find("content_type")
    if kind is None or kind.value not in _TEXT_KINDS:
        return
    for part in content.get("parts", "a list of parts").items():
        # Pictures and files are objects without text; a spoken message's transcript has it.
        spoken = part.find("text") if part.is_object() else part
        if spoken is not None and spoken.text():
            yield spoken.text()


def _moment_of(node: Node) -> datetime | None:
    created = node.find("create_time")
    return None if created is None else read_timestamp(created)
