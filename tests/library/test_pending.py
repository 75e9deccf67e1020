"""Messages that wait for an `add` are found by their words, as the same text in the file is."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from memories import Memory, Scope
from memories.engine.domain import OwnedMessage
from memories.engine.ingestion.pending import read_pending
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.embedder import WordHashEmbedder

NOW = datetime(2024, 5, 10, 12, tzinfo=UTC)


class Waiting:
    """Messages that a test says are pending."""

    def __init__(self) -> None:
        self.messages: list[OwnedMessage] = []

    def within(self, scope: Scope) -> Sequence[OwnedMessage]:
        assert scope.names_someone
        return self.messages


def test_words_count_as_they_do_in_the_file(path: Path, clock: FixedClock) -> None:
    waiting = Waiting()
    with Memory(path, embedder=WordHashEmbedder(), clock=clock, pending=waiting) as memory:
        acme = memory.scope(user="acme")
        for text in ("I own a red boat.", "My boat is old.", "Ines is well."):
            memory.add(text, scope=acme)
        stored = memory.search("red boat", scope=acme, leave_out=["semantic", "entity", "temporal"])
        said = stored[0].sources[0].message
        waiting.messages = list(
            read_pending(said.text, scope=acme, seed="a", accepted_at=NOW, said_at=NOW)
        )
        found = memory.search("red boat", scope=acme)
        (hit,) = [hit for hit in found if hit.pending]
        assert hit.is_message
        assert hit.text == "I own a red boat."
        assert 0 < hit.score == hit.breakdown.lexical <= 1
        assert [hit.score for hit in found] == sorted((h.score for h in found), reverse=True)
        assert len(memory.search("red boat", scope=acme, top_k=1)) == 1
        assert not [hit for hit in memory.search("Lisbon", scope=acme) if hit.pending]
        assert not memory.search("red boat", scope=memory.scope(user="globex"))


def test_what_is_stored_meanwhile_is_pending_no_longer(path: Path, clock: FixedClock) -> None:
    waiting = Waiting()
    with Memory(path, embedder=WordHashEmbedder(), clock=clock, pending=waiting) as memory:
        acme = memory.scope(user="acme")
        told = "I own a red boat."
        waiting.messages = list(read_pending(told, scope=acme, seed="a", accepted_at=NOW))
        (before,) = memory.search("red boat", scope=acme)
        added = memory.add(told, scope=acme, seed="a")
        assert added.message_ids == (before.id,)
        assert not [hit for hit in memory.search("red boat", scope=acme) if hit.pending]
        assert memory.message(before.id).message.text == before.text
