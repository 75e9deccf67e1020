"""Rows that mean what the question means."""

from memories.engine.domain import Candidates, Numbers
from memories.engine.ports.embedder import SimilarityScale
from memories.engine.retrieval.pooling import best_passage, with_turns
from memories.engine.retrieval.query_vector import QueryVector
from memories.engine.retrieval.signals import Finding
from memories.engine.retrieval.tools import Reach, SearchTools


def find_by_meaning(question: QueryVector, *, reach: Reach, tools: SearchTools) -> Finding:
    """The nearest rows.

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
    return Finding(tuple(each.owner_id for each in found))


def judge_meaning(candidates: Candidates, scale: SimilarityScale) -> Numbers:
    """Each row's likeness to the question on the model's own scale, with its turn's."""
    likeness = best_passage(candidates, scale.scores(candidates.cosines))
    return with_turns(candidates, likeness, likeness)
