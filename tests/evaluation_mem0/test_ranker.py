import statistics
import sys
from pathlib import Path

import pytest

from evaluation.embedders import open_embedder
from evaluation.mem0.faults import Mem0Failed
from evaluation.mem0.ranker import Mem0Ranker
from evaluation.ranker import Ranker
from memories import read_conversations
from memories.engine.ports.embedder import WordHashEmbedder

SAMPLE = Path(__file__).parents[2] / "evaluation" / "samples" / "year_in_conversation.json"
# What any working retrieval finds there; the package found .70 when it was set up fairly.
_LEAST_RECALL = 0.6


def test_it_is_one_of_the_rankers() -> None:
    ranker: Ranker = Mem0Ranker(WordHashEmbedder())
    assert ranker.name == "mem0"


def test_it_ranks_nothing_before_it_is_entered() -> None:
    with pytest.raises(ValueError, match="enter the ranker"):
        Mem0Ranker(WordHashEmbedder()).rank("Where?", 10)


def test_an_environment_without_the_package_is_an_error() -> None:
    with pytest.raises(Mem0Failed, match="No module named 'fastembed'"):
        Mem0Ranker(WordHashEmbedder(), python=Path(sys.executable)).__enter__()


@pytest.mark.long
def test_the_package_finds_the_evidence_in_the_sample() -> None:
    (conversation,) = read_conversations(SAMPLE)
    asked = [question for question in conversation.questions if question.evidence]
    with Mem0Ranker(open_embedder(None)) as ranker:
        ranker.remember(conversation)
        recalls = [
            len(set(ranker.rank(question.text, 10)) & set(question.evidence))
            / len(set(question.evidence))
            for question in asked
        ]
    turns = sum(len(session.turns) for session in conversation.sessions)
    assert len(ranker.add_ms) == len(ranker.add_own_ms) == turns
    assert len(ranker.search_ms) == len(asked)
    assert all(
        0 < own < whole for own, whole in zip(ranker.search_own_ms, ranker.search_ms, strict=True)
    )
    assert statistics.mean(recalls) >= _LEAST_RECALL
