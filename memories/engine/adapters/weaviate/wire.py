"""Questions and answers as they go over the wire.

Of each object found the client makes a dozen of its own, which takes longer than asking for it. So
what a search finds is read from the protocol's messages themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from weaviate.collections.classes.filters import _Filters as Wherever
from weaviate.collections.filters import _FilterToGRPC
from weaviate.proto.v1 import base_pb2, base_search_pb2, properties_pb2, search_get_pb2

from memories.engine.domain import Vector

_ONE: Final = base_pb2.CONSISTENCY_LEVEL_ONE
_QUORUM: Final = base_pb2.CONSISTENCY_LEVEL_QUORUM


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be found in one project's part of a collection.

    Attributes:
        where: holds of each object.
        limit: at most so many.
        texts: properties that are read of each.
        vector: the nearest to it come first, with how far they are.
        words: those that hold the rarest of them most often come first; others are left out.
        by: the property, a number, that they are sorted by.
        ascending: the least of that first; otherwise, the greatest.
        vectors: the objects' vectors are read too.
    """

    where: Wherever
    limit: int
    texts: Sequence[str]
    vector: "Vector | None" = None
    words: Sequence[str] = ()
    by: str = ""
    ascending: bool = True
    vectors: bool = False


class FoundObject(NamedTuple):
    """One object.

    Attributes:
        texts: of the properties asked for, by name.
        distance: from the vector asked for: 1 less the cosine; NaN without one.
        vector: its numbers of 32 bits; empty unless it was asked for.
    """

    texts: Mapping[str, str]
    distance: float
    vector: bytes


def request_of(
    question: Question, *, collection: str, tenant: str, quorum: bool
) -> search_get_pb2.SearchRequest:
    """A question, as it is sent."""
    request = search_get_pb2.SearchRequest(
        uses_123_api=True,
        uses_125_api=True,
        uses_127_api=True,
        collection=collection,
        tenant=tenant,
        consistency_level=_QUORUM if quorum else _ONE,
        filters=_FilterToGRPC.convert(question.where),
        limit=question.limit,
        properties=search_get_pb2.PropertiesRequest(non_ref_properties=question.texts),
    )
    request.metadata.vector = question.vectors
    if question.vector is not None:
        request.near_vector.CopyFrom(_near(question.vector))
        request.metadata.distance = True
    if question.words:
        words = base_search_pb2.BM25(query=" ".join(question.words), properties=["terms"])
        request.bm25_search.CopyFrom(words)
    if question.by:
        request.sort_by.add(path=[question.by], ascending=question.ascending)
    return request


def found_in(reply: search_get_pb2.SearchReply, question: Question) -> list[FoundObject]:
    """The objects of an answer."""
    has_distance = question.vector is not None
    return [
        FoundObject(
            _texts(each.properties.non_ref_props, question.texts),
            each.metadata.distance if has_distance else float("nan"),
            each.metadata.vectors[0].vector_bytes if question.vectors else b"",
        )
        for each in reply.results
    ]


def cosines_of(found: Sequence[FoundObject], vector: Vector) -> list[float]:
    """How near each is to a vector, of a question that asked for theirs."""
    numbers = np.frombuffer(b"".join(each.vector for each in found), dtype="<f4")
    cosines: list[float] = (numbers.reshape(-1, len(vector)) @ vector).astype(np.float64).tolist()
    return cosines


def _texts(kept: properties_pb2.Properties, names: Sequence[str]) -> dict[str, str]:
    return {name: kept.fields[name].text_value for name in names}


def _near(vector: Vector) -> base_search_pb2.NearVector:
    packed = base_pb2.Vectors(
        vector_bytes=vector.astype("<f4").tobytes(),
        type=base_pb2.Vectors.VECTOR_TYPE_SINGLE_FP32,
    )
    return base_search_pb2.NearVector(vectors=[packed])
