"""Two memories that are told and asked the same."""

import os
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

import pytest
from django.conf import settings

from controlplane.shared_index import shared_index
from memories import BundledModel, Embedder, Memory, SearchResult
from memories.engine.domain import Scope
from memories.engine.errors import RemembrancerError
from memories.engine.ports.clock import FixedClock
from memories.records.states import shared_states
from memories.records.stores import HostedStores, index_name

# Weaviate keeps cosines as 32-bit distances, and this adds up over the signals.
TOLERANCE: Final = 2e-6
# On a busy machine a search takes as long as it likes.
_PATIENT_SECONDS: Final = 30.0
_Answer = TypeVar("_Answer")


class Twins:
    """A file and a hosted project with the same names, clock and model."""

    def __init__(self, path: Path, embedder: Embedder | BundledModel, *, whole: int) -> None:
        self.clock = FixedClock(datetime(2024, 5, 10, 12, tzinfo=UTC))
        project = f"twins-{uuid.uuid4()}"
        self.file = Memory(
            path,
            organization="acme",
            project=project,
            embedder=embedder,
            clock=self.clock,
            deadline_seconds=_PATIENT_SECONDS,
        )
        self.everyone = Scope("acme", project)
        assert settings.INDEX is not None
        self._server = shared_index(replace(settings.INDEX, whole=whole))
        stores = HostedStores(
            self.everyone,
            server=self._server,
            states=shared_states(os.environ["REDIS_URL"]),
        )
        self.hosted = Memory(
            stores,
            organization="acme",
            project=project,
            embedder=self.file.embedder,
            clock=self.clock,
            deadline_seconds=_PATIENT_SECONDS,
        )

    def close(self) -> None:
        index = index_name(self.everyone, self.file.embedder.model)
        self.file.close()
        self.hosted.close()
        self._server.remove(index)

    def scope(self, **ids: str | None) -> Scope:
        return self.file.scope(**ids)

    def tell(self, tell: Callable[[Memory], _Answer]) -> None:
        """Both the same; where one refuses it, so does the other."""
        refused = [_refusal(tell, memory) for memory in (self.file, self.hosted)]
        assert refused[0] == refused[1]

    def ask(self, ask: Callable[[Memory], SearchResult]) -> SearchResult:
        """What both find, which must be the same."""
        one, other = ask(self.file), ask(self.hosted)
        assert one.degraded == other.degraded
        assert_alike(one, other)
        return one


def _refusal(tell: Callable[[Memory], object], memory: Memory) -> str | None:
    try:
        tell(memory)
    except RemembrancerError as error:
        return str(error)
    return None


def assert_alike(one: SearchResult, other: SearchResult) -> None:
    """The same hits with the same scores, texts and reasons; those of one score in any order.

    At the last place one of several with its score may stand for another.
    """
    scores = [hit.score for hit in one]
    assert [hit.score for hit in other] == _near(scores)
    found = {hit.id: hit for hit in other}
    last = min(scores, default=0.0)
    for hit in one:
        twin = found.get(hit.id)
        if twin is None:
            assert abs(hit.score - last) < TOLERANCE, hit
            continue
        assert twin.score == _near(hit.score)
        assert twin.text == hit.text
        for part in ("semantic", "lexical", "entity", "temporal", "session"):
            assert getattr(twin.breakdown, part) == _near(getattr(hit.breakdown, part)), part
        assert [each.message.id for each in twin.sources] == [
            each.message.id for each in hit.sources
        ]
        assert set(twin.entities) == set(hit.entities)


def _near(expected: float | Sequence[float]) -> object:
    return pytest.approx(expected, abs=TOLERANCE)
