"""What it takes to put hits in order once more, with a model of the usual size."""

import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from evaluation.speed.corpus import talk
from memories import Reranker, open_reranker
from memories.engine.retrieval.reranking import RERANKED
from tests.conftest import RecordFigure
from tests.support.cross_encoders import of_minilms_size

QUESTION: Final = "Where did the two of them buy bread before they moved to the river?"
TIMES: Final = 5


def spent(reranker: Reranker, texts: Sequence[str]) -> tuple[float, float]:
    """Milliseconds, and of the processors': the median of some times."""
    took: list[tuple[float, float]] = []
    for _ in range(TIMES):
        started, busy = time.perf_counter(), time.process_time()
        reranker.rank(QUESTION, texts)
        took.append((time.perf_counter() - started, time.process_time() - busy))
    waited, worked = zip(*took, strict=True)
    return statistics.median(waited) * 1000, statistics.median(worked) * 1000


def test_what_thirty_hits_take_grows_with_their_words(
    tmp_path: Path, record_figure: RecordFigure
) -> None:
    reranker = open_reranker(of_minilms_size(tmp_path))
    turns = [turn.text for turn in talk(RERANKED, seed="reranking")]
    facts = [" ".join(turn.split()[:8]) for turn in turns]
    several = [" ".join(turns[at : at + 5]) for at in range(RERANKED)]
    worked = []
    for what, texts in (("facts", facts), ("turns", turns), ("long texts", several)):
        words = statistics.mean(len(text.split()) for text in texts)
        took, busy = spent(reranker, texts)
        record_figure(f"{RERANKED} {what} of {words:.0f} words, ms", round(took))
        record_figure(f"{RERANKED} {what} of {words:.0f} words, ms of processors", round(busy))
        worked.append(busy)
    assert worked == sorted(worked)
