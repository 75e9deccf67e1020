"""What projects spend on the language model that learns for them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cache
from math import ceil
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import now as current_time

from controlplane.agents.models import AgentRegistration
from controlplane.health.metrics import count_question
from controlplane.organizations.models import Project
from controlplane.settings.learning import ModelPrices
from memories import (
    Attachment,
    BatchAnswer,
    Ending,
    LanguageModel,
    LanguageModelFailed,
    ModelAnswer,
    ModelBatches,
    ModelExtraction,
    ModelRequest,
    PartReading,
    ReadingUsage,
    TokenUsage,
    Transcriber,
    Transcript,
    TranscriptionModel,
    open_language_model,
    open_model_batches,
    open_transcriber,
)
from memories.engine.bootstrap import NamedModel
from memories.ingest.fetching import EgressFetcher
from memories.ingest.leases import extend_lease
from memories.ingest.models import ModelBatch, Spending

_MICRODOLLARS_A_CENT: Final = 10_000
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class MeteredModel:
    """A language model as one project asks it: counted, and never past what it may spend in a day.

    Questions that are under way when the cap is reached are still answered.

    Attributes:
        name: as the provider knows it; where it is asked is nothing to a project.
        prices: of its tokens; None where they are not told.
    """

    model: LanguageModel
    name: str
    project_id: UUID
    prices: ModelPrices | None
    now: Callable[[], datetime] = current_time

    def ask(self, request: ModelRequest) -> ModelAnswer:
        """As the port says.

        Raises:
            LanguageModelFailed: the day's cap is reached, too.
        """
        on = self.now().astimezone(UTC).date()
        _check_cap(self.project_id, on)
        try:
            answer = self.model.ask(request)
        except Exception:
            count_question("failed")
            raise
        cost = 0 if self.prices is None else self.prices.of(answer.usage)
        _count(self.project_id, on, answer.model, cost, answer.usage)
        count_question(answer.ending.value)
        extend_lease(self.now())
        return answer


@dataclass(frozen=True, slots=True)
class MeteredTranscriber:
    """A transcriber as one project asks it: counted by the second, and capped likewise.

    Attributes:
        name: as of `MeteredModel`.
        dollars_a_minute: None where that is not told.
    """

    transcriber: Transcriber
    name: str
    project_id: UUID
    dollars_a_minute: float | None
    now: Callable[[], datetime] = current_time

    def transcribe(self, recording: Attachment) -> Transcript:
        """As the port says.

        Raises:
            LanguageModelFailed: the day's cap is reached, too.
        """
        on = self.now().astimezone(UTC).date()
        _check_cap(self.project_id, on)
        try:
            transcript = self.transcriber.transcribe(recording)
        except Exception:
            count_question("failed")
            raise
        cost = ceil((self.dollars_a_minute or 0.0) * transcript.seconds / 60 * 1e6)
        _count(self.project_id, on, transcript.model, cost, TokenUsage())
        count_question(Ending.COMPLETE.value)
        extend_lease(self.now())
        return transcript


@dataclass(frozen=True, slots=True)
class MeteredBatches:
    """A language model's batches, as one project asks in them: counted once, at half the price.

    Attributes:
        name: as of `MeteredModel`.
        prices: likewise.
    """

    batches: ModelBatches
    name: str
    project_id: UUID
    prices: ModelPrices | None
    now: Callable[[], datetime] = current_time

    def submit(self, requests: Mapping[str, ModelRequest]) -> str:
        """As the port says.

        Raises:
            LanguageModelFailed: the day's cap is reached, too.
        """
        _check_cap(self.project_id, self.now().astimezone(UTC).date())
        batch = self.batches.submit(requests)
        ModelBatch.objects.create(project_id=self.project_id, batch=batch, submitted_at=self.now())
        extend_lease(self.now())
        return batch

    def look(self, batch_id: str) -> Mapping[str, BatchAnswer] | None:
        """As the port says. What the answers took is counted when they are seen first."""
        answers = self.batches.look(batch_id)
        if answers is not None:
            self._count(batch_id, answers.values())
        extend_lease(self.now())
        return answers

    def cancel(self, batch_id: str) -> None:
        """As the port says."""
        self.batches.cancel(batch_id)

    @transaction.atomic
    def _count(self, batch_id: str, answers: Iterable[BatchAnswer]) -> None:
        uncounted = ModelBatch.objects.filter(
            project_id=self.project_id, batch=batch_id, is_counted=False
        )
        if uncounted.update(is_counted=True):
            on = self.now().astimezone(UTC).date()
            usages: defaultdict[str, list[TokenUsage]] = defaultdict(list)
            for answer in answers:
                if isinstance(answer, ModelAnswer):
                    usages[answer.model].append(answer.usage)
            for model, used in usages.items():
                total = sum(used, TokenUsage())
                cost = 0 if self.prices is None else self.prices.of(TokenUsage(), in_batches=total)
                _count(self.project_id, on, model, cost, total, questions=len(used))


def extraction_of(project_id: UUID) -> ModelExtraction | None:
    """How a project's facts are learned; None by the local extractor."""
    named = settings.EXTRACTION_MODEL
    if named is None:
        return None
    prices = settings.EXTRACTION_PRICES
    model = MeteredModel(_opened(named), named.model, project_id, prices)
    batches = MeteredBatches(_opened_batches(named), named.model, project_id, prices)
    return ModelExtraction(model, batches=batches)


def reading_of(project_id: UUID) -> PartReading:
    """What puts files in a project's messages into words, as far as the server has it."""
    named, transcribing = settings.READING_MODEL, settings.TRANSCRIPTION_MODEL
    model = transcriber = None
    if named is not None:
        model = MeteredModel(_opened(named), named.model, project_id, settings.READING_PRICES)
    if transcribing is not None:
        price = settings.TRANSCRIPTION_PRICE
        transcriber = MeteredTranscriber(
            _hearing(transcribing), transcribing.model, project_id, price
        )
    return PartReading(model, transcriber, EgressFetcher())


def dollars(usage: TokenUsage, *, in_batches: TokenUsage | None = None) -> float | None:
    """What tokens of extraction cost, with others in batches; None where no prices are set."""
    prices = settings.EXTRACTION_PRICES
    return None if prices is None else prices.of(usage, in_batches=in_batches) / 1e6


def check_affordable(project_id: UUID, usage: TokenUsage, *, in_batches: TokenUsage) -> None:
    """Refuse what would take the project past its cap of the day.

    Raises:
        LanguageModelFailed: it would.
    """
    purse, cost = _purse(project_id), dollars(usage, in_batches=in_batches)
    if purse.cents is None or cost is None:
        return
    if purse.spent + cost * 1e6 > purse.cents * _MICRODOLLARS_A_CENT:
        raise LanguageModelFailed(
            f"it would cost about ${cost:.2f}, and the project may spend"
            f" ${purse.cents / 100:.2f} a day"
        )


def reading_dollars(usage: ReadingUsage) -> float | None:
    """What reading files cost; None where a price is missing for it."""
    prices, price = settings.READING_PRICES, settings.TRANSCRIPTION_PRICE
    if (usage.tokens != TokenUsage() and prices is None) or (usage.heard_seconds and price is None):
        return None
    tokens = 0 if prices is None else prices.of(usage.tokens)
    return tokens / 1e6 + (price or 0.0) * usage.heard_seconds / 60


def spent_by_day(project_id: UUID, *, since: date) -> list[Spending]:
    """What a project spent, newest first, a row a day and model."""
    rows = Spending.objects.filter(project_id=project_id, on__gte=since)
    return list(rows.order_by("-on", "model"))


@cache
def _opened(named: NamedModel) -> LanguageModel:
    """One for all projects of this process: what differs between them is not in it."""
    return open_language_model(named)


@cache
def _hearing(named: TranscriptionModel) -> Transcriber:
    """As `_opened`."""
    return open_transcriber(named)


@cache
def _opened_batches(named: NamedModel) -> ModelBatches:
    """As above."""
    return open_model_batches(named)


@dataclass(frozen=True, slots=True)
class _Purse:
    """What a project may spend and has spent on a day.

    Attributes:
        cents: the least of what the server, the project and the lack of an owner allow; None where
            nothing is capped.
        spent: in millionths of a dollar.
        is_unclaimed: it is an agent's that nobody has claimed.
    """

    cents: int | None
    spent: int
    is_unclaimed: bool


def _check_cap(project_id: UUID, on: date) -> None:
    purse = _purse(project_id, on)
    if purse.cents is not None and purse.spent >= purse.cents * _MICRODOLLARS_A_CENT:
        raise LanguageModelFailed(
            f"the project may spend ${purse.cents / 100:.2f} a day on its language model, and has"
        )
    # Whoever registers many agents has no more for that.
    cents = settings.ALL_UNCLAIMED_EXTRACTION_CENTS_PER_DAY
    if purse.is_unclaimed and _spent_by_unclaimed(on) >= cents * _MICRODOLLARS_A_CENT:
        raise LanguageModelFailed(
            "all agents that nobody has claimed may together spend"
            f" ${cents / 100:.2f} a day on the language model, and have"
        )


def _purse(project_id: UUID, on: date | None = None) -> _Purse:
    on = on or current_time().astimezone(UTC).date()
    unclaimed = AgentRegistration.objects.filter(
        organization_id=OuterRef("organization_id"), claimed_at=None
    )
    rows = Spending.objects.filter(project_id=OuterRef("id"), on=on).values("project_id")
    spent = rows.annotate(total=Sum("microdollars")).values("total")
    found = (
        Project.objects.filter(id=project_id)
        .annotate(is_unclaimed=Exists(unclaimed), spent=Coalesce(Subquery(spent), 0))
        .values("settings", "is_unclaimed", "spent")
        .get()
    )
    caps = [settings.EXTRACTION_CENTS_PER_DAY or None]
    caps.append(found["settings"].get("extraction_cents_per_day"))
    if found["is_unclaimed"]:
        caps.append(settings.UNCLAIMED_EXTRACTION_CENTS_PER_DAY)
    cents = min((each for each in caps if each is not None), default=None)
    return _Purse(cents, found["spent"], found["is_unclaimed"])


def _spent_by_unclaimed(on: date) -> int:
    """Millionths of a dollar."""
    rows = Spending.objects.filter(
        on=on,
        project__organization__registration__isnull=False,
        project__organization__registration__claimed_at=None,
    )
    total: int | None = rows.aggregate(total=Sum("microdollars"))["total"]
    return total or 0


def _count(
    project_id: UUID,
    on: date,
    model: str,
    microdollars: int,
    usage: TokenUsage,
    *,
    questions: int = 1,
) -> None:
    counts = {"questions": questions, **asdict(usage), "microdollars": microdollars}
    row, _ = Spending.objects.get_or_create(
        project_id=project_id, on=on, model=model[:_LONGEST_NAME]
    )
    changes = {name: F(name) + count for name, count in counts.items()}
    Spending.objects.filter(id=row.id).update(**changes)
