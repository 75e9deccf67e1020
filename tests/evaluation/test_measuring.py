"""Remembering and asking through the public calls, with a fake model."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from evaluation.baselines import plain_rankers
from evaluation.datasets import Dataset, read_dataset
from evaluation.embedding_cache import CachedEmbedder
from evaluation.files import Json, at
from evaluation.remembering import turn_ids
from evaluation.retrieval.checkpoints import Checkpoints
from evaluation.retrieval.measuring import (
    BUDGETS,
    ask,
    confidence_of,
    measure_ranker,
    remember,
)
from evaluation.retrieval.report import build
from evaluation.retrieval.run import OWN, Contenders, key_of, measure
from evaluation.retrieval.schema import faults_of
from evaluation.retrieval.summary import as_text
from evaluation.retrieval.worst import worst_questions
from memories import Memory, SearchResult
from memories.engine.ports.embedder import WordHashEmbedder
from memories.engine.ports.reranker import WordReranker
from tests.evaluation.conftest import TYPES, Write, haystack, locomo_sample

# Hits of one score come in an order of their own in each file, so these alone are compared.
PLAIN: Final = ("bm25", "dense", "fusion")
OPTIONS: Final[Mapping[str, Json]] = {
    "limit": None,
    "long": False,
    "with_mem0": False,
    "ablate": False,
    "rerank": None,
    "index": "file",
}


@pytest.fixture
def embedder() -> CachedEmbedder:
    return CachedEmbedder(WordHashEmbedder(), None)


@pytest.fixture
def locomo(write: Write) -> Dataset:
    return read_dataset("locomo", write("l.json", [locomo_sample("c1"), locomo_sample("c2")]))


@pytest.fixture
def longmemeval(write: Write) -> Dataset:
    listed = [haystack("q1", TYPES[0]), haystack("q2_abs", TYPES[0])]
    return read_dataset("longmemeval", write("m.json", listed))


def test_turns_are_known_by_the_data_sets_ids(locomo: Dataset, embedder: CachedEmbedder) -> None:
    case = locomo.cases[0]
    with Memory(embedder=embedder) as memory:
        told: list[int] = []
        ingested = remember(memory, case, embedder, told.append)
        assert sorted(turn_ids(memory).values()) == sorted(case.session_of)
    assert told == [3, 6]
    assert ingested.turns == 6
    assert ingested.memories
    assert ingested.bytes_on_disk
    assert ingested.texts_embedded == embedder.effort.texts > 0
    assert ingested.seconds > ingested.embedding_seconds > 0


def test_each_question_is_searched_and_packed(locomo: Dataset, embedder: CachedEmbedder) -> None:
    case = locomo.cases[0]
    with Memory(embedder=embedder) as memory:
        remember(memory, case, embedder)
        answers = ask(memory, case, embedder, budgets=(200, 1000))
        alone = ask(memory, case, embedder, include_messages=False, budgets=())
    assert [each.question for each in answers] == [each.id for each in case.questions]
    moved, adversarial = answers[0], answers[-1]
    assert "D1:1" in moved.ranked[:3]
    assert moved.held == {"200": ("D1:1",), "1000": ("D1:1",)}
    assert 0 < moved.tokens["200"] <= 200
    assert moved.milliseconds.keys() == {"embedder", "search", "context_200", "context_1000"}
    assert moved.confidence is not None
    assert 0 < moved.confidence <= 1
    assert adversarial.held == {}
    assert [each.held for each in alone] == [{}] * len(case.questions)


def test_nothing_found_is_no_confidence() -> None:
    assert confidence_of(SearchResult(())) == 0


def test_sessions_are_ranked_by_their_first_turn(
    longmemeval: Dataset, embedder: CachedEmbedder
) -> None:
    case = longmemeval.cases[0]
    with Memory(embedder=embedder) as memory:
        remember(memory, case, embedder)
        (answered,) = ask(memory, case, embedder)
    assert set(answered.ranked[:2]) == {"answer_1", "answer_2"}
    assert len(set(answered.ranked)) == len(answered.ranked) <= 3
    assert set(answered.held["1000"]) == {"answer_1", "answer_2"}


def test_a_baselines_turns_are_packed_best_first(locomo: Dataset, embedder: CachedEmbedder) -> None:
    case = locomo.cases[0]
    ranker = plain_rankers(embedder)["bm25"]
    measured = measure_ranker(ranker, case, embedder, limit=10)
    assert measured.answers[0].ranked[0] == "D1:1"
    assert measured.answers[0].held["1000"] == ("D1:1",)
    assert measured.answers[0].tokens["1000"] < 1000
    assert measured.ingested.texts_embedded == 0


def test_with_a_silent_extractor_there_are_messages_alone(
    locomo: Dataset, embedder: CachedEmbedder
) -> None:
    found = Contenders(embedder).messages_only(locomo.cases[0], "1/1")["messages_only"]
    assert found.ingested.memories == 0
    assert "D1:1" in found.answers[0].ranked[:3]


def test_what_is_reranked_stands_beside_what_is_not(
    locomo: Dataset, embedder: CachedEmbedder, tmp_path: Path
) -> None:
    checkpoints, reranker = Checkpoints(tmp_path, {}), WordReranker()
    results = measure(locomo, embedder, checkpoints, reranker=reranker)
    questions = [question for case in locomo.cases for question in case.questions]
    contexts = sum(len(BUDGETS) for question in questions if question.answerable)
    assert len(reranker.asked) == len(questions) + contexts
    assert {asked for asked, _ in reranker.asked} == {question.text for question in questions}
    report = build(locomo, results, {**OPTIONS, "rerank": reranker.name}, embedder.model)
    assert list(faults_of(report)) == []
    assert at(report, "baselines", "reranked", "overall", "recall_at", "10") is not None
    assert "not reranked less reranked, recall@10" in as_text(report)
    assert measure(locomo, embedder, checkpoints, reranker=reranker).resumed == 8
    other = WordReranker(name="other")
    assert measure(locomo, embedder, checkpoints, reranker=other).resumed == 6
    assert other.asked


def test_a_run_goes_on_where_it_was_stopped(
    locomo: Dataset, embedder: CachedEmbedder, tmp_path: Path
) -> None:
    stopped = replace(locomo, cases=locomo.cases[:1])
    checkpoints = Checkpoints(tmp_path, key_of(locomo, embedder))
    first = measure(stopped, embedder, Checkpoints(tmp_path, key_of(stopped, embedder)))
    resumed = measure(locomo, embedder, checkpoints)
    again = measure(locomo, embedder, checkpoints)
    assert (first.resumed, resumed.resumed, again.resumed) == (0, 3, 6)
    assert {name: each[:1] for name, each in resumed.measured.items()} == first.measured
    assert again.measured == resumed.measured
    for measured in resumed.measured.values():
        asked = [[each.question for each in one.answers] for one in measured]
        assert asked == [[each.id for each in case.questions] for case in locomo.cases]


def test_a_run_that_was_stopped_ends_with_the_same_figures(
    locomo: Dataset, embedder: CachedEmbedder, tmp_path: Path
) -> None:
    measure(replace(locomo, cases=locomo.cases[:1]), embedder, Checkpoints(tmp_path / "one", {}))
    resumed = measure(locomo, embedder, Checkpoints(tmp_path / "one", {}))
    whole = measure(locomo, embedder, Checkpoints(tmp_path / "two", {}))
    reports = [build(locomo, each, OPTIONS, "word-hash") for each in (resumed, whole)]
    for name in PLAIN:
        for key in ("overall", "by_category", "context_tokens"):
            first, second = (at(report, "baselines", name, key) for report in reports)
            assert first == second


def test_another_choice_of_questions_is_measured_anew(
    locomo: Dataset, embedder: CachedEmbedder, tmp_path: Path
) -> None:
    checkpoints = Checkpoints(tmp_path, {})
    measure(locomo, embedder, checkpoints)
    (first, second) = locomo.cases
    fewer = replace(locomo, cases=(replace(first, questions=first.questions[:2]), second))
    assert measure(fewer, embedder, checkpoints).resumed == 3


@pytest.mark.parametrize("name", ["locomo", "longmemeval"])
def test_the_report_has_the_documented_shape(
    name: str, embedder: CachedEmbedder, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    dataset: Dataset = request.getfixturevalue(name)
    results = measure(dataset, embedder, Checkpoints(tmp_path / "cache", {}))
    report = build(dataset, results, OPTIONS, embedder.model)
    assert list(faults_of(report)) == []
    baselines = at(report, "baselines")
    assert isinstance(baselines, dict)
    assert set(baselines) == {"bm25", "dense", "fusion", "messages_only", "memories_only"}
    text = as_text(report)
    assert OWN in text
    assert all(way in text for way in baselines)


def test_figures_are_those_of_the_answers(
    locomo: Dataset, embedder: CachedEmbedder, tmp_path: Path
) -> None:
    results = measure(locomo, embedder, Checkpoints(tmp_path / "cache", {}))
    report = build(locomo, results, OPTIONS, embedder.model)
    answers = {
        answered.question: answered
        for measured in results.measured["bm25"]
        for answered in measured.answers
    }
    shares = [
        len({*answers[asked.id].ranked[:5]} & {*asked.evidence}) / len(asked.evidence)
        for case in locomo.cases
        for asked in case.questions
        if asked.answerable
    ]
    found = at(report, "baselines", "bm25", "overall")
    assert at(found, "questions") == len(shares) == 8
    assert at(found, "recall_at", "5") == pytest.approx(sum(shares) / 8, abs=1e-4)
    ours, theirs = at(report, "overall", "mrr"), at(found, "mrr")
    assert isinstance(ours, float)
    assert isinstance(theirs, float)
    lead = at(report, "baselines", "bm25", "difference", "mrr")
    assert lead == pytest.approx(ours - theirs, abs=2e-4)
    assert at(report, "abstention", "questions") == 2
    assert at(report, "by_category", "4", "questions") == 4


def test_the_worst_questions_are_shown_with_what_was_found_instead(
    locomo: Dataset, embedder: CachedEmbedder, tmp_path: Path
) -> None:
    results = measure(locomo, embedder, Checkpoints(tmp_path / "cache", {}))
    page = worst_questions(locomo, results.measured["bm25"])
    assert page.startswith("# The 8 worst of 8 questions of l.json\n")
    assert "c1/2, multi-hop, expected: a dog and a cat; " in page
    assert "| D2:1 | 1 | Ben: My sister Carla adopted a grey cat called Admiral. |" in page
    assert "Which marathon did Ana run?" not in page


def test_a_report_of_another_shape_is_told_apart(
    locomo: Dataset, embedder: CachedEmbedder, tmp_path: Path
) -> None:
    results = measure(locomo, embedder, Checkpoints(tmp_path / "cache", {}))
    report = build(locomo, results, OPTIONS, embedder.model)
    del report["degraded"]
    off: dict[str, Json] = {**report, "overall": {"questions": -1}, "besides": 1, "baselines": []}
    faults = list(faults_of(off))
    assert ".degraded: missing" in faults
    assert ".overall.mrr: missing" in faults
    assert ".overall.questions: expected count, got -1" in faults
    assert ".besides: not expected" in faults
    assert ".baselines: expected an object, got []" in faults
