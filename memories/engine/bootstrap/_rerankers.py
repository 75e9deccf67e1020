"""Which rerankers there are, and how they are opened."""

from pathlib import Path

from memories.engine.bootstrap._extra import check_extra
from memories.engine.bootstrap._models import HubModel, session_threads
from memories.engine.ports.language_model import LanguageModel
from memories.engine.ports.reranker import Reranker


def open_reranker(model: LanguageModel | HubModel | Path | str) -> Reranker:
    """A reranker, ready to be asked.

    Args:
        model: a folder with a cross-encoder, `model.onnx` (or `onnx/model.onnx`,
            `onnx/model_quantized.onnx`) and `tokenizer.json`; one by its name on the Hugging Face
            hub; or a language model, which is asked once a search.

    Raises:
        MissingExtra: the `local` extra is not installed.
        ModelUnavailable: the folder or the hub holds no cross-encoder.
    """
    if not isinstance(model, HubModel | Path | str):
        from memories.engine.adapters.model_reranker import ModelReranker

        return ModelReranker(model)
    check_extra()
    from memories.engine.adapters.model_files import reranker_from_hub, reranker_in_folder
    from memories.engine.adapters.onnx_reranker import OnnxReranker

    if isinstance(model, HubModel):
        files = reranker_from_hub(model.name, revision=model.revision)
    else:
        files = reranker_in_folder(Path(model))
    reranker = OnnxReranker(files, threads=session_threads())
    reranker.load()
    return reranker


def check_reranker_folder(folder: Path) -> None:
    """Whether a folder may be one of `open_shared_reranker`; nothing large is read.

    Raises:
        ModelUnavailable: files are missing, or say that they are no cross-encoder.
    """
    from memories.engine.adapters.model_files import check_reranker

    check_reranker(folder)


def open_shared_reranker(folder: Path, *, threads: int, seconds: float) -> Reranker:
    """A cross-encoder, loaded once, when it is first asked, for many searches at a time.

    Args:
        folder: where it lies, as `open_reranker` takes it.
        threads: processor threads that it runs in.
        seconds: how long one search may take with it; over that it fails.

    Raises:
        ModelUnavailable: its files are missing, or say that they are no cross-encoder.
    """
    from memories.engine.adapters.model_files import reranker_in_folder
    from memories.engine.adapters.onnx_reranker import OnnxReranker

    return OnnxReranker(reranker_in_folder(folder), threads=threads, seconds=seconds)
