"""Small ONNX models, written byte by byte: what the format's protocol buffers need of it.

Field numbers are those of onnx.proto3.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np

# onnx's names of element types, by numpy's.
_TYPES: Final = {"float32": 1, "int64": 7}
_IR_VERSION: Final = 8
_OPERATORS: Final = 13
_INT, _INTS = 2, 7

Array: TypeAlias = "np.ndarray[tuple[int, ...], np.dtype[np.float32 | np.int64]]"


@dataclass(slots=True)
class Graph:
    """Nodes and constants, as they are added."""

    parts: list[bytes] = field(default_factory=list)

    def constant(self, name: str, value: Array) -> str:
        """Add a constant; says its name."""
        tensor = b"".join(_number(1, size) for size in value.shape)
        tensor += _number(2, _TYPES[value.dtype.name]) + _text(8, name) + _bytes(9, value.tobytes())
        self.parts.append(_bytes(5, tensor))
        return name

    def node(self, operator: str, *inputs: str, gives: str, **attributes: int | list[int]) -> str:
        """Add a node; says what it gives."""
        node = b"".join(_text(1, name) for name in inputs) + _text(2, gives) + _text(4, operator)
        node += b"".join(_bytes(5, _attribute(*each)) for each in attributes.items())
        self.parts.append(_bytes(1, node))
        return gives

    def gives(self, name: str, *shape: str | int) -> None:
        """Make what a node gives an output."""
        self.parts.append(_bytes(12, _value(name, "float32", shape)))


def model(graph: Graph, inputs: Mapping[str, tuple[str | int, ...]]) -> bytes:
    """A model of its own, of whole numbers as inputs."""
    given = [_bytes(11, _value(name, "int64", shape)) for name, shape in inputs.items()]
    whole = _text(2, "graph") + b"".join([*graph.parts, *given])
    return _number(1, _IR_VERSION) + _bytes(8, _number(2, _OPERATORS)) + _bytes(7, whole)


def extended(model: bytes, graph: Graph) -> bytes:
    """A model with more nodes and outputs: protocol buffers that follow one another are one."""
    return model + _bytes(7, b"".join(graph.parts))


def _attribute(name: str, value: int | list[int]) -> bytes:
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, _INT)
    return _text(1, name) + b"".join(_number(8, each) for each in value) + _number(20, _INTS)


def _value(name: str, kind: str, shape: Iterable[str | int]) -> bytes:
    sizes = (_number(1, size) if isinstance(size, int) else _text(2, size) for size in shape)
    tensor = _number(1, _TYPES[kind]) + _bytes(2, b"".join(_bytes(1, size) for size in sizes))
    return _text(1, name) + _bytes(2, _bytes(1, tensor))


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _text(number: int, value: str) -> bytes:
    return _bytes(number, value.encode())


def _bytes(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    if value < 0:
        value += 1 << 64
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])
