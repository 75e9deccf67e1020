"""The summarizer that asks a language model."""

from memories.engine.adapters.model_summarizer._summarizer import ModelSummarizer

__all__ = ["ModelSummarizer"]
