"""What is asked of whom."""

from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True, slots=True)
class Asked:
    """A question.

    Attributes:
        key: of the project.
        index: the name of the project's index.
        user: whose memories are asked.
    """

    key: str
    index: str
    user: str
    question: str = ""

    def about(self, question: str) -> Self:
        """The same with a question."""
        return replace(self, question=question)
