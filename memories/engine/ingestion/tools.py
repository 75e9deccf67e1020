"""What the write path works with."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from memories.engine.domain import Guidance, Scope
from memories.engine.errors import ModelMismatch
from memories.engine.ingestion.parts import PartTools
from memories.engine.ports.answers import SavedAnswers
from memories.engine.ports.clock import Clock
from memories.engine.ports.embedder import Embedder
from memories.engine.ports.extractor import Batching, Extractor
from memories.engine.ports.passage_store import PassageStore
from memories.engine.ports.record_store import RecordStore
from memories.engine.ports.search_index import SearchIndex
from memories.engine.ports.summarizer import Summarizer

# The file remembers its embedding model under this setting.
MODEL_SETTING: Final = "embedding model"


def dimensions_setting(model: str) -> str:
    """The setting under which it remembers how long that model's vectors are."""
    return f"dimensions of {model}"


@dataclass(frozen=True, slots=True)
class IngestTools:
    """The ports that ingest, edits and deletions need.

    Attributes:
        predictor: the extractor, but that its language model counts what it is asked, and is not.
        batching: the extractor, asked through batches; None where it has none.
        summarizer: sums up runs; None where no language model is asked.
        guidance: what is to be learned, unless an add says more.
        answers: where answers to jobs, of the extractor and about files, are saved; nowhere if
            None.
        parts: what puts parts of messages that are no text into words.
    """

    records: RecordStore
    passages: PassageStore
    index: SearchIndex
    extractor: Extractor
    predictor: Extractor
    batching: Batching | None
    summarizer: Summarizer | None
    guidance: Guidance
    embedder: Embedder
    clock: Clock
    answers: SavedAnswers | None
    parts: PartTools

    @contextmanager
    def writing(self, *, scope: Scope) -> Iterator[None]:
        """One transaction, in which the file is still indexed with this model.

        Raises:
            ModelMismatch: it was switched to another since the vectors were made.
        """
        with self.records.writing(scope=scope):
            indexed_with = self.records.setting(MODEL_SETTING, scope=scope)
            if indexed_with not in {None, self.embedder.model}:
                raise ModelMismatch(
                    f"the file was switched to {indexed_with} by another process's reindex(); "
                    "open it anew with that model"
                )
            yield
