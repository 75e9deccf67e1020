"""What each system hands to the reader."""

import json
from pathlib import Path

import pytest

from evaluation.answering.finding import SYSTEMS, OwnFinder, WholeFinder, lines_of, packed
from evaluation.datasets import Case, read_dataset
from memories import Memory
from memories.engine.ports.embedder import WordHashEmbedder
from tests.evaluation.conftest import locomo_sample


@pytest.fixture
def case(tmp_path: Path) -> Case:
    path = tmp_path / "l.json"
    path.write_text(json.dumps([locomo_sample("c/1")]), encoding="utf-8")
    (read,) = read_dataset("locomo", path, needs_evidence=False).cases
    return read


@pytest.mark.parametrize("system", ["remembrancer", "bm25", "full-context"])
def test_a_context_holds_the_evidence_and_says_where(
    system: str, case: Case, tmp_path: Path
) -> None:
    question = case.questions[0]
    budgets = [None] if system == "full-context" else [100, 1000]
    with SYSTEMS[system](WordHashEmbedder(), tmp_path / "memories") as finder:
        finder.remember(case)
        found = finder.find(question, budgets)
    assert list(found) == budgets
    for budget, each in found.items():
        assert "moved to Lisbon in May 2023" in each.text
        assert "8 May 2023" in each.text
        assert set(question.evidence) <= set(each.inside) <= set(case.session_of)
        assert not each.is_empty
        assert budget is None or each.tokens <= budget
    assert set(question.evidence) <= set(found[budgets[0]].ranked)


def test_what_is_remembered_is_kept_and_not_added_twice(case: Case, tmp_path: Path) -> None:
    embedder = WordHashEmbedder()
    embedded: list[int] = []
    for _ in range(3):
        finder = OwnFinder(embedder, tmp_path / "memories")
        finder.remember(case)
        finder.close()
        embedded.append(embedder.embedded_texts)
    assert embedded[1:] == [embedded[0] + 1, embedded[0] + 2]  # the question that warms it up
    (path,) = (tmp_path / "memories").glob("*.db")
    with Memory(path, embedder=embedder) as memory:
        assert memory.stats().messages == case.turns


def test_what_shares_no_word_finds_nothing(case: Case, tmp_path: Path) -> None:
    with SYSTEMS["bm25"](WordHashEmbedder(), tmp_path) as finder:
        finder.remember(case)
        question = case.questions[4]
        found = finder.find(question, [1000])[1000]
    assert found.is_empty == (not found.inside)
    lines = lines_of(case)
    empty = packed(lines, (), 1000, 0.0)
    assert (empty.text, empty.tokens, empty.inside, empty.is_empty) == ("", 0, (), True)


def test_turns_are_packed_best_first_and_told_in_the_order_of_time(case: Case) -> None:
    lines = lines_of(case)
    found = packed(lines, ("D2:1", "D1:2", "D1:1"), None, 0.0)
    assert found.text == (
        "## 8 May 2023\n"
        "- Ana: I moved to Lisbon in May 2023 with my dog Rex.\n"
        "- Ben: Congratulations! I still work at Siemens in Munich.\n"
        "## 2 June 2023\n"
        "- Ben: My sister Carla adopted a grey cat called Admiral."
    )
    assert found.inside == ("D1:1", "D1:2", "D2:1")
    assert found.ranked == ("D2:1", "D1:2", "D1:1")
    smaller = packed(lines, ("D2:1", "D1:2", "D1:1"), 25, 0.0)
    assert smaller.inside == ("D2:1",)
    assert smaller.tokens <= 25


def test_the_whole_is_every_turn(case: Case) -> None:
    finder = WholeFinder()
    finder.remember(case)
    found = finder.find(case.questions[0], [None])[None]
    assert found.inside == found.ranked == tuple(case.session_of)


def test_our_own_context_needs_a_budget(case: Case, tmp_path: Path) -> None:
    finder = OwnFinder(WordHashEmbedder(), tmp_path)
    with pytest.raises(ValueError, match="let it remember a conversation first"):
        finder.find(case.questions[0], [100])
    finder.remember(case)
    with pytest.raises(ValueError, match="a context needs a budget"):
        finder.find(case.questions[0], [None])
    finder.close()
