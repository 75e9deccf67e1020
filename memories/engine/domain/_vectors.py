"""Embeddings and other arrays, named without importing numpy at run time."""

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import numpy as np

# One text's embedding: shape (dimensions,), unit length.
Vector: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float32]]"
# Several texts' embeddings: shape (texts, dimensions), rows of unit length.
Vectors: TypeAlias = "np.ndarray[tuple[int, int], np.dtype[np.float32]]"
# One number, whole number or yes or no for each of several rows: shape (rows,).
Numbers: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.float64]]"
Integers: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int64]]"
Flags: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.bool_]]"
# Several numbers or whole numbers for each of several rows: shape (rows, columns).
Table: TypeAlias = "np.ndarray[tuple[int, int], np.dtype[np.float64]]"
Pairs: TypeAlias = "np.ndarray[tuple[int, int], np.dtype[np.int64]]"
