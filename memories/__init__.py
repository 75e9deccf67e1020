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
    MemoryRecord,
    Scope,
    SearchHit,
    SearchResult,
)
from memories.engine.errors import (
    EmbedderError,
    EmbeddingFailed,
    Immutable,
    InvalidFilter,
    InvalidInput,
    InvalidMessages,
    InvalidScope,
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
from memories.engine.memory import AsyncMemory, Memory

__all__ = [
    "AddResult",
    "AsyncMemory",
    "BundledModel",
    "Context",
    "Conversation",
    "EmbedderError",
    "EmbeddingFailed",
    "EndpointModel",
    "HubModel",
    "Immutable",
    "InvalidFilter",
    "InvalidInput",
    "InvalidMessages",
    "InvalidScope",
    "Memory",
    "MemoryRecord",
    "ModelMismatch",
    "ModelUnavailable",
    "NewerFormat",
    "NotFound",
    "OnnxModel",
    "Question",
    "RemembrancerError",
    "Scope",
    "SearchHit",
    "SearchResult",
    "Session",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "UnreadableFile",
    "read_conversations",
]
