"""Words in a text that name what a later question could be about, found without a model."""

from memories.engine.text.mentions._finding import find_mentions

__all__ = ["find_mentions"]
