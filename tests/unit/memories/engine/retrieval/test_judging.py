"""Judging rows with their turns and sessions, on rows made by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memories.engine.domain import (
    Candidates,
    Interval,
    Kind,
    Precision,
    QueryTime,
    Signal,
    TimeIntent,
)
from memories.engine.ports.embedder import SimilarityScale
from memories.engine.retrieval.expansion import fold_turns
from memories.engine.retrieval.fusion import fuse
from memories.engine.retrieval.pooling import best_passage, with_turns
from memories.engine.retrieval.signals.entity import Subjects, judge_subjects
from memories.engine.retrieval.signals.lexical import judge_words
from memories.engine.retrieval.signals.semantic import judge_meaning
from memories.engine.retrieval.signals.temporal import AskedTime, judge_times

# Rows 0 to 2 are messages, 3 and 4 memories; 3 was learned from 1, 4 stands alone.
SESSIONS = (0, 0, 1, -1, -1)
SCALE = SimilarityScale(0.0, 1.0)


def rows(
    *,
    cosines: Sequence[float] = (0.0,) * 5,
    counts: Sequence[float] = (0.0,) * 5,
    around: Sequence[float] = (0.0,) * 5,
    mentions: Sequence[Sequence[float]] = ((),) * 5,
    said_at: Sequence[float] = (0.0,) * 5,
    occurred: Sequence[tuple[float, float]] = ((np.nan, np.nan),) * 5,
) -> Candidates:
    length = np.full(5, 20.0)
    return Candidates(
        ids=("m0", "m1", "m2", "fact", "alone"),
        is_message=np.array([True, True, True, False, False]),
        sessions=np.array(SESSIONS),
        speakers=("Nora", "Leo", "Nora", "Leo", "Nora"),
        said_at=np.array(said_at),
        occurred=np.array(occurred, dtype=np.float64),
        kinds=np.array([-1, -1, -1, list(Kind).index(Kind.STATE), list(Kind).index(Kind.PLAN)]),
        mentions=np.array(mentions, dtype=np.float64).reshape(5, -1),
        learned=np.array([[3, 1]]),
        owners=np.arange(5),
        cosines=np.array(cosines),
        counts=np.array([counts]).T.astype(np.float64),
        lengths=length,
        counts_around=np.array([around]).T.astype(np.float64),
        lengths_around=5 * length,
        rarities=np.array([3.0]),
        usual_length=20.0,
    )


def test_a_memory_and_its_turn_are_judged_together() -> None:
    meaning = judge_meaning(rows(cosines=[0.4, 0.6, 0.0, 0.2, 0.5]), SCALE)
    # A turn without a memory stands for one at half its score; a memory alone has its own.
    assert meaning.tolist() == pytest.approx([0.3, 0.4, 0.0, 0.4, 0.5])


def test_a_row_without_a_vector_has_no_likeness() -> None:
    assert judge_meaning(rows(cosines=[np.nan] * 5), SCALE).tolist() == [0.0] * 5


def test_a_long_text_counts_at_its_best_passage() -> None:
    candidates = rows()
    scores = best_passage(candidates, np.array([0.1, np.nan, 0.2, 0.3, 0.4]))
    assert scores.tolist() == [0.1, 0.0, 0.2, 0.3, 0.4]


def test_words_said_around_a_turn_count_for_it_and_for_what_it_taught() -> None:
    words = judge_words(rows(around=[0, 1, 0, 0, 0]), words=1)
    assert words[1] == words[3] > 0
    assert words[[0, 2, 4]].tolist() == [0, 0, 0]


def test_a_question_that_names_a_speaker_asks_what_they_said() -> None:
    one = Subjects({"e": 1.0, "x": 1.0}, {"e": "Leo", "x": "Porto"}, {}, {"Leo": "e"})
    assert judge_subjects(rows(), one).tolist() == [0, 1, 0, 1, 0]
    both = Subjects({"e": 1.0, "n": 1.0}, {}, {}, {"Leo": "e", "Nora": "n"})
    assert judge_subjects(rows(), both).tolist() == [0] * 5
    other = Subjects({"x": 1.0, "y": 1.0}, {"x": "Porto", "y": "Ines"}, {}, {})
    mentions = [[1.0, 0.0], [1.0, 1.0], [0.0, 0.0], [0.0, 0.5], [0.0, 0.0]]
    assert judge_subjects(rows(mentions=mentions), other).tolist() == [0.5, 1, 0, 0.25, 0]


MAY = Interval(datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC), Precision.MONTH)
DAY = 86400.0
FIRST, LAST = MAY.start.timestamp(), MAY.until.timestamp()
NOTHING = (np.nan, np.nan)


def asked_of(time: QueryTime, reference: datetime = MAY.until) -> AskedTime:
    return AskedTime(time, reference, time.intervals)


def test_what_tells_of_the_asked_time_fits_better_than_what_was_said_then() -> None:
    candidates = rows(
        said_at=[FIRST, FIRST - DAY, FIRST, LAST + 9 * DAY, LAST],
        occurred=[NOTHING, NOTHING, (0, DAY), (FIRST, FIRST + DAY), (FIRST - DAY, LAST + 90 * DAY)],
    )
    fits = judge_times(candidates, asked_of(QueryTime(intervals=(MAY,)))).tolist()
    inside, before, other_time, told, wider = fits
    assert (inside, told) == (0.7, 1.0)
    assert 0.3 < before < 0.35 < inside
    assert other_time == pytest.approx(0.3)
    # Of a third of what it tells of, rather than less than a row just outside would get.
    assert wider == 0.5


def test_a_moment_at_the_end_of_the_asked_time_lies_just_outside_of_it() -> None:
    candidates = rows(said_at=[FIRST, LAST, LAST - 1, 0.0, 0.0])
    fits = judge_times(candidates, asked_of(QueryTime(intervals=(MAY,))))
    assert fits[:3].tolist() == pytest.approx([0.7, 0.35, 0.7])
    assert fits[3] == pytest.approx(0.0, abs=1e-9)


def test_of_several_asked_times_the_best_counts() -> None:
    june = Interval(MAY.until, datetime(2024, 7, 1, tzinfo=UTC), Precision.MONTH)
    candidates = rows(said_at=[FIRST, LAST, LAST, FIRST, FIRST])
    fits = judge_times(candidates, asked_of(QueryTime(intervals=(MAY, june))))
    assert fits.tolist() == pytest.approx([0.7] * 5)


def test_what_is_still_so_fades_unless_it_lasts() -> None:
    candidates = rows(said_at=[LAST, LAST - 180 * DAY, LAST, LAST - 180 * DAY, LAST])
    fits = judge_times(candidates, asked_of(QueryTime(intent=TimeIntent.CURRENT)))
    # Messages and plans count half of what a state does.
    assert fits.tolist() == pytest.approx([0.5, 0.25, 0.5, 0.5, 0.5])


def test_what_lies_ahead_and_plans_fit_a_question_about_the_future() -> None:
    candidates = rows(occurred=[NOTHING] * 3 + [(LAST, LAST + DAY), NOTHING])
    fits = judge_times(candidates, asked_of(QueryTime(intent=TimeIntent.FUTURE)))
    assert fits.tolist() == [0, 0, 0, 1, 0.5]


def test_a_dated_row_fits_a_question_about_when() -> None:
    candidates = rows(occurred=[NOTHING] * 3 + [(LAST, LAST + DAY), NOTHING])
    fits = judge_times(candidates, asked_of(QueryTime(asks_when=True)))
    assert fits.tolist() == [0, 0, 0, 0.4, 0]


def test_the_best_of_a_session_lifts_its_rows_and_memories_learned_there() -> None:
    fused = fuse(rows(), {Signal.SEMANTIC: np.array([0.2, 0.8, 0.2, 0.4, 0.2])})
    assert fused.sessions.tolist() == [0.8, 0.8, 0.2, 0.8, 0.2]
    assert fused.scores[0] > fused.scores[2] == pytest.approx(0.2)


def test_whom_a_row_is_by_lifts_the_row_and_not_its_session() -> None:
    meaning = np.full(5, 0.5)
    fused = fuse(rows(), {Signal.SEMANTIC: meaning, Signal.ENTITY: np.array([1.0, 0, 0, 0, 0])})
    assert fused.scores[0] > fused.scores[1] == fused.scores[2]


def test_a_row_that_no_signal_knows_is_no_answer() -> None:
    fused = fuse(rows(), {Signal.SEMANTIC: np.array([0.9, 0.0, 0.0, 0.0, 0.0])})
    assert fused.scores[1] == 0
    assert fold_turns(rows(), fused, messages=True) == [0]


def test_a_memory_takes_the_place_of_the_turn_that_it_speaks_for() -> None:
    fused = fuse(rows(), {Signal.SEMANTIC: np.array([0.1, 0.8, 0.3, 0.7, 0.2])})
    assert 1 not in fold_turns(rows(), fused, messages=True)
    assert fold_turns(rows(), fused, messages=False) == [3, 4]
    poor = fuse(rows(), {Signal.SEMANTIC: np.array([0.1, 0.8, 0.3, 0.1, 0.2])})
    assert 1 in fold_turns(rows(), poor, messages=True)


def test_a_memory_below_the_threshold_speaks_for_no_turn() -> None:
    fused = fuse(rows(), {Signal.SEMANTIC: np.array([0.1, 0.8, 0.3, 0.7, 0.2])})
    turn, memory = fused.scores[1], fused.scores[3]
    assert fold_turns(rows(), fused, messages=True, threshold=memory) == [3]
    assert fold_turns(rows(), fused, messages=True, threshold=(turn + memory) / 2) == [1]


SCORES = st.lists(st.floats(0, 1), min_size=5, max_size=5).map(np.array)


@given(st.dictionaries(st.sampled_from(list(Signal)), SCORES))
def test_scores_lie_between_0_and_1(scores: dict[Signal, "np.ndarray"]) -> None:
    fused = fuse(rows(), scores)
    assert ((fused.scores >= 0) & (fused.scores <= 1 + 1e-9)).all()


@given(SCORES)
def test_pooling_keeps_between_0_and_1(scores: "np.ndarray") -> None:
    pooled = with_turns(rows(), scores, scores)
    assert ((pooled >= 0) & (pooled <= 1)).all()


def reordered(candidates: Candidates, order: Sequence[int]) -> Candidates:
    """The same rows, row i of them being row order[i] of those; each has one passage."""
    now_at = np.argsort(order)
    return replace(
        candidates,
        ids=tuple(candidates.ids[row] for row in order),
        is_message=candidates.is_message[order],
        sessions=candidates.sessions[order],
        speakers=tuple(candidates.speakers[row] for row in order),
        learned=now_at[candidates.learned],
        owners=now_at[candidates.owners],
    )


@given(SCORES, SCORES, SCORES, st.permutations(range(5)))
def test_the_order_of_the_rows_decides_nothing(
    cosines: "np.ndarray", words: "np.ndarray", by: "np.ndarray", order: list[int]
) -> None:
    def judged(candidates: Candidates, entity: "np.ndarray") -> "np.ndarray":
        return fuse(
            candidates,
            {
                Signal.SEMANTIC: judge_meaning(candidates, SCALE),
                Signal.LEXICAL: judge_words(candidates, words=1),
                Signal.ENTITY: entity,
            },
        ).scores

    candidates = rows(cosines=cosines.tolist(), around=words.tolist())
    scores = judged(candidates, by)
    assert judged(reordered(candidates, order), by[order]) == pytest.approx(scores[order])
