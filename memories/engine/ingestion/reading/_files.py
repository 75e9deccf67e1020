"""A file of conversations in whichever of the known forms it has."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from memories.engine.ingestion.reading._chatgpt import read_chatgpt
from memories.engine.ingestion.reading._claude import read_claude
from memories.engine.ingestion.reading._conversations import Conversation, UniqueIds
from memories.engine.ingestion.reading._documents import SyntaxFault, parse_document
from memories.engine.ingestion.reading._locomo import read_locomo
from memories.engine.ingestion.reading._longmemeval import read_longmemeval
from memories.engine.ingestion.reading._nodes import FormError, Node, render_path
from memories.engine.ingestion.reading._own import read_conversation, read_message_list
from memories.engine.ingestion.reading._source import broken_at, first_filled, read_text
from memories.engine.ingestion.reading._transcript import (
    TranscriptFault,
    looks_spoken,
    read_transcript,
)

_Reader = Callable[[Node, str], Conversation]
# The key that only one form's conversations have, asked in this order.
_READERS: dict[str, _Reader] = {
    "mapping": read_chatgpt,
    "chat_messages": read_claude,
    "haystack_sessions": read_longmemeval,
    "conversation": read_locomo,
    "messages": read_conversation,
    "sessions": read_conversation,
}
_MESSAGE_KEYS = ("role", "content")
_EXPECTED = (
    "a message with role and content, a conversation with messages or sessions, "
    "or a ChatGPT, Claude, LoCoMo or LongMemEval conversation"
)


def read_conversations(path: Path | str) -> tuple[Conversation, ...]:
    """Returns every conversation of a file, in order, at least one, each with unique id.

    The form is decided by content: JSON or JSON Lines of messages or conversations, a ChatGPT or
    Claude export, LoCoMo, LongMemEval, or a plain text transcript; also compressed with gzip or
    xz. Conversations without a single turn and question are left out.

    Raises:
        UnreadableFile: the file is of none of these forms; says what was expected and where.
    """
    path = Path(path)
    text = read_text(path)
    name = path.name.split(".")[0] or path.name
    try:
        if text[first_filled(text)] not in "{[" or looks_spoken(text):
            conversations = [read_transcript(text, name)]
        else:
            conversations = _read_json(path, text, name)
    except (SyntaxFault, TranscriptFault) as error:
        raise broken_at(path, text, error.offset, error.reason) from error
    ids = UniqueIds()
    filled = [each for each in conversations if each.sessions or each.questions]
    if not filled:
        raise broken_at(path, text, 0, "expected conversations, but there is no message in it")
    return tuple(replace(each, id=ids.take(each.id)) for each in filled)


def _read_json(path: Path, text: str, name: str) -> list[Conversation]:
    document = parse_document(text)
    try:
        return list(_conversations_of(document.root, name))
    except FormError as error:
        place = render_path("", error.path)
        reason = f"{place}: {error.reason}" if place else error.reason
        raise broken_at(path, text, document.offset_of(error.path), reason) from error


def _conversations_of(root: Node, name: str) -> Iterator[Conversation]:
    listed = [root] if root.is_object() else list(root.items())
    if not listed:
        return
    reader = _reader_for(listed[0])
    if reader is None:
        yield read_message_list(root, name)
        return
    for number, node in enumerate(listed, start=1):
        yield reader(node, name if len(listed) == 1 else f"{name}-{number}")


def _reader_for(first: Node) -> _Reader | None:
    """Returns what reads conversations like the first, or None if it is a message.

    The rest must be of the same form: what isn't, its reader refuses.
    """
    for key, reader in _READERS.items():
        if first.has(key):
            return reader
    if any(first.has(key) for key in _MESSAGE_KEYS):
        return None
    if first.is_object():
        keys = ", ".join(first.key_names()) or "none"
        raise FormError(first.path, f"expected {_EXPECTED}, got an object with the keys {keys}")
    raise first.mismatch(_EXPECTED)
