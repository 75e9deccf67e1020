"""What a row is indexed under, as words that a filter can ask for: one list answers every equality.

Weaviate filters by properties that a collection declares; metadata has any keys. So each row has
one list of labels, and a filter asks which labels it holds:

    user='ana.              a text field and its value
    user?                   the field has a value
    m["trip"]=n3            a number in the metadata, by its path; 'text. for texts, true, false
    m["trip"]~'Rome.        an element of a list there
    m["trip"]<n80f0         the first bytes of a value in an order that bytes keep: a range is the
                            union of those that begin alike up to one byte (a trie, as Lucene's
                            numeric ranges were: Schindler and Diepenbroek, 2008)

Parts of texts are looked for in a second list, `words`, and in a third, case folded one, `folded`.
"""

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from memories.engine.text.fingerprints import digest

Scalar: TypeAlias = bool | int | float | str

EVERY_ROW: Final = "row"
MEMORY: Final = "memory"
MESSAGE: Final = "message"
# The newest wording of a memory, and every message.
NEWEST: Final = "newest"
MERGED: Final = "merged"
# Its vector says something.
EMBEDDED: Final = "embedded"

# Longer values are told apart by their digest.
_LONGEST_WHOLE: Final = 200
# Texts are put in order by so many of their first bytes: an instant in ISO 8601 to the microsecond
# with its offset has 32.
ORDERED_BYTES: Final = 33
_OWN_SIGN: Final = 0x8000000000000000
_ALL_BITS: Final = 0xFFFFFFFFFFFFFFFF
_BYTE: Final = 256
# In patterns * and ? stand for others, no escape exists, and nothing matches a line's end.
_PLAIN: Final = str.maketrans({"*": "\ufdd0", "?": "\ufdd1", "\n": "\ufdd2", "\r": "\ufdd3"})


def is_label(name: str, value: Scalar) -> str:
    """Says that a field has a value."""
    return f"{name}={_written(value)}"


def has_label(name: str) -> str:
    """Says that a field has any value."""
    return f"{name}?"


def near_label(row_id: str) -> str:
    """Says that it is that row, was learned from it, or is what that was learned from."""
    return is_label("near", row_id)


def holds_label(name: str, value: Scalar) -> str:
    """Says that a list has an element."""
    return f"{name}~{_written(value)}"


def path_of(keys: Sequence[str]) -> str:
    """The name of a place in the metadata."""
    return f"m{json.dumps(list(keys), ensure_ascii=False)}"


def words_of(name: str, text: str) -> str:
    """A field's text, to look for parts of it."""
    return f"{name}={text.translate(_PLAIN)}."


def part_pattern(name: str, part: str) -> str:
    """The pattern that finds a part of a field's text in `words_of`."""
    return f"{name.translate(_PLAIN)}=*{part.translate(_PLAIN)}*"


def metadata_labels(metadata: Mapping[str, object]) -> tuple[list[str], list[str], list[str]]:
    """Labels, words and folded words of an object, at every depth."""
    labels: list[str] = []
    words: list[str] = []
    folded: list[str] = []
    for path, value in _places(metadata, ()):
        name = path_of(path)
        labels.append(has_label(name))
        if isinstance(value, list | tuple):
            elements = [each for each in value if isinstance(each, bool | int | float | str)]
            labels += [holds_label(name, each) for each in elements]
            folded += [
                holds_label(name, each.casefold()) for each in elements if isinstance(each, str)
            ]
        elif isinstance(value, bool | int | float | str):
            labels.append(is_label(name, value))
            if not isinstance(value, bool):
                labels += _order_labels(name, value)
        if isinstance(value, str):
            plain = name.translate(_PLAIN)
            words.append(words_of(plain, value))
            folded.append(words_of(plain, value.casefold()))
    return labels, words, folded


def greater_labels(name: str, bound: float | str) -> list[str]:
    """Labels of which a value holds one just if it is greater than the bound.

    Raises:
        ValueError: the bound is a text of more bytes than are put in order.
    """
    kind, key = _ordered(bound)
    last = _BYTE - 1
    labels = [
        _order_label(name, kind, key[:place] + bytes([byte]))
        for place in range(len(key))
        for byte in range(key[place] + 1, last + 1)
    ]
    if kind == _TEXT:
        labels += [_order_label(name, kind, key + bytes([byte])) for byte in range(_BYTE)]
    return labels


def lesser_labels(name: str, bound: float | str) -> list[str]:
    """Labels of which a value holds one just if it is less than the bound.

    Raises:
        ValueError: the bound is a text of more bytes than are put in order.
    """
    kind, key = _ordered(bound)
    labels = [
        _order_label(name, kind, key[:place] + bytes([byte]))
        for place in range(len(key))
        for byte in range(key[place])
    ]
    if kind == _TEXT and isinstance(bound, str):
        # What the bound begins with comes before it.
        labels += [is_label(name, bound[:size]) for size in range(len(bound))]
    return labels


_NUMBER: Final = "n"
_TEXT: Final = "s"


def _places(
    values: Mapping[str, object], above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], object]]:
    for key, value in values.items():
        if value is None:
            continue
        yield (*above, key), value
        if isinstance(value, Mapping):
            yield from _places(value, (*above, key))


def _written(value: Scalar) -> str:
    """A value as labels have it: with its type, and an end that no trimming takes away."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}." if len(value) <= _LONGEST_WHOLE else f"#{digest(value).hex()}."
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"n{value!r}"


def _order_labels(name: str, value: float | str) -> list[str]:
    kind = _TEXT if isinstance(value, str) else _NUMBER
    key = value.encode()[:ORDERED_BYTES] if isinstance(value, str) else _number_key(value)
    return [_order_label(name, kind, key[: size + 1]) for size in range(len(key))]


def _order_label(name: str, kind: str, key: bytes) -> str:
    return f"{name}<{kind}{key.hex()}"


def _ordered(bound: float | str) -> tuple[str, bytes]:
    if not isinstance(bound, str):
        return _NUMBER, _number_key(bound)
    key = bound.encode()
    if len(key) >= ORDERED_BYTES:
        raise ValueError(f"texts are put in order by their first {ORDERED_BYTES - 1} bytes")
    return _TEXT, key


def _number_key(value: float) -> bytes:
    """10 bytes in the order of the numbers: of the nearest double, and how far off that is."""
    near = float(value)
    bits: int = struct.unpack(">Q", struct.pack(">d", near + 0.0))[0]
    bits ^= _ALL_BITS if bits & _OWN_SIGN else _OWN_SIGN
    off = value - int(near) if isinstance(value, int) else 0
    return struct.pack(">QH", bits, off + 0x8000)
