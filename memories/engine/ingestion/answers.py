"""The extractor's answer to a job, saved before anything else is done with it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from memories.engine.domain import (
    EntityType,
    Fact,
    FactLink,
    Interval,
    Kind,
    LinkKind,
    Mention,
    Precision,
    Quote,
    Scope,
)
from memories.engine.ingestion.identity import scope_digest
from memories.engine.ports.answers import SavedAnswers
from memories.engine.ports.extractor import ExtractionRequest, Extractor

# One more whenever a fact is written otherwise: the fields of Fact and of what it holds.
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class SavingExtractor:
    """An extractor that is asked once for a job, however often the job is begun.

    Attributes:
        extractor: who is asked.
        answers: where its answers are kept.
        job_id: the job that it is asked for.
        scope: whose.
    """

    extractor: Extractor
    answers: SavedAnswers
    job_id: str
    scope: Scope

    @property
    def name(self) -> str:
        """That of whom it asks."""
        return self.extractor.name

    @property
    def known_memories_wanted(self) -> int:
        """As many as whom it asks wants."""
        return self.extractor.known_memories_wanted

    def extract(self, request: ExtractionRequest) -> Sequence[Fact]:
        """What was answered before, if the same was asked of the same; else a new answer, saved."""
        saved = self.answers.find(self.job_id)
        facts = None if saved is None else self._read(saved, request)
        if facts is None:
            facts = tuple(self.extractor.extract(request))
            self.answers.save(self.job_id, self._write(facts, request))
        return facts

    def _write(self, facts: Sequence[Fact], request: ExtractionRequest) -> str:
        answer = {
            "format": _FORMAT,
            "extractor": self.name,
            "question": self._question(request),
            "messages": [message.id for message in request.messages],
            "facts": [asdict(fact) for fact in facts],
        }
        return json.dumps(answer, separators=(",", ":"), default=datetime.isoformat)

    def _read(self, saved: str, request: ExtractionRequest) -> tuple[Fact, ...] | None:
        answer = json.loads(saved)
        if answer["format"] != _FORMAT or answer["extractor"] != self.name:
            return None
        if answer["question"] != self._question(request):
            return None
        # Without a seed the messages have other ids each time that the job is begun.
        ids = dict(zip(answer["messages"], (each.id for each in request.messages), strict=True))
        return tuple(
            Fact(
                text=fact["text"],
                attributed_to=fact["attributed_to"],
                quotes=tuple(
                    Quote(
                        **{**quote, "message_id": ids.get(quote["message_id"], quote["message_id"])}
                    )
                    for quote in fact["quotes"]
                ),
                said_at=datetime.fromisoformat(fact["said_at"]),
                kind=Kind(fact["kind"]),
                occurred=None if fact["occurred"] is None else _interval(**fact["occurred"]),
                mentions=None
                if fact["mentions"] is None
                else tuple(
                    Mention(**{**mention, "type": EntityType(mention["type"])})
                    for mention in fact["mentions"]
                ),
                categories=tuple(fact["categories"]),
                links=tuple(
                    FactLink(LinkKind(link["kind"]), link["memory_id"]) for link in fact["links"]
                ),
            )
            for fact in answer["facts"]
        )

    def _question(self, request: ExtractionRequest) -> str:
        """The same for the same words of the same scope."""
        parts = [
            part
            for message in request.messages
            for part in (message.role, message.speaker, message.text)
        ]
        return scope_digest(self.scope, *parts).hex()


def _interval(start: str, until: str, precision: str) -> Interval:
    return Interval(
        datetime.fromisoformat(start), datetime.fromisoformat(until), Precision(precision)
    )
