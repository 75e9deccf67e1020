"""Extractors that quote what a test tells them to, or count how often they are asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from memories.engine.adapters.local_extractor import LocalExtractor
from memories.engine.domain import Fact, Interval, Kind, Precision, Quote
from memories.engine.ports.extractor import Extracted, ExtractionRequest, Wants

MAY_2023: Final = Interval(
    datetime(2023, 5, 1, tzinfo=UTC), datetime(2023, 6, 1, tzinfo=UTC), Precision.MONTH
)


@dataclass(frozen=True, slots=True)
class QuotingExtractor:
    """Finds given words in messages.

    Attributes:
        facts: words of a message to the fact that they state.
    """

    facts: Mapping[str, str]
    name: str = "quoting"
    wants: Wants = field(default_factory=Wants)

    def extract(self, request: ExtractionRequest) -> Extracted:
        """A fact for each of the given words that a message holds."""
        facts = tuple(
            Fact(
                text=text,
                attributed_to=message.speaker,
                quotes=(Quote(message.id, start, start + len(words), words),),
                said_at=message.said_at,
                kind=Kind.STATE,
            )
            for message in request.messages
            for words, text in self.facts.items()
            if (start := message.text.find(words)) >= 0
        )
        return Extracted(facts, self.name)


@dataclass(frozen=True, slots=True)
class DecidedExtractor:
    """Finds the same fact in every message.

    Attributes:
        fact: as it is, but for the id in its quotes, which becomes the message's.
    """

    fact: Fact
    name: str = "decided"
    wants: Wants = field(default_factory=Wants)

    def extract(self, request: ExtractionRequest) -> Extracted:
        """One fact a message."""
        facts = tuple(
            Fact(
                text=self.fact.text,
                attributed_to=self.fact.attributed_to,
                quotes=tuple(
                    Quote(message.id, quote.start, quote.end, quote.text)
                    for quote in self.fact.quotes
                ),
                said_at=message.said_at,
                kind=self.fact.kind,
                occurred=self.fact.occurred,
            )
            for message in request.messages
        )
        return Extracted(facts, self.name)


class WatchedExtractor:
    """The local one, which counts how often it is asked."""

    name = "watched"
    wants = Wants()

    def __init__(self) -> None:
        self.asked = 0
        self._local = LocalExtractor()

    def extract(self, request: ExtractionRequest) -> Extracted:
        self.asked += 1
        return self._local.extract(request)
