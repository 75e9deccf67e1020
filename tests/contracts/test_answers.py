"""What memories/engine/ports/answers.py promises, asked of the platform's adapter and of the fake.

Which jobs the platform saves no answer for is in tests/server/ingest.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.utils import timezone

from controlplane.organizations.services import found_organization
from memories.engine.ports.answers import AnswersInMemory, SavedAnswers
from memories.ingest.answers import AnswersOfProject
from memories.ingest.orders import AddOrder, Owner
from memories.ingest.services import accept, take_next


@dataclass(frozen=True, slots=True)
class Subject:
    """An adapter under test.

    Attributes:
        begin: begins a job and gives its id.
    """

    answers: SavedAnswers
    begin: Callable[[], str]


def in_memory() -> Subject:
    numbers = itertools.count()
    return Subject(AnswersInMemory(), lambda: f"j{next(numbers)}")


def of_a_project() -> Subject:
    _, project = found_organization("Acme")
    numbers = itertools.count()

    def begin() -> str:
        now = timezone.now()
        order = AddOrder(Owner(user=f"u{next(numbers)}"), [], timestamp=now.isoformat())
        accept(order, project_id=project.id, now=now)
        claim = take_next(now=now)
        assert claim is not None
        return str(claim.job.id)

    return Subject(AnswersOfProject(project.id), begin)


@pytest.fixture(params=[in_memory, of_a_project], ids=["memory", "platform"])
def subject(request: pytest.FixtureRequest, db: None) -> Subject:
    opened: Subject = request.param()
    return opened


def test_a_job_has_no_answer_before_one_is_saved(subject: Subject) -> None:
    assert subject.answers.find(subject.begin()) is None


def test_an_answer_is_found_as_it_was_saved(subject: Subject) -> None:
    job_id = subject.begin()
    for answer in ('{"facts":[]}', "0 \n é 😊 '\"; \\u0000", "x" * 1_000_000):
        subject.answers.save(job_id, answer)
        assert subject.answers.find(job_id) == answer


def test_each_job_has_its_own(subject: Subject) -> None:
    first, second, third = (subject.begin() for _ in range(3))
    subject.answers.save(first, "one")
    subject.answers.save(second, "two")
    found = [subject.answers.find(job_id) for job_id in (first, second, third)]
    assert found == ["one", "two", None]
