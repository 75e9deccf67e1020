"""JSON and JSON Lines documents that know where each of their values stands in the text."""

import json
import re
from dataclasses import dataclass

from memories.engine.ingestion.reading._nodes import Node, Path

_SPACE = re.compile(r"[ \t\r\n]*")
_LINE = re.compile("[^\r\n]+")
_DECODER = json.JSONDecoder()


class SyntaxFault(Exception):
    """The text is not JSON.

    Attributes:
        offset: where it stops being so.
        reason: what was expected there.
    """

    def __init__(self, offset: int, reason: str) -> None:
        super().__init__(reason)
        self.offset = offset
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed text.

    Attributes:
        value: the JSON value; for JSON Lines the list of them.
        line_starts: offset of each JSON Lines value; None for plain JSON.
    """

    text: str
    value: object
    line_starts: tuple[int, ...] | None = None

    @property
    def root(self) -> Node:
        """The value, as the start of every path."""
        return Node(self.value)

    def offset_of(self, path: Path) -> int:
        """Returns where the value at a path begins, or its nearest parent that the text has."""
        offset, steps = 0, path
        if self.line_starts is not None:
            if not path or not isinstance(path[0], int):
                return 0
            offset, steps = self.line_starts[path[0]], path[1:]
        offset = _skip_space(self.text, offset)
        for step in steps:
            inside = _find_child(self.text, offset, step)
            if inside is None:
                break
            offset = inside
        return offset


def parse_document(text: str) -> Document:
    """Returns the document of a JSON or JSON Lines text.

    Raises:
        SyntaxFault: it is neither; the fault is that of the form which its first line has.
    """
    try:
        return Document(text, _parse(text, 0))
    except SyntaxFault:
        lines = list(_LINE.finditer(text))
        filled = [line for line in lines if line.group().strip()]
        if len(filled) == 1 or not _is_object(filled[0].group()):
            raise
    values = [_parse(line.group(), line.start()) for line in filled]
    return Document(text, values, tuple(line.start() for line in filled))


def _parse(text: str, start: int) -> object:
    try:
        value: object = json.loads(text)
    except json.JSONDecodeError as error:
        reason = f"expected JSON, but {error.msg[0].lower()}{error.msg[1:]}"
        raise SyntaxFault(start + error.pos, reason) from error
    except RecursionError as error:
        raise SyntaxFault(
            start, "expected conversations, but the JSON is nested too deep"
        ) from error
    except ValueError as error:  # an integer of more digits than Python converts
        raise SyntaxFault(
            start, "expected conversations, but a number has too many digits"
        ) from error
    return value


def _is_object(line: str) -> bool:
    try:
        return isinstance(_parse(line, 0), dict)
    except SyntaxFault:
        return False


def _skip_space(text: str, offset: int) -> int:
    space = _SPACE.match(text, offset)
    return offset if space is None else space.end()


def _find_child(text: str, offset: int, step: str | int) -> int | None:
    if text[offset] == "{":
        return _find_member(text, offset, step)
    if text[offset] == "[" and isinstance(step, int):
        return _find_item(text, offset, step)
    return None


def _find_member(text: str, offset: int, key: str | int) -> int | None:
    found = None
    offset = _skip_space(text, offset + 1)
    while text[offset] != "}":
        name, end = _DECODER.raw_decode(text, offset)
        # Past the colon; a repeated key's last value is the one that was parsed.
        value_at = _skip_space(text, _skip_space(text, end) + 1)
        found = value_at if name == key else found
        offset = _next_sibling(text, value_at)
    return found


def _find_item(text: str, offset: int, index: int) -> int | None:
    offset = _skip_space(text, offset + 1)
    while text[offset] != "]":
        if index == 0:
            return offset
        index -= 1
        offset = _next_sibling(text, offset)
    return None


def _next_sibling(text: str, offset: int) -> int:
    _, end = _DECODER.raw_decode(text, offset)
    end = _skip_space(text, end)
    return _skip_space(text, end + 1) if text[end] == "," else end
