"""Learns facts by rules, without a model and without a key."""

from memories.engine.adapters.local_extractor._extractor import LocalExtractor

__all__ = ["LocalExtractor"]
