"""Searches whose best hits are put in order once more."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from memories import InvalidInput, Memory, Reranker, SearchResult, open_reranker
from memories.engine.domain import Stage
from memories.engine.ports.embedder import WordHashEmbedder
from memories.engine.ports.reranker import WordReranker
from tests.support.cross_encoders import word_counting


class Backwards(WordReranker):
    """Puts the worst first."""

    def rank(self, question: str, texts: Sequence[str]) -> Sequence[int]:
        del question
        return list(reversed(range(len(texts))))


def search_with(path: Path, reranker: Reranker, **options: object) -> SearchResult:
    with Memory(path, embedder=WordHashEmbedder(), reranker=reranker) as memory:
        acme = memory.scope(user="acme")
        for text in ("The sea is calm and the boats are far.", "I own a boat.", "I like tea."):
            memory.add([{"role": "user", "name": "Nora", "content": text}], scope=acme)
        return memory.search("boats sea calm", scope=acme, include_messages=False, **options)  # type: ignore[arg-type]


def test_the_order_is_the_rerankers_and_the_scores_stay(tmp_path: Path) -> None:
    plain = search_with(tmp_path / "one.db", WordReranker())
    found = search_with(tmp_path / "two.db", Backwards(), rerank=True)
    assert [hit.text for hit in found] == [hit.text for hit in reversed(plain.hits)]
    assert {hit.text: hit.score for hit in found} == {hit.text: hit.score for hit in plain}


def test_it_is_asked_only_where_that_is_wanted(tmp_path: Path) -> None:
    reranker = WordReranker()
    search_with(tmp_path / "one.db", reranker)
    assert reranker.asked == []
    found = search_with(tmp_path / "two.db", reranker, rerank=True, top_k=1)
    ((question, texts),) = reranker.asked
    assert question == "boats sea calm"
    assert len(texts) > len(found) == 1


def test_where_it_fails_the_order_stays_and_the_result_says_so(tmp_path: Path) -> None:
    plain = search_with(tmp_path / "one.db", WordReranker())
    found = search_with(tmp_path / "two.db", WordReranker(fails="out of order"), rerank=True)
    assert [hit.text for hit in found] == [hit.text for hit in plain]
    assert found.degraded == {Stage.RERANK: "out of order"}
    assert plain.degraded == {}


@pytest.mark.parametrize("call", ["search", "context"])
def test_without_a_reranker_it_is_refused(memory: Memory, call: str) -> None:
    with pytest.raises(InvalidInput, match="without a reranker"):
        getattr(memory, call)("boat", scope=memory.scope(user="acme"), rerank=True)


def test_a_context_is_packed_in_the_rerankers_order(tmp_path: Path) -> None:
    reranker = Backwards()
    with Memory(tmp_path / "one.db", embedder=WordHashEmbedder(), reranker=reranker) as memory:
        acme = memory.scope(user="acme")
        for text in ("The boats are far out at sea.", "I own a boat at sea.", "I like the sea."):
            memory.add(text, scope=acme)
        first, last = (
            memory.context("boats sea", scope=acme, threshold=0.0, max_tokens=64, rerank=rerank)
            for rerank in (False, True)
        )
    assert len(first.hits) == len(last.hits) == 1
    assert first.hits != last.hits


def test_what_fails_for_a_context_is_told(tmp_path: Path) -> None:
    reranker = WordReranker(fails="out of order")
    with Memory(tmp_path / "one.db", embedder=WordHashEmbedder(), reranker=reranker) as memory:
        acme = memory.scope(user="acme")
        memory.add("I own a boat.", scope=acme)
        found = memory.context("boat", scope=acme, rerank=True)
    assert found.degraded == {Stage.RERANK: "out of order"}


@pytest.mark.parametrize("word", ["boat", "tea"])
def test_a_cross_encoder_in_a_folder_puts_hits_in_order(tmp_path: Path, word: str) -> None:
    reranker = open_reranker(word_counting(tmp_path / "model", [word]))
    with Memory(tmp_path / "one.db", embedder=WordHashEmbedder(), reranker=reranker) as memory:
        acme = memory.scope(user="acme")
        memory.add("I own a boat. I like tea.", scope=acme)
        found = memory.search("boat and tea", scope=acme, include_messages=False, rerank=True)
    assert len(found) == 2
    assert word in found[0].text
    assert found.degraded == {}
