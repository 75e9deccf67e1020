"""Summing up what an agent did in a run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Protocol

from memories.engine.domain import Message, RunSummary, TokenUsage


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What is to be summed up.

    Attributes:
        messages: at least one, in the order they were said.
        earlier: the summary of what came before them; empty if nothing did.
        zone: the speakers' time zone; None where only each message's own offset is known.
    """

    messages: tuple[Message, ...]
    earlier: RunSummary = field(default_factory=RunSummary)
    zone: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class Summarized:
    """A summary of all that came before and of the messages.

    Attributes:
        summary: None where there is none.
        message_ids: of the messages that what is new in it rests on.
        learned_by: which summarizer made it, with its model and prompt.
        dropped: statements that it does not stand by, by why not.
        usage: tokens of its language model.
        note: why there is no summary, in words for people.
    """

    summary: RunSummary | None
    message_ids: tuple[str, ...]
    learned_by: str
    dropped: Mapping[str, int] = field(default_factory=dict)
    usage: TokenUsage = field(default_factory=TokenUsage)
    note: str | None = None


class Summarizer(Protocol):
    """Sums up runs."""

    def summarize(self, request: RunRequest) -> Summarized:
        """The summary.

        Raises:
            LanguageModelBusy: its model can't be asked now: later may help.
        """
        ...


@dataclass(slots=True)
class ScriptedSummarizer:
    """A fake: gives the summary that it is told to, resting on every message.

    Attributes:
        answer: gives what is new, to a request.
    """

    answer: Callable[[RunRequest], RunSummary]
    requests: list[RunRequest] = field(default_factory=list)

    def summarize(self, request: RunRequest) -> Summarized:
        """As the port says."""
        self.requests.append(request)
        summary = request.earlier.followed_by(self.answer(request))
        return Summarized(summary, tuple(each.id for each in request.messages), "scripted")
