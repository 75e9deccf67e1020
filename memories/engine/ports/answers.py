"""What the extractor answered to jobs that are not done yet."""

from dataclasses import dataclass, field
from typing import Protocol


class SavedAnswers(Protocol):
    """Keeps the extractor's answers outside of the engine, so that a job asks it once.

    An answer holds words that were told: it goes wherever the words of its job go.
    """

    def find(self, job_id: str) -> str | None:
        """The answer that was saved last for the job; None if there is none."""
        ...

    def save(self, job_id: str, answer: str) -> None:
        """Keep an answer in place of any before; it outlives this process from then on."""
        ...


@dataclass(slots=True)
class AnswersInMemory:
    """A fake: keeps them in this process, and for good."""

    answers: dict[str, str] = field(default_factory=dict)

    def find(self, job_id: str) -> str | None:
        """As the port says."""
        return self.answers.get(job_id)

    def save(self, job_id: str, answer: str) -> None:
        """As the port says, but for the process that ends."""
        self.answers[job_id] = answer
