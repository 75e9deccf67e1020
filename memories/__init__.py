"""Remembrancer as a library: what was said, kept and found again.

    from memories import Memory

    with Memory("notes.db") as memory:
        ana = memory.scope(user="ana")
        memory.add("I moved to Lisbon last month.", scope=ana)
        print(memory.context("Where does Ana live?", scope=ana))

Nothing heavy is imported until it is used.
"""

from memories.engine.bootstrap import BundledModel, EndpointModel, HubModel, OnnxModel
from memories.engine.domain import (
    AddResult,
    Context,
    DeletionReceipt,
    Entity,
    Fact,
    HistoryEntry,
    IngestOutcome,
    Link,
    MemoryRecord,
    Message,
    Page,
    Participant,
    ParticipantKind,
    Scope,
    ScoreBreakdown,
    SearchHit,
    SearchResult,
    Shelf,
    Source,
    Stats,
    TransferReceipt,
)
from memories.engine.errors import (
    ChangedMeanwhile,
    EmbedderError,
    EmbeddingFailed,
    Immutable,
    IndexUnavailable,
    InvalidFilter,
    InvalidInput,
    InvalidMessages,
    InvalidScope,
    MissingExtra,
    ModelMismatch,
    ModelUnavailable,
    NewerFormat,
    NotFound,
    RemembrancerError,
    StoreBusy,
    StoreDamaged,
    StoreError,
    UnreadableFile,
)
from memories.engine.ingestion.reading import (
    Conversation,
    Question,
    Session,
    read_conversations,
)
from memories.engine.memory import RELEVANT, AsyncMemory, Memory
from memories.engine.ports.embedder import Embedder, SimilarityScale
from memories.engine.ports.extractor import ExtractionRequest, Extractor

__all__ = [
    "RELEVANT",
    "AddResult",
    "AsyncMemory",
    "BundledModel",
    "ChangedMeanwhile",
    "Context",
    "Conversation",
    "DeletionReceipt",
    "Embedder",
    "EmbedderError",
    "EmbeddingFailed",
    "EndpointModel",
    "Entity",
    "ExtractionRequest",
    "Extractor",
    "Fact",
    "HistoryEntry",
    "HubModel",
    "Immutable",
    "IndexUnavailable",
    "IngestOutcome",
    "InvalidFilter",
    "InvalidInput",
    "InvalidMessages",
    "InvalidScope",
    "Link",
    "Memory",
    "MemoryRecord",
    "Message",
    "MissingExtra",
    "ModelMismatch",
    "ModelUnavailable",
    "NewerFormat",
    "NotFound",
    "OnnxModel",
    "Page",
    "Participant",
    "ParticipantKind",
    "Question",
    "RemembrancerError",
    "Scope",
    "ScoreBreakdown",
    "SearchHit",
    "SearchResult",
    "Session",
    "Shelf",
    "SimilarityScale",
    "Source",
    "Stats",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "TransferReceipt",
    "UnreadableFile",
    "read_conversations",
]
