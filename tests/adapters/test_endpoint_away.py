"""A file whose embedding model is behind an endpoint that is not there."""

from pathlib import Path

from memories import EndpointModel, Memory
from memories.engine.domain import Signal
from tests.support.embeddings_endpoint import serving


def test_the_file_opens_is_searched_by_words_and_deleted_from_without_its_model(
    tmp_path: Path,
) -> None:
    with serving() as endpoint:
        model = EndpointModel(endpoint.base_url, "word-hash", timeout_seconds=1.0)
        with Memory(tmp_path / "notes.db", embedder=model) as memory:
            ana = memory.scope(user="ana")
            (outcome,) = memory.add("I own a dinghy.", scope=ana).outcomes
            assert memory.search("dinghy", scope=ana).degraded == {}
    with Memory(tmp_path / "notes.db", embedder=model, deadline_seconds=0.5) as memory:
        found = memory.search("dinghy", scope=ana)
        assert found[0].text == "User owns a dinghy."
        assert Signal.SEMANTIC in found.degraded
        assert outcome.memory_id is not None
        receipt = memory.delete(outcome.memory_id)
        assert (receipt.memories, receipt.without_vectors) == (1, 1)
