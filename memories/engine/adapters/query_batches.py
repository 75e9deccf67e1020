"""Questions of several threads, embedded together."""

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field

from memories.engine.adapters.passing_embedder import OfProcess, PassingEmbedder
from memories.engine.domain import Vector
from memories.engine.ports.embedder import QuestionsEmbedder


@dataclass(frozen=True, slots=True)
class _Asked:
    text: str
    vector: "Future[Vector]" = field(default_factory=Future)


@dataclass(slots=True)
class _Questions:
    """Those of one process.

    Attributes:
        changed: held to look at the rest; notified when a call of the model has ended.
        waiting: in the order in which they came.
        is_asking: whether a call of the model is under way.
    """

    changed: threading.Condition = field(default_factory=threading.Condition)
    waiting: list[_Asked] = field(default_factory=list)
    is_asking: bool = False


class QueryBatches(PassingEmbedder):
    """While one call of the model runs, the questions that come meanwhile wait for the next one.

    They are embedded in it together, by one of the threads that asked; none waits for others to
    come. Of models that give a text the same vector in any company, vectors are what they would be.
    """

    def __init__(self, embedder: QuestionsEmbedder) -> None:
        """Take the one that does the work."""
        super().__init__(embedder)
        self._together = embedder
        self._questions = OfProcess(_Questions)

    def embed_query(self, text: str) -> Vector:
        questions = self._questions.get()
        asked = _Asked(text)
        with questions.changed:
            questions.waiting.append(asked)
            questions.changed.wait_for(lambda: asked.vector.done() or not questions.is_asking)
            # Without an answer it still waits, and whoever finds nobody asking asks for all.
            batch: list[_Asked] = []
            if not asked.vector.done():
                batch, questions.waiting, questions.is_asking = questions.waiting, [], True
        if batch:
            self._ask(batch, questions)
        return asked.vector.result()

    def _ask(self, batch: list[_Asked], questions: _Questions) -> None:
        try:
            vectors = self._together.embed_queries([asked.text for asked in batch])
            for asked, vector in tuple(zip(batch, vectors, strict=True)):
                asked.vector.set_result(vector)
        except BaseException as error:  # noqa: BLE001 - each of them raises it
            for asked in batch:
                asked.vector.set_exception(error)
        finally:
            with questions.changed:
                questions.is_asking = False
                questions.changed.notify_all()
