"""What learning by a language model costs."""

from dataclasses import dataclass

from memories.engine.domain import TokenUsage


@dataclass(frozen=True, slots=True)
class ModelPrices:
    """Dollars for a million tokens, which are millionths of a dollar for one.

    Attributes:
        read: of the prompt.
        read_from_cache: of the prompt, kept by the provider from before.
        written_to_cache: of the prompt, to be kept.
        written: of the answer.
    """

    read: float
    read_from_cache: float
    written_to_cache: float
    written: float

    def of(self, usage: TokenUsage) -> int:
        """Millionths of a dollar, rounded up: a spending cap must hold."""
        cost = sum(getattr(self, kind) * getattr(usage, kind) for kind in self.__slots__)
        return -int(-cost // 1)
