"""Cross-encoders for tests: real graphs with real tokenizers, made and not trained."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from memories.engine.adapters.model_files import bundled_model
from tests.support.onnx_graphs import Graph, extended, model

if TYPE_CHECKING:
    import tokenizers

_MARKS: Final = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
_SHAPE: Final = ("pairs", "tokens")
# What the word-counting one takes off for each token of the first and of the second text.
FIRST_COST: Final = 0.0001
SECOND_COST: Final = 0.01


def word_counting(
    folder: Path, words: Iterable[str], *, outputs: int = 1, segments: bool = True
) -> Path:
    """One that scores a text by how many of the question's words it holds, less for its length.

    Marks, padding and what is not among its words count for nothing but length, of which question
    and text have prices of their own: that the score is right shows that they are not mixed up.

    Args:
        folder: where it is made.
        words: what it knows.
        outputs: numbers a pair; of two, both are moved by ten times the text's length.
        segments: False makes one without `token_type_ids`, as of RoBERTa: one without a meaning.
    """
    known = [*_MARKS, *dict.fromkeys(word.casefold() for word in words)]
    folder.mkdir(parents=True, exist_ok=True)
    _tokenizer(known).save(str(folder / "tokenizer.json"))
    graph, inputs = Graph(), {"input_ids": _SHAPE, "attention_mask": _SHAPE}
    if segments:
        inputs["token_type_ids"] = _SHAPE
    _count_words(graph, len(known), segments=segments)
    if outputs == 1:
        graph.node("Identity", "score", gives="logits")
    else:
        moved = graph.node("Mul", "second_length", graph.constant("ten", _row(10)), gives="moved")
        graph.node("Neg", "score", gives="against")
        graph.node("Add", "score", moved, gives="for_it")
        graph.node("Add", "against", moved, gives="against_it")
        columns = ["against_it"] * (outputs - 1) + ["for_it"]
        graph.node("Concat", *columns, gives="logits", axis=1)
    graph.gives("logits", "pairs", outputs)
    (folder / "model.onnx").write_bytes(model(graph, inputs))
    return folder


def of_minilms_size(folder: Path) -> Path:
    """One with the very layers of ms-marco-MiniLM-L6-v2: the bundled model's, with a made head.

    It takes as long as that one, and judges nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files, graph = bundled_model(), Graph()
    shutil.copyfile(files.tokenizer, folder / "tokenizer.json")
    first = graph.constant("head_first", np.asarray(0, dtype=np.int64))
    graph.node("Gather", "last_hidden_state", first, gives="head_state", axis=1)
    weights = np.linspace(-1, 1, files.dimensions or 0, dtype=np.float32).reshape(-1, 1)
    graph.node("MatMul", "head_state", graph.constant("head", weights), gives="logits")
    graph.gives("logits", "batch", 1)
    (folder / "model.onnx").write_bytes(extended(files.model.read_bytes(), graph))
    return folder


def declare(folder: Path, **declared: object) -> None:
    """Write the folder's `config.json`."""
    (folder / "config.json").write_text(json.dumps(declared), encoding="utf-8")


def _tokenizer(known: list[str]) -> "tokenizers.Tokenizer":
    from tokenizers import (
        Tokenizer,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    ids = {word: id_ for id_, word in enumerate(known)}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token="[UNK]"))  # noqa: S106 - no password
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])],
    )
    return tokenizer


def _count_words(graph: Graph, known: int, *, segments: bool) -> None:
    table = np.eye(known, dtype=np.float32)
    table[: len(_MARKS)] = 0.0
    graph.node("Gather", graph.constant("table", table), "input_ids", gives="words")
    graph.node("Cast", "attention_mask", gives="mask", to=1)
    graph.node("Cast", "token_type_ids" if segments else "attention_mask", gives="types", to=1)
    graph.node("Mul", "types", "mask", gives="second")
    graph.node("Sub", "mask", "second", gives="first")
    one, two = (graph.constant(f"axis_{axis}", np.asarray([axis])) for axis in (1, 2))
    most = graph.constant("most", np.asarray(1, dtype=np.float32))
    for part in ("first", "second"):
        graph.node("Unsqueeze", part, two, gives=f"{part}_wide")
        graph.node("Mul", "words", f"{part}_wide", gives=f"{part}_words")
        graph.node("ReduceSum", f"{part}_words", one, gives=f"{part}_count", keepdims=0)
        graph.node("Min", f"{part}_count", most, gives=f"{part}_held")
        graph.node("ReduceSum", part, one, gives=f"{part}_length", keepdims=1)
    graph.node("Mul", "first_held", "second_held", gives="shared")
    graph.node("ReduceSum", "shared", one, gives="overlap", keepdims=1)
    first_cost, second_cost = (
        graph.constant(f"cost_{cost}", _row(cost)) for cost in (FIRST_COST, SECOND_COST)
    )
    graph.node("Mul", "first_length", first_cost, gives="first_price")
    graph.node("Mul", "second_length", second_cost, gives="second_price")
    graph.node("Sub", "overlap", "first_price", gives="less_first")
    graph.node("Sub", "less_first", "second_price", gives="score")


def _row(value: float) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    return np.asarray([value], dtype=np.float32)
