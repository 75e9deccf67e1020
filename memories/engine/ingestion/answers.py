"""The extractor's answers to a job, each saved before anything else is done with it."""

import json
from collections.abc import Mapping
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
    TokenUsage,
)
from memories.engine.ingestion.identity import scope_digest
from memories.engine.ports.answers import SavedAnswers
from memories.engine.ports.extractor import Extracted, ExtractionRequest, Extractor, Wants

# One more whenever an answer is written otherwise: the fields of Extracted and of what it holds.
_FORMAT: Final = 2


@dataclass(frozen=True, slots=True)
class SavingExtractor:
    """An extractor that is asked each question of a job once, however often the job is begun.

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
    def wants(self) -> Wants:
        """What whom it asks wants."""
        return self.extractor.wants

    def extract(self, request: ExtractionRequest) -> Extracted:
        """What was answered before, if the same was asked of the same; else a new answer, saved."""
        saved = self._saved(self._job())
        question = self._question(request)
        if question in saved:
            return _read(saved[question], request)
        found = self.extractor.extract(request)
        self.keep(request, found)
        return found

    def keep(self, request: ExtractionRequest, found: Extracted) -> None:
        """Save what was found, as the answer to that question of the job."""
        job = self._job()
        saved = self._saved(job)
        answer = {"messages": [message.id for message in request.messages], **asdict(found)}
        question = self._question(request)
        saved[question] = json.dumps(answer, separators=(",", ":"), default=datetime.isoformat)
        # What was answered about files lies beside it.
        job = {**job, "format": _FORMAT, "extractor": self.name, "answers": saved}
        self.answers.save(self.job_id, json.dumps(job, separators=(",", ":")))

    def _job(self) -> dict[str, object]:
        """All that was saved for the job."""
        found = self.answers.find(self.job_id)
        return {} if found is None else dict(json.loads(found))

    def _saved(self, job: Mapping[str, object]) -> dict[str, str]:
        """Answers by question, of this extractor and in this form."""
        answers = job.get("answers")
        known = job.get("format") == _FORMAT and job.get("extractor") == self.name
        return dict(answers) if known and isinstance(answers, dict) else {}

    def _question(self, request: ExtractionRequest) -> str:
        """The same for the same words of the same scope, learned from in the same way."""
        parts = [
            part
            for message in request.messages
            for part in (message.role, message.speaker, message.text)
        ]
        guidance = request.guidance.parts
        return scope_digest(self.scope, str(len(guidance)), *guidance, *parts).hex()


def _read(saved: str, request: ExtractionRequest) -> Extracted:
    answer = json.loads(saved)
    # Without a seed the messages have other ids each time that the job is begun.
    ids = dict(zip(answer["messages"], (each.id for each in request.messages), strict=True))
    facts = tuple(
        Fact(
            text=fact["text"],
            attributed_to=fact["attributed_to"],
            quotes=tuple(
                Quote(**{**quote, "message_id": ids.get(quote["message_id"], quote["message_id"])})
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
            importance=fact["importance"],
            repeats=fact["repeats"],
        )
        for fact in answer["facts"]
    )
    return Extracted(
        facts,
        answer["learned_by"],
        dropped=answer["dropped"],
        usage=TokenUsage(**answer["usage"]),
        questions=answer["questions"],
        note=answer["note"],
    )


def _interval(start: str, until: str, precision: str) -> Interval:
    return Interval(
        datetime.fromisoformat(start), datetime.fromisoformat(until), Precision(precision)
    )
