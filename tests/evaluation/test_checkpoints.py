"""What a stopped run keeps."""

from pathlib import Path

import pytest

from evaluation.faults import EvaluationError
from evaluation.files import write_whole
from evaluation.retrieval.checkpoints import Checkpoints, fingerprint_of_sources
from evaluation.retrieval.measured import Answered, Ingested, Measured

MEASURED = {
    "fusion": Measured(
        Ingested(3, 1.5, 1.0, 0.25, texts_embedded=4, texts_from_cache=2, bytes_on_disk=900),
        (
            Answered(
                "q1",
                ("a", "b"),
                held={"1000": ("a",)},
                tokens={"1000": 80},
                confidence=0.5,
                milliseconds={"search": 2.5},
                degraded={"temporal": "no time"},
            ),
            Answered("q2", ()),
        ),
    )
}


def test_what_was_kept_is_found_again(tmp_path: Path) -> None:
    Checkpoints(tmp_path, {"sha256": "x"}).keep("fusion of c1", MEASURED)
    assert Checkpoints(tmp_path, {"sha256": "x"}).find("fusion of c1") == MEASURED
    assert Checkpoints(tmp_path, {"sha256": "x"}).find("fusion of c2") is None


def test_another_key_finds_nothing(tmp_path: Path) -> None:
    Checkpoints(tmp_path, {"sha256": "x"}).keep("part", MEASURED)
    assert Checkpoints(tmp_path, {"sha256": "y"}).find("part") is None


@pytest.mark.parametrize("text", ["", '{"fusion": {"ingested"', "[]", '{"fusion": {}}', "3"])
def test_what_is_not_whole_is_measured_anew(text: str, tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, {})
    checkpoints.keep("part", MEASURED)
    (kept,) = (tmp_path / "checkpoints").glob("*/*.json")
    kept.write_text(text, encoding="utf-8")
    assert checkpoints.find("part") is None


def test_a_run_can_be_forgotten(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path, {})
    checkpoints.keep("part", MEASURED)
    checkpoints.forget()
    assert checkpoints.find("part") is None
    checkpoints.keep("part", MEASURED)
    assert checkpoints.find("part") == MEASURED


def test_only_the_newest_runs_are_kept(tmp_path: Path) -> None:
    for number in range(25):
        Checkpoints(tmp_path, {"run": number}).keep("part", MEASURED)
    newest = Checkpoints(tmp_path, {"run": 24})
    newest.prune()
    assert len(list((tmp_path / "checkpoints").iterdir())) == 20
    assert newest.find("part") == MEASURED


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write_whole(path, "first")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "second, \ud800")
    assert path.read_text(encoding="utf-8") == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(EvaluationError, match="name another folder with --cache"):
        Checkpoints(tmp_path / "file", {})


def test_more_code_gives_another_fingerprint() -> None:
    assert fingerprint_of_sources() == fingerprint_of_sources()
    assert fingerprint_of_sources(["evaluation/samples"]) != fingerprint_of_sources()
