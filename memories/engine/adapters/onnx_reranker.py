"""A cross-encoder as a reranker: an ONNX model that reads question and text together."""

import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from memories.engine.adapters.onnx_models import batches, open_session, open_tokenizer
from memories.engine.domain import Numbers
from memories.engine.errors import ModelUnavailable, RerankerFailed

if TYPE_CHECKING:
    import onnxruntime
    import tokenizers

# Tokens of a question with its text: as of a chunk that is embedded. The models read 512, and twice
# as many take more than twice as long.
_MOST_TOKENS: Final = 256
# A longer beginning of a text holds more tokens than are read; to take apart a text of a million
# characters takes a second.
_MOST_CHARACTERS: Final = 16 * _MOST_TOKENS
# As optimum names the output of a model that judges.
_LOGITS: Final = "logits"
_PAIR: Final = ("Where is it?", "It is here.")


@dataclass(frozen=True, slots=True)
class RerankerFiles:
    """Where a cross-encoder lies.

    Attributes:
        name: with the weights' digest.
    """

    name: str
    model: Path
    tokenizer: Path


class OnnxReranker:
    """A Reranker on onnxruntime. Its scores put texts in order and mean nothing else."""

    def __init__(self, files: RerankerFiles, *, threads: int, seconds: float | None = None) -> None:
        """Take the model's files; they are read when it is first asked.

        Args:
            files: the model.
            threads: processor threads of the session.
            seconds: how long a question may take, waiting for others' included; without end if
                None. It is looked at between the runs, of which each takes a fraction of a second.
        """
        self._files = files
        self._threads = threads
        self._seconds = math.inf if seconds is None else seconds
        # Each run uses all the session's threads: side by side they would only wait for each other.
        self._turn = threading.Lock()

    @property
    def name(self) -> str:
        """The model's name with the weights' digest."""
        return self._files.name

    def load(self) -> None:
        """Load the model, once.

        Raises:
            ModelUnavailable: its files are no cross-encoder.
        """
        with self._turn:
            self._check()

    def rank(self, question: str, texts: Sequence[str]) -> Sequence[int]:
        """As the port says."""
        scores = self.scores(question, texts)
        return sorted(range(len(texts)), key=lambda place: -scores[place])

    def scores(self, question: str, texts: Sequence[str]) -> Numbers:
        """How well each text answers, the more the better.

        Of question and text the first 256 tokens are read, the longer of the two cut first.

        Raises:
            RerankerFailed: its files are no cross-encoder, it can't be run on these texts, or its
                time is over.
        """
        until = time.monotonic() + self._seconds
        scores = np.empty(len(texts), dtype=np.float64)
        with self._turn_until(until):
            try:
                self._check()
            except ModelUnavailable as error:
                raise RerankerFailed(str(error)) from error
            pairs = self._encoded([(question, text) for text in texts])
            for rows in batches([len(pair.ids) for pair in pairs]):
                if time.monotonic() >= until:
                    raise self._late()
                scores[rows] = self._run([pairs[row] for row in rows])
        return scores

    @contextmanager
    def _turn_until(self, until: float) -> Iterator[None]:
        left = until - time.monotonic()
        if not self._turn.acquire(timeout=-1 if left == math.inf else max(0.0, left)):
            raise self._late()
        try:
            yield
        finally:
            self._turn.release()

    def _late(self) -> RerankerFailed:
        return RerankerFailed(f"{self.name} missed the deadline of {self._seconds:g} s")

    def _check(self) -> None:
        if self._flaw is not None:
            raise ModelUnavailable(self._flaw)

    @cached_property
    def _flaw(self) -> str | None:
        """Why it can't be used, found once: else every search would read the files again."""
        try:
            self._run(self._encoded([_PAIR]))
        except (ModelUnavailable, RerankerFailed) as error:
            return str(error)
        return None

    @cached_property
    def _session(self) -> "onnxruntime.InferenceSession":
        return open_session(self._files.model, threads=self._threads)

    @cached_property
    def _tokenizer(self) -> "tokenizers.Tokenizer":
        tokenizer = open_tokenizer(self._files.tokenizer)
        tokenizer.enable_truncation(_MOST_TOKENS, strategy="longest_first")
        return tokenizer

    def _encoded(self, pairs: Sequence[tuple[str, str]]) -> "list[tokenizers.Encoding]":
        cut = [(first[:_MOST_CHARACTERS], second[:_MOST_CHARACTERS]) for first, second in pairs]
        encoded: list[tokenizers.Encoding] = self._tokenizer.encode_batch(cut)
        return encoded

    def _run(self, pairs: "Sequence[tokenizers.Encoding]") -> Numbers:
        session = self._session
        shape = (len(pairs), max(len(pair.ids) for pair in pairs))
        inputs = {
            name: np.zeros(shape, dtype=np.int64)
            for name in ("input_ids", "attention_mask", "token_type_ids")
        }
        for row, pair in enumerate(pairs):
            inputs["input_ids"][row, : len(pair.ids)] = pair.ids
            inputs["attention_mask"][row, : len(pair.ids)] = 1
            inputs["token_type_ids"][row, : len(pair.ids)] = pair.type_ids
        wanted = {each.name for each in session.get_inputs()}
        outputs = [each.name for each in session.get_outputs()]
        output = _LOGITS if _LOGITS in outputs else outputs[0]
        try:
            given = {name: inputs[name] for name in inputs if name in wanted}
            (judged,) = session.run([output], given)
        except Exception as error:  # onnxruntime raises bare exceptions of many kinds
            raise RerankerFailed(f"{self.name} can't be run on these texts") from error
        return self._scores_in(np.asarray(judged, dtype=np.float64), len(pairs))

    def _scores_in(self, judged: Numbers, pairs: int) -> Numbers:
        """A number a pair: the only one, or by how much "it answers" exceeds "it does not"."""
        if judged.shape not in ((pairs,), (pairs, 1), (pairs, 2)):
            raise RerankerFailed(
                f"{self.name} is no cross-encoder: for {pairs} pairs it gives an array of "
                f"{' x '.join(map(str, judged.shape))}, and not one or two numbers each"
            )
        columns = judged.reshape(pairs, -1)
        scores: Numbers = columns[:, -1] - (columns[:, 0] if columns.shape[1] > 1 else 0.0)
        if not np.isfinite(scores).all():
            raise RerankerFailed(f"{self.name} gave a score that is no number")
        return scores
