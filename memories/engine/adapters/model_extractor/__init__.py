"""The extractor that asks a language model."""

from memories.engine.adapters.model_extractor._extractor import ModelExtractor

__all__ = ["ModelExtractor"]
