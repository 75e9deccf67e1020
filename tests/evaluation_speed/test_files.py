import json
from pathlib import Path

import pytest

from evaluation.faults import EvaluationError
from evaluation.speed.embedders import MadeUpVectors
from evaluation.speed.files import BuiltFiles, scope_talk, scope_user
from evaluation.speed.process import in_fresh_process
from memories import Memory


def test_a_file_that_was_taken_in_is_as_if_it_had_been_added(tmp_path: Path) -> None:
    turns = scope_talk(200, 2, 1)
    built = BuiltFiles(tmp_path).taken_in(200, scopes=2)
    with (
        Memory(built.path, embedder=MadeUpVectors()) as taken_in,
        Memory(tmp_path / "added.db", embedder=MadeUpVectors()) as added,
    ):
        stats = taken_in.stats()
        assert (stats.memories, stats.messages, stats.embedded) == (200, 200, 400)
        user = taken_in.scope(user=scope_user(1))
        assert taken_in.stats(scope=user).memories == 100
        for turn in turns:
            added.add(turn.as_message(), scope=added.scope(user=scope_user(1)), infer=False)
        for turn in turns[:10]:
            text = turn.text
            ours = taken_in.search(text, scope=user)[0]
            theirs = added.search(text, scope=added.scope(user=scope_user(1)))[0]
            assert ours.text == theirs.text == text
            assert ours.sources[0].quote == theirs.sources[0].quote
            assert ours.breakdown.semantic == pytest.approx(theirs.breakdown.semantic, abs=1e-5)
            assert (ours.breakdown.entity > 0) == (theirs.breakdown.entity > 0)


def test_a_file_is_built_once_for_the_same_code(tmp_path: Path) -> None:
    first = BuiltFiles(tmp_path).taken_in(20, scopes=1)
    built_at = first.path.stat().st_mtime_ns
    again = BuiltFiles(tmp_path).taken_in(20, scopes=1)
    assert again == first
    assert again.path.stat().st_mtime_ns == built_at


def test_a_file_that_was_not_built_whole_is_built_again(tmp_path: Path) -> None:
    built = BuiltFiles(tmp_path).taken_in(20, scopes=1)
    built.path.with_suffix(".json").unlink()
    built.path.write_bytes(b"half")
    again = BuiltFiles(tmp_path).taken_in(20, scopes=1)
    with Memory(again.path, embedder=MadeUpVectors()) as memory:
        assert memory.stats().memories == 20


def test_what_is_remembered_in_a_fresh_process_is_measured_there(tmp_path: Path) -> None:
    built = BuiltFiles(tmp_path).remembered(40)
    assert built.facts["memories"] == built.facts["messages"] == 40
    assert 50 < built.facts["resident_mb"] < 2000
    assert json.loads(built.path.with_suffix(".json").read_text(encoding="utf-8")) == built.facts
    asked = in_fresh_process("ask", built.path, memories=40)
    assert set(asked) == {"resident_mb", "import_ms", "open_ms", "first_search_ms"}
    assert all(value > 0 for value in asked.values())


def test_a_fresh_process_that_fails_is_an_error(tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"this is no database" * 1000)
    with pytest.raises(EvaluationError, match="ended with code 1"):
        in_fresh_process("ask", broken, memories=40)
