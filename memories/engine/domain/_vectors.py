"""Embeddings as arrays, named without importing numpy at run time."""

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np

# One text's embedding: shape (dimensions,), unit length.
Vector: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float32]]"
# Several texts' embeddings: shape (texts, dimensions), rows of unit length.
Vectors: TypeAlias = "np.ndarray[tuple[int, int], np.dtype[np.float32]]"
