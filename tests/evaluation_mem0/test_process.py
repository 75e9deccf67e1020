import sys
from pathlib import Path

import pytest

from evaluation.mem0.faults import Mem0Failed
from evaluation.mem0.process import Mem0Process
from memories.engine.ports.embedder import WordHashEmbedder
from tests.evaluation_mem0 import children


def opened(folder: Path, source: str, *, seconds: float = 30.0) -> Mem0Process:
    child = children.written(folder, source)
    return Mem0Process(Path(sys.executable), WordHashEmbedder(), child=child, seconds=seconds)


def test_what_is_added_is_found_for_its_user_alone(tmp_path: Path) -> None:
    with opened(tmp_path, children.FINDING) as mem0:
        mem0.add("Ana: I live in Lisbon.", user="ana", client_id="a1")
        mem0.add("Ana: My dog is called Rex.", user="ana", client_id="a2")
        mem0.add("Ben: I live in Lisbon too.", user="ben", client_id="b1")
        found, _ = mem0.search("What is the dog called?", user="ana", top_k=50)
    assert list(found) == ["a2", "a1"]


def test_embedding_is_timed_apart_from_the_call(tmp_path: Path) -> None:
    with opened(tmp_path, children.FINDING) as mem0:
        spent = mem0.add("Ana: I live in Lisbon.", user="ana", client_id="a1")
    assert spent.total == 1.0
    assert 0 < spent.embedding < spent.total
    assert spent.own == spent.total - spent.embedding


def test_an_interpreter_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "no-python"
    with pytest.raises(Mem0Failed, match=r"no-python can't be run: .*No such file"):
        Mem0Process(missing, WordHashEmbedder()).__enter__()


def test_a_child_that_cannot_start_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(Mem0Failed, match="ended with code 1:\nno module named mem0"):
        opened(tmp_path, children.DYING_AT_ONCE).__enter__()


def test_a_child_that_is_killed_is_an_error_of_the_call(tmp_path: Path) -> None:
    with (
        opened(tmp_path, children.DYING_LATER) as mem0,
        pytest.raises(Mem0Failed, match=r"ended with code -9:\n.it wrote nothing."),
    ):
        mem0.add("Ana: I live in Lisbon.", user="ana", client_id="a1")


def test_a_child_that_is_gone_is_an_error_of_every_later_call(tmp_path: Path) -> None:
    with opened(tmp_path, children.DYING_LATER) as mem0:
        for _ in range(3):
            with pytest.raises(Mem0Failed, match="ended with code -9"):
                mem0.add("Ana: I live in Lisbon.", user="ana", client_id="a1")


def test_an_unfair_set_up_is_not_measured(tmp_path: Path) -> None:
    with pytest.raises(Mem0Failed, match="mem0: Unfair: keywords take no part in a score"):
        opened(tmp_path, children.UNFAIR).__enter__()


def test_what_the_package_refuses_is_passed_on(tmp_path: Path) -> None:
    with (
        opened(tmp_path, children.FAILING) as mem0,
        pytest.raises(Mem0Failed, match="mem0: ValueError: filters must contain"),
    ):
        mem0.search("Where?", user="", top_k=50)


def test_what_is_no_answer_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(Mem0Failed, match=r"wrote 'Downloading a model .* in place of an answer"):
        opened(tmp_path, children.BABBLING).__enter__()


def test_a_child_that_does_not_answer_is_not_waited_for_without_end(tmp_path: Path) -> None:
    with (
        opened(tmp_path, children.SILENT, seconds=0.2) as mem0,
        pytest.raises(Mem0Failed, match=r"no answer within 0\.2 s"),
    ):
        mem0.add("Ana: I live in Lisbon.", user="ana", client_id="a1")


def test_it_is_asked_only_while_it_is_entered(tmp_path: Path) -> None:
    with pytest.raises(Mem0Failed, match="not running"):
        opened(tmp_path, children.FINDING).search("Where?", user="ana", top_k=50)
