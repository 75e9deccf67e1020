"""What a readable file holds: conversations, their sittings, and questions about them."""

from dataclasses import dataclass
from datetime import datetime

from memories.engine.domain import Turn


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a conversation, as evaluation files carry them.

    Attributes:
        text: the question itself.
        answer: the right answer as the file words it; None where the file gives none.
        evidence: client ids of the turns that prove the answer.
        category: the file's own word for the sort of question.
        asked_at: when it is asked, where that matters to the answer.
    """

    text: str
    answer: str | None
    evidence: tuple[str, ...]
    category: str | None
    asked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """One sitting; its id becomes the `run` of what is stored. Never without turns."""

    id: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """Everything that the same speakers said to each other, in order.

    Attributes:
        id: unique in its file.
        sessions: in the file's order; their ids are unique in the conversation.
    """

    id: str
    sessions: tuple[Session, ...]
    questions: tuple[Question, ...] = ()


class UniqueIds:
    """Gives ids that are unique in one list: a repeated "a" becomes "a#2", then "a#3"."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wanted: str) -> str:
        """Returns `wanted`, or the first free numbered form of it."""
        unique, count = wanted, 1
        while unique in self._taken:
            count += 1
            unique = f"{wanted}#{count}"
        self._taken.add(unique)
        return unique


def one_sitting(
    conversation_id: str, turns: tuple[Turn, ...], questions: tuple[Question, ...] = ()
) -> Conversation:
    """Returns a conversation whose only session carries the same id."""
    sessions = (Session(conversation_id, turns),) if turns else ()
    return Conversation(conversation_id, sessions, questions)
