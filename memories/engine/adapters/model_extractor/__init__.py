"""The extractor that asks a language model."""

from memories.engine.adapters.model_extractor._extractor import ModelExtractor
from memories.engine.adapters.model_extractor._prediction import CountingModel

__all__ = ["CountingModel", "ModelExtractor"]
