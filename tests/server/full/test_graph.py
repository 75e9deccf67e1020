"""Vectors found by walking a graph, HNSW, are those that comparing all of them finds.

Up to 40,000 rows that a search may see Weaviate compares all of them also where it has a graph.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pytest

from evaluation.speed.corpus import questions, talk
from memories.engine.adapters.model_files import BUNDLED_SCALE, bundled_model
from memories.engine.adapters.onnx_embedder import OnnxEmbedder
from memories.engine.bootstrap import open_index_server
from memories.engine.domain import (
    IndexedRow,
    Kind,
    MemoryRecord,
    Passage,
    Scope,
    Selection,
    Vectors,
)
from memories.engine.ports.index_server import IndexAddress, IndexNode, IndexServer, IndexState
from memories.engine.text.tokens import analyse
from tests.conftest import RecordFigure
from tests.server.services import Services

_NOON: Final = datetime(2024, 5, 10, 12, tzinfo=UTC)
_SCOPE: Final = Scope("acme", "graph", user="ana")
_QUESTIONS: Final = 200
_HITS: Final = 10
# Of all hits, as many must be the same.
_OVERLAP: Final = 0.98
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts with their vectors, a row each, and questions with theirs."""

    texts: Sequence[str]
    vectors: Vectors
    asked: Vectors

    @classmethod
    def of(cls, turns: int) -> "Corpus":
        """So many turns of made-up talk, in the bundled model's own vectors."""
        embedder = OnnxEmbedder(bundled_model(), threads=2, scale=BUNDLED_SCALE)
        said = list(talk(turns, seed="graph"))
        texts = [turn.text for turn in said]
        asked = questions(said, _QUESTIONS)
        return cls(texts, embedder.embed_passages(texts), embedder.embed_passages(asked))

    def rows(self) -> Iterator[IndexedRow]:
        """A memory for each text."""
        for number, (text, vector) in enumerate(zip(self.texts, self.vectors, strict=True)):
            memory = MemoryRecord(
                id=str(number),
                scope=_SCOPE,
                text=text,
                attributed_to="Ana",
                kind=Kind.EVENT,
                said_at=_NOON,
                recorded_at=_NOON,
                updated_at=_NOON,
                fingerprint=text,
            )
            passage = Passage(
                owner_id=memory.id,
                is_message=False,
                version=1,
                start=0,
                until=len(text),
                said_at=_NOON,
                recorded_at=_NOON,
                terms=analyse(text),
                vector=vector,
            )
            yield IndexedRow(memory, _SCOPE, number + 1, None, (), (), (passage,))


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """With a node whose collections are made anew: how vectors are found is theirs for good."""
    started = Services(tmp_path_factory.mktemp("services"), weaviate=1)
    try:
        yield started.start()
    finally:
        started.stop()


@pytest.fixture
def server(services: Services) -> Iterator[IndexServer]:
    (node,) = services.nodes.values()
    at = IndexNode(f"http://127.0.0.1:{node['http']}", f"127.0.0.1:{node['grpc']}")
    opened = open_index_server(IndexAddress((at,), graph=True))
    yield opened
    opened.close()


def check(server: IndexServer, record_figure: RecordFigure, *, turns: int) -> None:
    corpus = Corpus.of(turns)
    project = f"of-{turns}"
    writer = server.writes(project, dimensions=corpus.vectors.shape[1])
    rows = list(corpus.rows())
    for first in range(0, len(rows), _AT_ONCE):
        some = {row.told.id: row for row in rows[first : first + _AT_ONCE]}
        writer.settle([*some], some)
    index = server.reads(project, state=lambda: IndexState(None, is_told=True))
    selection, shared = Selection(now=_NOON), 0
    for vector in corpus.asked:
        found = index.semantic(
            vector, scope=_SCOPE, selection=selection, limit=_HITS, messages=False
        )
        assert len(found) == _HITS
        cosines = corpus.vectors @ vector
        # Of texts that are as near as the last, any will do.
        least = np.sort(cosines)[-_HITS] - 1e-6
        shared += sum(cosines[int(each.owner_id)] >= least for each in found)
    overlap = shared / (_HITS * len(corpus.asked))
    record_figure(f"HNSW, {turns} vectors of one project: overlap at {_HITS}", overlap)
    assert overlap >= _OVERLAP


def test_a_graph_finds_what_comparing_all_finds(
    server: IndexServer, record_figure: RecordFigure
) -> None:
    check(server, record_figure, turns=2000)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_large_graph_finds_what_comparing_all_finds(
    server: IndexServer, record_figure: RecordFigure
) -> None:
    check(server, record_figure, turns=50_000)
