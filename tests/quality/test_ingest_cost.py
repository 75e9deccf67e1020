"""What remembering costs in embeddings, the slow part of it."""

from collections.abc import Sequence
from pathlib import Path

from memories import Memory, read_conversations
from memories.engine.domain import Vectors
from memories.engine.ports.embedder import WordHashEmbedder
from tests.conftest import RecordFigure

SAMPLES = Path(__file__).parents[2] / "evaluation" / "samples"


class CountingEmbedder(WordHashEmbedder):
    """Counts the texts that ingest has embedded."""

    counted = 0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.counted += len(texts)
        return super().embed_passages(texts)


def test_a_turn_costs_at_most_two_and_a_half_embeddings(record_figure: RecordFigure) -> None:
    embedder = CountingEmbedder()
    turns = 0
    with Memory(embedder=embedder) as memory:
        for conversation in read_conversations(SAMPLES / "year_in_conversation.json"):
            for session in conversation.sessions:
                memory.add(
                    [
                        {
                            "role": turn.role.value,
                            "name": turn.name,
                            "content": turn.text,
                            "timestamp": turn.said_at,
                        }
                        for turn in session.turns
                    ],
                    scope=memory.scope(user=conversation.id, run=session.id),
                )
                turns += len(session.turns)
    record_figure("embedded texts a turn, sample conversation", embedder.counted / turns)
    assert embedder.counted / turns <= 2.5
