"""Parts of a message's content, as mem0's and OpenAI's clients write them."""

import base64
import binascii
from typing import Final
from urllib.parse import unquote_to_bytes

from memories.engine.domain import ContentPart, PartKind
from memories.engine.errors import InvalidMessages
from memories.engine.ingestion.reading._nodes import FormError, Node, render_path
from memories.engine.text.files import text_in

_TEXT: Final = "text"
_SOUND: Final = "input_audio"
# A part of each of these types is `{"type": T, T: {"url": ...}}`.
_BY_URL: Final = {
    "image_url": PartKind.IMAGE,
    "pdf_url": PartKind.PDF,
    "txt_url": PartKind.TEXT,
    "mdx_url": PartKind.TEXT,
    "audio_url": PartKind.AUDIO,
}
_ANY_TYPE: Final = "one of " + ", ".join((_TEXT, *_BY_URL, _SOUND))
_FILE: Final = "the file's bytes, a data URI, base64 or an address"
# What OpenAI's clients send besides, and means nothing here.
_URL_KEYS: Final = ("url", "detail")


def read_part(part: object, *, path: str) -> ContentPart:
    """One part, as it stands in a message's `content`.

    Args:
        part: as `read_turns` takes it.
        path: where it stands, for errors.

    Raises:
        InvalidMessages: it is of no known form; the text names the place.
    """
    try:
        return part_of(Node(part))
    except FormError as error:
        raise InvalidMessages(f"{render_path(path, error.path)}: {error.reason}") from error


def part_of(node: Node) -> ContentPart:
    """One part. The text of a text file is read here; an address is not asked.

    Raises:
        FormError: it is of no known form.
    """
    type_ = node.get("type", _ANY_TYPE)
    if type_.value == _TEXT:
        node.refuse_unknown_keys(("type", _TEXT))
        return ContentPart(PartKind.TEXT, node.get(_TEXT, "the part's text").text())
    if type_.value == _SOUND:
        node.refuse_unknown_keys(("type", _SOUND))
        sound = node.get(_SOUND, "an object with data")
        sound.refuse_unknown_keys(("data", "format"))
        return _file_of(PartKind.AUDIO, sound.get("data", _FILE))
    if not isinstance(type_.value, str) or type_.value not in _BY_URL:
        raise type_.mismatch(_ANY_TYPE)
    node.refuse_unknown_keys(("type", type_.value))
    holder = node.get(type_.value, "an object with url")
    holder.refuse_unknown_keys(_URL_KEYS)
    return _file_of(_BY_URL[type_.value], holder.get("url", _FILE))


def _file_of(kind: PartKind, node: Node) -> ContentPart:
    if isinstance(node.value, bytes):
        content = node.value
    else:
        written = node.filled_text(_FILE).strip()
        if written.lower().startswith(("http://", "https://")):
            return ContentPart(kind, address=written)
        content = _decoded(node, written)
    if kind is not PartKind.TEXT:
        return ContentPart(kind, content=content)
    try:
        return ContentPart(kind, text=text_in(content))
    except ValueError as error:
        raise FormError(node.path, str(error)) from error


def _decoded(node: Node, written: str) -> bytes:
    """What a data URI or base64 stands for."""
    if not written.lower().startswith("data:"):
        return _from_base64(node, written)
    head, comma, body = written.partition(",")
    if not comma:
        raise FormError(node.path, "expected a comma in the data URI, got none")
    if head.lower().endswith(";base64"):
        return _from_base64(node, body)
    return unquote_to_bytes(body)


def _from_base64(node: Node, written: str) -> bytes:
    try:
        return base64.b64decode("".join(written.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        # The words that it has instead may be long, and nobody's to repeat.
        raise FormError(node.path, f"expected {_FILE}, got what is no base64") from error
