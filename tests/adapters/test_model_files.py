import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import memories
from memories.engine.adapters.model_files import (
    bundled_model,
    model_in_folder,
    reranker_in_folder,
)
from memories.engine.adapters.onnx_embedder import OnnxEmbedder
from memories.engine.errors import ModelUnavailable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model whose name tells nothing."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"weights")
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    return folder


def declare(folder: Path, name: str, declared: object) -> None:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(declared), encoding="utf-8")


def declare_pooling(folder: Path, *modes: str) -> None:
    every = ("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "lasttoken")
    switches = {f"pooling_mode_{mode}": mode in modes for mode in every}
    declare(folder, "1_Pooling/config.json", {"word_embedding_dimension": 384} | switches)


def test_the_bundled_model_is_there_and_as_released() -> None:
    files = bundled_model()
    assert files.model.is_file()
    assert files.tokenizer.is_file()
    assert files.name.startswith("all-MiniLM-L6-v2-int8@")


def test_an_altered_bundled_model_is_refused(tmp_path: Path) -> None:
    altered = tmp_path / "model.onnx"
    shutil.copyfile(bundled_model().model, altered)
    with altered.open("r+b") as file:
        file.seek(1_000_000)
        byte = file.read(1)[0]
        file.seek(1_000_000)
        file.write(bytes([byte ^ 1]))
    with pytest.raises(ModelUnavailable, match="not the file that this release was made with"):
        bundled_model(tmp_path)


def test_a_missing_bundled_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="reinstall"):
        bundled_model(tmp_path)


def test_a_folder_is_used_as_it_declares(folder: Path) -> None:
    declare_pooling(folder, "cls_token")
    prompts = {"query": "q: ", "passage": "p: ", "other": "x", "none": None}
    declare(folder, "config_sentence_transformers.json", {"prompts": prompts})
    files = model_in_folder(folder)
    assert (files.pooling, files.query_prefix, files.passage_prefix) == ("cls", "q: ", "p: ")


def test_a_prompt_for_documents_is_the_one_for_passages(folder: Path) -> None:
    declare_pooling(folder, "mean_tokens")
    declare(folder, "config_sentence_transformers.json", {"prompts": {"document": "d: "}})
    files = model_in_folder(folder)
    assert (files.pooling, files.query_prefix, files.passage_prefix) == ("mean", "", "d: ")


def test_the_caller_has_the_last_word(folder: Path) -> None:
    declare_pooling(folder, "cls_token")
    declare(folder, "config_sentence_transformers.json", {"prompts": {"query": "q: "}})
    files = model_in_folder(
        folder, name="e5", pooling="mean", query_prefix="", passage_prefix="p: ", max_tokens=64
    )
    assert (files.pooling, files.query_prefix, files.passage_prefix) == ("mean", "", "p: ")
    assert files.max_tokens == 64


@pytest.mark.parametrize(
    ("name", "pooling", "query_prefix", "passage_prefix"),
    [
        ("intfloat/e5-small-v2", "mean", "query: ", "passage: "),
        ("multilingual-e5-base", "mean", "query: ", "passage: "),
        (
            "BAAI/bge-small-en-v1.5",
            "cls",
            "Represent this sentence for searching relevant passages: ",
            "",
        ),
        ("sentence-transformers/all-MiniLM-L12-v2", "mean", "", ""),
    ],
)
def test_a_known_family_needs_no_declaration(
    folder: Path, name: str, pooling: str, query_prefix: str, passage_prefix: str
) -> None:
    files = model_in_folder(folder, name=name)
    assert (files.pooling, files.query_prefix) == (pooling, query_prefix)
    assert files.passage_prefix == passage_prefix


def test_empty_prompts_as_saved_by_default_leave_the_family_its_own(folder: Path) -> None:
    prompts = {"query": "", "document": ""}
    declare(folder, "config_sentence_transformers.json", {"prompts": prompts})
    files = model_in_folder(folder, name="e5-small-v2")
    assert (files.query_prefix, files.passage_prefix) == ("query: ", "passage: ")


@pytest.mark.parametrize("name", ["mine", "the5", "code5b", "bgexyz"])
def test_a_folder_that_does_not_say_how_it_pools_is_refused_with_advice(
    folder: Path, name: str
) -> None:
    with pytest.raises(ModelUnavailable, match="pass pooling='mean' or 'cls'"):
        model_in_folder(folder, name=name)


@pytest.mark.parametrize("modes", [("max_tokens",), ("lasttoken",), ("cls_token", "mean_tokens")])
def test_a_declared_pooling_that_is_not_ours_is_not_taken_for_another(
    folder: Path, modes: tuple[str, ...]
) -> None:
    declare_pooling(folder, *modes)
    with pytest.raises(ModelUnavailable, match=f"pooling_mode_{modes[0]}"):
        model_in_folder(folder)


@pytest.mark.parametrize("content", ["{", "[]", "\x00"])
@pytest.mark.parametrize("name", ["1_Pooling/config.json", "config_sentence_transformers.json"])
def test_a_broken_declaration_is_named(folder: Path, name: str, content: str) -> None:
    declare_pooling(folder, "mean_tokens")
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(ModelUnavailable, match=r"is not (a )?JSON"):
        model_in_folder(folder)


@pytest.mark.parametrize("missing", ["model.onnx", "tokenizer.json"])
def test_a_missing_file_is_named(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(ModelUnavailable, match=missing):
        model_in_folder(folder, pooling="mean")


def test_the_name_changes_with_the_weights(folder: Path) -> None:
    before = model_in_folder(folder, pooling="mean").name
    (folder / "model.onnx").write_bytes(b"other weights")
    after = model_in_folder(folder, pooling="mean").name
    assert before.startswith("mine@")
    assert after.startswith("mine@")
    assert before != after


def test_a_file_that_is_no_model_is_an_error_of_ours(folder: Path) -> None:
    shutil.copyfile(bundled_model().tokenizer, folder / "tokenizer.json")
    embedder = OnnxEmbedder(model_in_folder(folder, pooling="mean"), threads=1)
    with pytest.raises(ModelUnavailable, match="not a usable ONNX model"):
        embedder.embed_query("hello")


def test_a_file_that_is_no_tokenizer_is_an_error_of_ours(folder: Path) -> None:
    embedder = OnnxEmbedder(model_in_folder(folder, pooling="mean"), threads=1)
    with pytest.raises(ModelUnavailable, match="not a usable tokenizer"):
        embedder.embed_query("hello")


def test_a_cross_encoder_needs_no_declaration(folder: Path) -> None:
    files = reranker_in_folder(folder)
    assert files.model == folder / "model.onnx"
    assert files.name.startswith("mine@")


@pytest.mark.parametrize("missing", ["model.onnx", "tokenizer.json"])
def test_a_missing_file_of_a_cross_encoder_is_named(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(ModelUnavailable, match=missing):
        reranker_in_folder(folder)


@pytest.mark.parametrize(
    "declared",
    [
        {"architectures": ["BertForSequenceClassification"], "id2label": {"0": "LABEL_0"}},
        {"architectures": ["XLMRobertaForSequenceClassification"], "id2label": {"0": 0, "1": 1}},
        {"model_type": "bert"},
    ],
)
def test_a_declared_cross_encoder_is_taken(folder: Path, declared: object) -> None:
    declare(folder, "config.json", declared)
    assert reranker_in_folder(folder).tokenizer == folder / "tokenizer.json"


@pytest.mark.parametrize(
    ("declared", "why"),
    [
        ({"architectures": ["BertModel"]}, "is no cross-encoder but BertModel"),
        ({"id2label": {"0": "no", "1": "yes", "2": "perhaps"}}, "tells 3 labels apart"),
    ],
)
def test_what_says_that_it_is_no_cross_encoder_is_refused(
    folder: Path, declared: object, why: str
) -> None:
    declare(folder, "config.json", declared)
    with pytest.raises(ModelUnavailable, match=why):
        reranker_in_folder(folder)


@pytest.mark.parametrize(
    ("fetch", "advice"),
    [
        ("model_from_hub", "pass a folder that holds it, or use the bundled model"),
        ("reranker_from_hub", "pass a folder that holds it\n"),
    ],
)
def test_a_hub_out_of_reach_is_an_error_with_advice(
    tmp_path: Path, fetch: str, advice: str
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    # In a process of its own: the hub's client reads its address when it is imported.
    asking = f"""
from memories.engine.adapters.model_files import {fetch}
from memories.engine.errors import ModelUnavailable
try:
    {fetch}("acme/tiny")
except ModelUnavailable as error:
    print(error)
"""
    answer = subprocess.run(
        [sys.executable, "-c", asking],
        cwd=Path(memories.__file__).parents[1],
        env=os.environ | {"HF_ENDPOINT": nobody, "HF_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "'acme/tiny' can't be fetched from the hub" in answer.stdout
    assert advice in answer.stdout
