"""The embedding model of a run, as an Embedder that baselines share."""

from pathlib import Path

from evaluation.faults import EvaluationError
from memories import BundledModel, Embedder, Memory, OnnxModel


def open_embedder(folder: Path | None) -> Embedder:
    """The bundled model, or the one in a folder.

    Raises:
        EvaluationError: there is no such folder.
        ModelUnavailable: it does not hold a usable model.
    """
    if folder is not None and not folder.is_dir():
        raise EvaluationError(f"{folder}: there is no such folder for --embedder")
    model = BundledModel() if folder is None else OnnxModel(folder)
    with Memory(embedder=model) as memory:
        return memory.embedder
