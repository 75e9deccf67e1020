"""What the write path works with."""

from dataclasses import dataclass

from memories.engine.ports.clock import Clock
from memories.engine.ports.embedder import Embedder
from memories.engine.ports.extractor import Extractor
from memories.engine.ports.record_store import RecordStore
from memories.engine.ports.search_index import SearchIndex


@dataclass(frozen=True, slots=True)
class IngestTools:
    """The ports that ingest, edits and deletions need."""

    records: RecordStore
    index: SearchIndex
    extractor: Extractor
    embedder: Embedder
    clock: Clock
