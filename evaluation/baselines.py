"""Plain rankings of whole turns, each one text "speaker: words", to measure against.

BM25 as Robertson and Zaragoza (2009) have it, with the idf that is never negative; the vectors of
the run's own embedding model; and both, each scaled from 0 to 1 over all turns, half and half.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from memories import Conversation, Embedder

if TYPE_CHECKING:
    Scores = np.ndarray[tuple[int], np.dtype[np.float64]]

_K1: Final = 1.2
_B: Final = 0.75
_WORD: Final = re.compile(r"[^\W_]+")
# Lucene's English stop words (EnglishAnalyzer.ENGLISH_STOP_WORDS_SET).
_STOP_WORDS: Final = frozenset(
    """a an and are as at be but by for if in into is it no not of on or such that the their then
    there these they this to was will with""".split()
)


def speeches(conversation: Conversation) -> dict[str, str]:
    """Each turn as one text "speaker: words", by its client id, in order."""
    return {
        turn.client_id: f"{turn.name or turn.role.value.capitalize()}: {turn.text}"
        for session in conversation.sessions
        for turn in session.turns
        if turn.client_id is not None
    }


class Bm25:
    """BM25 over stemmed English words, k1 = 1.2, b = 0.75."""

    def __init__(self, texts: Sequence[str]) -> None:
        import Stemmer  # noqa: PLC0415 - `--help` needs no engine

        self._stem = Stemmer.Stemmer("english").stemWords
        counts = [Counter(self._terms(text)) for text in texts]
        lengths = np.array([count.total() for count in counts], dtype=np.float64)
        norms = _K1 * (1 - _B + _B * lengths / max(lengths.mean(), 1.0))
        rows: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for row, count in enumerate(counts):
            for term, times in count.items():
                rows[term].append((row, times))
        self._size = len(texts)
        self._weights: dict[str, tuple[list[int], Scores]] = {}
        for term, found in rows.items():
            where = [row for row, _ in found]
            often = np.array([times for _, times in found], dtype=np.float64)
            idf = math.log(1 + (len(texts) - len(found) + 0.5) / (len(found) + 0.5))
            self._weights[term] = (where, idf * often * (_K1 + 1) / (often + norms[where]))

    def scores(self, question: str) -> "Scores":
        """Every text's score, 0 where it shares no word."""
        scores = np.zeros(self._size)
        for term in self._terms(question):
            if term in self._weights:
                where, weights = self._weights[term]
                scores[where] += weights
        return scores

    def _terms(self, text: str) -> list[str]:
        words = [word for word in _WORD.findall(text.lower()) if word not in _STOP_WORDS]
        stemmed: list[str] = self._stem(words)
        return stemmed


class Dense:
    """Cosine of one vector a text; what does not fit the model is cut off."""

    def __init__(self, texts: Sequence[str], embedder: Embedder) -> None:
        self._embedder = embedder
        heads = [text[slice(*embedder.split(text)[0])] for text in texts]
        self._vectors = embedder.embed_passages(heads)

    def scores(self, question: str) -> "Scores":
        """Every text's cosine with the question."""
        scores: Scores = (self._vectors @ self._embedder.embed_query(question)).astype(np.float64)
        return scores


class PlainRanker:
    """Ranks turns by the mean of its parts' scores, each scaled from 0 to 1 over all turns."""

    def __init__(self, name: str, embedder: Embedder, *, words: bool, meaning: bool) -> None:
        """Choose the parts.

        Args:
            name: its key in the report.
            embedder: the run's embedding model.
            words: use BM25.
            meaning: use the vectors.
        """
        self.name = name
        self._embedder = embedder
        self._uses_words = words
        self._uses_meaning = meaning
        self._ids: list[str] = []
        self._parts: list[Bm25 | Dense] = []

    def remember(self, conversation: Conversation) -> None:
        """Index the conversation's turns."""
        texts = speeches(conversation)
        self._ids = list(texts)
        if self._uses_words:
            self._parts.append(Bm25(list(texts.values())))
        if self._uses_meaning:
            self._parts.append(Dense(list(texts.values()), self._embedder))

    def rank(self, question: str, limit: int) -> Sequence[str]:
        """The best turns; ties in the order they were said, none that scores nothing."""
        scaled = [min_max(part.scores(question)) for part in self._parts]
        scores = np.mean(scaled, axis=0)
        order = np.argsort(-scores, kind="stable")[:limit]
        return [self._ids[row] for row in order if scores[row] > 0]


def min_max(scores: "Scores") -> "Scores":
    """The scores from 0 to 1; all 0 where they are all the same."""
    low, high = float(scores.min()), float(scores.max())
    scaled: Scores = (scores - low) / (high - low) if high > low else np.zeros_like(scores)
    return scaled


def plain_rankers(embedder: Embedder) -> Mapping[str, PlainRanker]:
    """The baselines of every run, new."""
    rankers = (
        PlainRanker("bm25", embedder, words=True, meaning=False),
        PlainRanker("dense", embedder, words=False, meaning=True),
        PlainRanker("fusion", embedder, words=True, meaning=True),
    )
    return {ranker.name: ranker for ranker in rankers}
