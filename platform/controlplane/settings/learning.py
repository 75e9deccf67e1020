"""What learning by a language model costs."""

from dataclasses import dataclass
from typing import Final

from memories.engine.domain import TokenUsage

# What batches cost of the full price, with Anthropic and OpenAI alike (September 2026).
IN_BATCHES: Final = 0.5


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

    def of(self, usage: TokenUsage, *, in_batches: TokenUsage | None = None) -> int:
        """Millionths of a dollar, rounded up: a spending cap must hold.

        Args:
            usage: tokens at the full price.
            in_batches: tokens that were asked for in batches.
        """
        cost = self._of(usage) + IN_BATCHES * self._of(in_batches or TokenUsage())
        return -int(-cost // 1)

    def _of(self, usage: TokenUsage) -> float:
        return sum(float(getattr(self, kind) * getattr(usage, kind)) for kind in self.__slots__)
