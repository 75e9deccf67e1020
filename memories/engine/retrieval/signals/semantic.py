"""Rows that mean what the question means."""

from dataclasses import replace

from memories.engine.domain import Found
from memories.engine.ports.embedder import SimilarityScale
from memories.engine.retrieval.query_vector import QueryVector
from memories.engine.retrieval.signals import Finding
from memories.engine.retrieval.tools import Reach, SearchTools


def find_by_meaning(question: QueryVector, *, reach: Reach, tools: SearchTools) -> Finding:
    """The nearest rows, scored on the embedding model's own scale.

    Raises:
        EmbedderError: the model gave no usable vector.
    """
    asked = question.get()
    if asked.vector is None:
        return Finding(applies=False, note=asked.note)
    found = tools.index.semantic(
        asked.vector,
        scope=reach.scope,
        selection=reach.selection,
        limit=reach.breadth,
        messages=reach.messages,
    )
    scored = (on_scale(each, tools.embedder.scale) for each in found)
    return Finding({each.owner_id: each for each in scored if each.score > 0})


def on_scale(found: Found, scale: SimilarityScale) -> Found:
    """The same row with its cosine brought to the scale, and said in the reasons."""
    reason = f"cosine {found.score:.2f} on a scale from {scale.floor:.2f} to {scale.ceiling:.2f}"
    return replace(found, score=scale.score(found.score), reasons=(reason,))
