"""What tokens cost, at the prices that the user names; of no currency in particular."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evaluation.faults import EvaluationError
from memories import TokenUsage

# As `Memory.context` estimates it.
BYTES_PER_TOKEN: Final = 3.6
ROLES: Final = ("reader", "judge")
_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """Of a million tokens.

    Attributes:
        read: of the prompt.
        written: of the answer.
        read_from_cache: of the prompt, kept from before.
    """

    read: float
    written: float
    read_from_cache: float

    def of(self, usage: TokenUsage) -> float:
        """What an answer cost; what is written to a cache counts as read."""
        read = usage.read + usage.written_to_cache
        return (
            read * self.read
            + usage.read_from_cache * self.read_from_cache
            + usage.written * self.written
        ) / _MILLION


def read_prices(texts: Sequence[str]) -> Mapping[str, Price]:
    """Prices by role, from `reader=READ,WRITTEN` or `judge=READ,WRITTEN,READ_FROM_CACHE`.

    Raises:
        EvaluationError: one is of another form.
    """
    prices: dict[str, Price] = {}
    for text in texts:
        role, _, numbers = text.partition("=")
        try:
            read, written, *kept = (float(number) for number in numbers.split(","))
            (read_from_cache,) = kept or [read]
        except ValueError:
            read = written = read_from_cache = -1.0
        if role not in ROLES or not all(
            0 <= number < float("inf") for number in (read, written, read_from_cache)
        ):
            raise EvaluationError(
                f"--price {text}: expected reader=READ,WRITTEN or judge=READ,WRITTEN, each for a "
                "million tokens"
            )
        prices[role] = Price(read, written, read_from_cache)
    return prices


def tokens_in(text: str) -> int:
    """About how many tokens a text has."""
    return round(len(text.encode("utf-8", "surrogatepass")) / BYTES_PER_TOKEN)
