"""What projects spend on the language model that learns for them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum
from django.utils.timezone import now as current_time

from controlplane.agents.models import AgentRegistration
from controlplane.health.metrics import count_question
from controlplane.organizations.models import Project
from memories import (
    BatchAnswer,
    LanguageModel,
    LanguageModelFailed,
    ModelAnswer,
    ModelBatches,
    ModelExtraction,
    ModelRequest,
    TokenUsage,
    open_language_model,
    open_model_batches,
)
from memories.engine.bootstrap import NamedModel
from memories.ingest.leases import extend_lease
from memories.ingest.models import ModelBatch, Spending

_MICRODOLLARS_A_CENT: Final = 10_000
_LONGEST_NAME: Final = 200
_NOTHING: Final = TokenUsage()


@dataclass(frozen=True, slots=True)
class MeteredModel:
    """A language model as one project asks it: counted, and never past what it may spend in a day.

    Questions that are under way when the cap is reached are still answered.

    Attributes:
        name: as the provider knows it; where it is asked is nothing to a project.
    """

    model: LanguageModel
    name: str
    project_id: UUID
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
        _count(self.project_id, on, answer.model, answer.usage)
        count_question(answer.ending.value)
        extend_lease(self.now())
        return answer


@dataclass(frozen=True, slots=True)
class MeteredBatches:
    """A language model's batches, as one project asks in them: counted once, at half the price.

    Attributes:
        name: as of `MeteredModel`.
    """

    batches: ModelBatches
    name: str
    project_id: UUID
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
                _count(self.project_id, on, model, in_batches=total, questions=len(used))


def extraction_of(project_id: UUID) -> ModelExtraction | None:
    """How a project's facts are learned; None by the local extractor."""
    named = settings.EXTRACTION_MODEL
    if named is None:
        return None
    model = MeteredModel(_opened(named), named.model, project_id)
    batches = MeteredBatches(_opened_batches(named), named.model, project_id)
    return ModelExtraction(model, batches=batches)


def dollars(usage: TokenUsage, *, in_batches: TokenUsage | None = None) -> float | None:
    """What tokens cost, with others that are asked for in batches; None where no prices are set."""
    prices = settings.EXTRACTION_PRICES
    return None if prices is None else prices.of(usage, in_batches=in_batches) / 1e6


def check_affordable(project_id: UUID, usage: TokenUsage, *, in_batches: TokenUsage) -> None:
    """Refuse what would take the project past its cap of the day.

    Raises:
        LanguageModelFailed: it would.
    """
    cap, cost = _cents_a_day(project_id), dollars(usage, in_batches=in_batches)
    if cap is None or cost is None:
        return
    spent = _spent(project_id, current_time().astimezone(UTC).date())
    if spent + cost * 1e6 > cap * _MICRODOLLARS_A_CENT:
        raise LanguageModelFailed(
            f"it would cost about ${cost:.2f}, and the project may spend ${cap / 100:.2f} a day"
        )


def spent_by_day(project_id: UUID, *, since: date) -> list[Spending]:
    """What a project spent, newest first, a row a day and model."""
    rows = Spending.objects.filter(project_id=project_id, on__gte=since)
    return list(rows.order_by("-on", "model"))


@cache
def _opened(named: NamedModel) -> LanguageModel:
    """One for all projects of this process: what differs between them is not in it."""
    return open_language_model(named)


@cache
def _opened_batches(named: NamedModel) -> ModelBatches:
    """As above."""
    return open_model_batches(named)


def _check_cap(project_id: UUID, on: date) -> None:
    cap = _cents_a_day(project_id)
    if cap is None:
        return
    if _spent(project_id, on) >= cap * _MICRODOLLARS_A_CENT:
        raise LanguageModelFailed(
            f"the project may spend ${cap / 100:.2f} a day on its language model, and has"
        )


def _spent(project_id: UUID, on: date) -> int:
    """Millionths of a dollar."""
    rows = Spending.objects.filter(project_id=project_id, on=on)
    total: int | None = rows.aggregate(total=Sum("microdollars"))["total"]
    return total or 0


def _cents_a_day(project_id: UUID) -> int | None:
    """The least of what the server, the project and the lack of an owner allow; None without."""
    project = Project.objects.only("organization_id", "settings").get(id=project_id)
    caps = [settings.EXTRACTION_CENTS_PER_DAY or None]
    caps.append(project.settings.get("extraction_cents_per_day"))
    unclaimed = AgentRegistration.objects.filter(
        organization_id=project.organization_id, claimed_at=None
    )
    if unclaimed.exists():
        caps.append(settings.UNCLAIMED_EXTRACTION_CENTS_PER_DAY)
    return min((each for each in caps if each is not None), default=None)


def _count(
    project_id: UUID,
    on: date,
    model: str,
    usage: TokenUsage = _NOTHING,
    *,
    in_batches: TokenUsage = _NOTHING,
    questions: int = 1,
) -> None:
    prices = settings.EXTRACTION_PRICES
    counts = {
        "questions": questions,
        **asdict(usage + in_batches),
        "microdollars": 0 if prices is None else prices.of(usage, in_batches=in_batches),
    }
    row, _ = Spending.objects.get_or_create(
        project_id=project_id, on=on, model=model[:_LONGEST_NAME]
    )
    changes = {name: F(name) + count for name, count in counts.items()}
    Spending.objects.filter(id=row.id).update(**changes)
