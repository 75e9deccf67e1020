"""The models that all projects of this process share: they are large, and the same."""

import threading
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings

from memories.engine.bootstrap import open_shared_embedder, open_shared_reranker
from memories.engine.ports.embedder import Embedder
from memories.engine.ports.reranker import Reranker

# Two threads must not load one twice.
_LOADING: Final = threading.Lock()


def server_model() -> Embedder:
    """The one that projects are to be indexed with."""
    return _model(settings.MODEL_FOLDER)


def known_models() -> tuple[Embedder, ...]:
    """The server's, and the bundled one, which projects may still be indexed with."""
    return (server_model(), *([_model(None)] if settings.MODEL_FOLDER else []))


def server_reranker() -> Reranker | None:
    """What puts hits in order once more, where a search asks for it; nothing if None."""
    folder = settings.RERANKER_FOLDER
    if folder is None:
        return None
    with _LOADING:
        return _reranker(folder, settings.MODEL_THREADS, settings.RERANK_DEADLINE_SECONDS)


def _model(folder: Path | None) -> Embedder:
    with _LOADING:
        return _loaded(folder, settings.MODEL_THREADS)


@cache
def _loaded(folder: Path | None, threads: int) -> Embedder:
    return open_shared_embedder(folder, threads=threads)


@cache
def _reranker(folder: Path, threads: int, seconds: float) -> Reranker:
    return open_shared_reranker(folder, threads=threads, seconds=seconds)
