"""The provider as AMB's runner calls it, with stand-ins for the classes that it brings."""

import asyncio
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

MODELS = """
from dataclasses import dataclass

@dataclass
class Document:
    id: str
    content: str
    user_id: str | None = None
    messages: list | None = None
    timestamp: str | None = None
    context: str | None = None
"""
BASE = """
import asyncio
from abc import ABC, abstractmethod

class MemoryProvider(ABC):
    provider = variant = link = logo = None

    def initialize(self): ...
    def cleanup(self): ...
    def prepare(self, store_dir, unit_ids=None): ...

    @abstractmethod
    def ingest(self, documents): ...

    @abstractmethod
    def retrieve(self, query, k=10, user_id=None, query_timestamp=None): ...

    async def async_ingest(self, documents):
        return await asyncio.to_thread(self.ingest, documents)

    async def async_retrieve(self, query, k=10, user_id=None, query_timestamp=None):
        return await asyncio.to_thread(self.retrieve, query, k, user_id, query_timestamp)
"""
LOCOMO = [
    {"speaker": "Ana", "dia_id": "D1:1", "text": "I moved to Lisbon last month."},
    {
        "speaker": "Ben",
        "dia_id": "D1:2",
        "text": "Look!",
        "blip_caption": "a grey cat",
        "query": "q",
    },
    {"speaker": "Ben", "dia_id": "D1:3", "text": ""},
]
LONGMEMEVAL = [
    {"role": "user", "content": "My sister works at Siemens."},
    {"role": "assistant", "content": "How nice!"},
]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The adapter's module, with a harness to import from."""
    package = tmp_path / "memory_bench"
    (package / "memory").mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "memory" / "__init__.py").write_text("", encoding="utf-8")
    (package / "models.py").write_text(MODELS, encoding="utf-8")
    (package / "memory" / "base.py").write_text(BASE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("evaluation.harnesses.agent_memory_benchmark")
    for name in [each for each in sys.modules if "memory_bench" in each.partition(".")[0]]:
        del sys.modules[name]
    del sys.modules["evaluation.harnesses.agent_memory_benchmark"]


def document(bench: Any, doc_id: str, content: str, user: str | None, **more: object) -> Any:
    return bench.Document(
        id=doc_id, content=content, user_id=user, timestamp="2024-03-08T10:00:00+00:00", **more
    )


def test_documents_are_remembered_and_found(bench: Any, tmp_path: Path) -> None:
    provider = bench.RemembrancerMemoryProvider()
    provider.initialize()
    provider.prepare(tmp_path / "store", unit_ids={"conv-1"})
    documents = [
        document(bench, "conv-1_session_1", json.dumps(LOCOMO), "conv-1"),
        document(bench, "q1_s1", json.dumps(LONGMEMEVAL), "q1"),
        document(bench, "m1", "left out", "m", messages=LONGMEMEVAL),
        document(bench, "n1", "The harbour of Porto is old.", None),
    ]
    asyncio.run(provider.async_ingest(documents))

    def found(question: str, user: str | None) -> str:
        asked = provider.async_retrieve(
            question, user_id=user, query_timestamp="2024-04-01T10:00:00+00:00"
        )
        documents, raw = asyncio.run(asked)
        assert raw is None
        return "\n".join(each.content for each in documents)

    lisbon = found("Where does Ana live?", "conv-1")
    assert "Ana moved to Lisbon last month (February 2024)" in lisbon
    assert "a grey cat" in found("What did Ben share a photo of?", "conv-1")
    assert "Siemens" in found("Where does my sister work?", "q1")
    assert "Siemens" in found("Where does my sister work?", "m")
    assert "left out" not in found("Where does my sister work?", "m")
    assert "harbour" in found("How old is the harbour of Porto?", None)
    assert found("Where does my sister work?", "conv-2") == ""
    provider.cleanup()


def test_it_says_what_it_is(bench: Any) -> None:
    provider = bench.RemembrancerMemoryProvider()
    assert (provider.name, provider.kind, provider.concurrency) == ("remembrancer", "local", 1)
