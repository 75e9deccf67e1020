import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.faults import EvaluationError
from evaluation.mem0.process import Mem0Process
from evaluation.speed import against_mem0, command, ingesting, searching
from evaluation.speed.asking import in_turns, rounds_of
from evaluation.speed.asking import searching as timed_search
from evaluation.speed.embedders import MadeUpVectors, RecordingEmbedder
from evaluation.speed.files import BuiltFiles
from evaluation.speed.sizes import SMALL
from memories import EmbeddingFailed, Memory
from memories.engine.domain import Vector
from tests.evaluation_mem0 import children

TINY = replace(
    SMALL, scope=60, few=60, many=200, scopes=10, ingested=100, compared=20, questions=10, rounds=2
)


class DeafEmbedder(MadeUpVectors):
    """Embeds texts, but no questions."""

    def embed_query(self, text: str) -> Vector:
        if text.endswith("?"):
            raise EmbeddingFailed("no questions")
        return super().embed_query(text)


def test_calls_are_timed_in_turns() -> None:
    order: list[str] = []
    calls = {name: [lambda name=name: order.append(name)] * 3 for name in ("one", "two")}
    taken = in_turns(calls)
    assert order == ["one", "two", "two", "one", "one", "two"]
    assert [len(values) for values in taken.values()] == [3, 3]


def test_rounds_are_parts_of_the_same_length() -> None:
    assert rounds_of([1.0, 2.0, 3.0, 4.0, 5.0], 2) == [[1.0, 2.0], [3.0, 4.0]]


def test_a_search_that_misses_a_signal_is_not_measured() -> None:
    with Memory(embedder=DeafEmbedder()) as memory:
        scope = memory.scope(user="ana")
        memory.add("I live in Lisbon.", scope=scope)
        with pytest.raises(EvaluationError, match=r"without a signal: .*no questions"):
            timed_search(memory, "Where does Ana live?", scope)()


def test_one_scope_among_many_is_compared_with_a_small_one(tmp_path: Path) -> None:
    row = searching.many_scopes(BuiltFiles(tmp_path), TINY)
    assert row.figure.value == pytest.approx(row.parts["many_p50_ms"] / row.parts["few_p50_ms"])
    assert row.figure.low <= row.figure.high
    assert row.target is not None


def test_a_large_scope_is_searched_without_a_model(tmp_path: Path) -> None:
    row = searching.one_large_scope(BuiltFiles(tmp_path), TINY)
    assert 0 < row.figure.value <= row.parts["search_p95_ms"]


def test_adding_is_compared_with_embedding_the_same_texts() -> None:
    row = ingesting.against_embedder(TINY, MadeUpVectors())
    assert row.figure.value == pytest.approx(
        row.parts["texts_per_s"] / row.parts["embedder_texts_per_s"]
    )
    # Made-up vectors take next to nothing, so that all of the time is the library's own.
    assert row.figure.value < 0.5


def test_mem0_is_compared_on_the_same_turns_and_questions(tmp_path: Path) -> None:
    child = children.written(tmp_path, children.FINDING)
    theirs = Mem0Process(Path(sys.executable), MadeUpVectors(), child=child)
    search, add = against_mem0.against_mem0(TINY, MadeUpVectors(), theirs)
    # The stand-in says of each call that it took a second.
    assert search.parts["mem0_p50_ms"] == add.parts["mem0_p50_ms"] == 1000.0
    assert search.figure.value == pytest.approx(1000.0 / search.parts["p50_ms"])
    assert add.figure.value == pytest.approx(1000.0 / add.parts["p50_ms"])
    assert add.parts["mem0_without_embedding_p50_ms"] < 1000.0


def test_an_embedder_is_recorded_and_otherwise_the_same() -> None:
    inner = MadeUpVectors()
    recording = RecordingEmbedder(inner)
    vectors = recording.embed_passages(["one", "two"])
    assert recording.batches == [("one", "two")]
    assert (vectors == inner.embed_passages(["one", "two"])).all()
    assert (recording.embed_query("one") == vectors[0]).all()


def test_the_command_prints_a_table_and_writes_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "speed.json"
    options = ["--sizes", "small", "--only", "ingest", "--json", str(out)]
    assert command.main([*options, "--cache", str(tmp_path)]) == 0
    assert "throughput as a share of the embedder's own" in capsys.readouterr().out
    found = json.loads(out.read_text(encoding="utf-8"))
    assert list(found["rows"]) == ["ingest_throughput"]
    assert found["rows"]["ingest_throughput"]["at_least"] == 0.7


def test_a_file_that_cannot_be_written_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("", encoding="utf-8")
    code = command.main(["--sizes", "small", "--only", "scopes", "--cache", str(taken / "cache")])
    assert code == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("speed: ")


@pytest.mark.long
def test_every_measurement_at_its_small_size(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "speed.json"
    options = ["--sizes", "small", "--with-mem0", "--json", str(out)]
    assert command.main([*options, "--cache", str(tmp_path)]) == 0, capsys.readouterr().err
    rows = json.loads(out.read_text(encoding="utf-8"))["rows"]
    assert set(rows) == {
        "search_over_embedder",
        "many_scopes",
        "one_large_scope",
        "ingest_throughput",
        "resident_after_adding",
        "resident_after_opening",
        "cold_start",
        "file_size",
        "search_against_mem0",
        "add_against_mem0",
    }
