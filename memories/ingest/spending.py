"""What projects spend on the language model that learns for them."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import F, Sum
from django.utils.timezone import now as current_time

from controlplane.agents.models import AgentRegistration
from controlplane.health.metrics import count_question
from controlplane.organizations.models import Project
from memories import (
    LanguageModel,
    LanguageModelFailed,
    ModelAnswer,
    ModelExtraction,
    ModelRequest,
    TokenUsage,
    open_language_model,
)
from memories.engine.bootstrap import NamedModel
from memories.ingest.leases import extend_lease
from memories.ingest.models import Spending

_MICRODOLLARS_A_CENT: Final = 10_000
_LONGEST_NAME: Final = 200


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
        _count(self.project_id, on, answer)
        count_question(answer.ending.value)
        extend_lease(self.now())
        return answer


def extraction_of(project_id: UUID) -> ModelExtraction | None:
    """How a project's facts are learned; None by the local extractor."""
    named = settings.EXTRACTION_MODEL
    if named is None:
        return None
    return ModelExtraction(MeteredModel(_opened(named), named.model, project_id))


def dollars(usage: TokenUsage) -> float | None:
    """What tokens cost; None where no prices are set."""
    prices = settings.EXTRACTION_PRICES
    return None if prices is None else prices.of(usage) / 1e6


def spent_by_day(project_id: UUID, *, since: date) -> list[Spending]:
    """What a project spent, newest first, a row a day and model."""
    rows = Spending.objects.filter(project_id=project_id, on__gte=since)
    return list(rows.order_by("-on", "model"))


@cache
def _opened(named: NamedModel) -> LanguageModel:
    """One for all projects of this process: what differs between them is not in it."""
    return open_language_model(named)


def _check_cap(project_id: UUID, on: date) -> None:
    cap = _cents_a_day(project_id)
    if cap is None:
        return
    rows = Spending.objects.filter(project_id=project_id, on=on)
    spent = rows.aggregate(total=Sum("microdollars"))["total"] or 0
    if spent >= cap * _MICRODOLLARS_A_CENT:
        raise LanguageModelFailed(
            f"the project may spend ${cap / 100:.2f} a day on its language model, and has"
        )


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


def _count(project_id: UUID, on: date, answer: ModelAnswer) -> None:
    prices = settings.EXTRACTION_PRICES
    counts = {
        "questions": 1,
        **asdict(answer.usage),
        "microdollars": 0 if prices is None else prices.of(answer.usage),
    }
    row, _ = Spending.objects.get_or_create(
        project_id=project_id, on=on, model=answer.model[:_LONGEST_NAME]
    )
    changes = {name: F(name) + count for name, count in counts.items()}
    Spending.objects.filter(id=row.id).update(**changes)
