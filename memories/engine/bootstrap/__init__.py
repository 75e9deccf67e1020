"""Settings to adapters: the only place that knows which adapter fills which port."""

from memories.engine.bootstrap._engine import Durability, Engine, EngineSettings, open_engine
from memories.engine.bootstrap._extractors import ExtractorChoice, ModelExtraction
from memories.engine.bootstrap._index_server import open_index_server
from memories.engine.bootstrap._language_models import (
    AnthropicModel,
    ChatModel,
    NamedModel,
    TranscriptionModel,
    open_language_model,
    open_model_batches,
    open_transcriber,
)
from memories.engine.bootstrap._models import (
    BundledModel,
    EmbeddingModel,
    EndpointModel,
    HubModel,
    OnnxModel,
    open_shared_embedder,
    with_kept_queries,
)
from memories.engine.bootstrap._parts import PartReading
from memories.engine.bootstrap._rerankers import (
    check_reranker_folder,
    open_reranker,
    open_shared_reranker,
)

__all__ = [
    "AnthropicModel",
    "BundledModel",
    "ChatModel",
    "Durability",
    "EmbeddingModel",
    "EndpointModel",
    "Engine",
    "EngineSettings",
    "ExtractorChoice",
    "HubModel",
    "ModelExtraction",
    "NamedModel",
    "OnnxModel",
    "PartReading",
    "TranscriptionModel",
    "check_reranker_folder",
    "open_engine",
    "open_index_server",
    "open_language_model",
    "open_model_batches",
    "open_reranker",
    "open_shared_embedder",
    "open_shared_reranker",
    "open_transcriber",
    "with_kept_queries",
]
