"""Asking a language model many questions together: answered later, and for half the price."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias

from memories.engine.domain import TokenUsage
from memories.engine.ports.language_model import Ending, ModelAnswer, ModelRequest


class Unanswered(StrEnum):
    """Why a question of a batch has no answer.

    `FAILED`: the provider refused or lost it; `EXPIRED`: its day was over before its turn came;
    `CANCELLED`: the batch was called off.
    """

    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


BatchAnswer: TypeAlias = ModelAnswer | Unanswered


class ModelBatches(Protocol):
    """Takes questions in batches, each answered as a whole within a day."""

    @property
    def name(self) -> str:
        """As that of the language model that is asked."""
        ...

    def submit(self, requests: Mapping[str, ModelRequest]) -> str:
        """Hand questions in.

        Args:
            requests: at least one, each under an id of its own: letters, digits, `-` and `_`, at
                most 64 characters.

        Returns:
            The provider's id of the batch.

        Raises:
            LanguageModelBusy: later may help. Nobody can say whether the provider took them.
            LanguageModelFailed: it refuses them, or has no batches.
        """
        ...

    def look(self, batch_id: str) -> Mapping[str, BatchAnswer] | None:
        """What became of each question, in any order; None while the batch is not over.

        A question that is missing has no answer, and never gets one.

        Raises:
            LanguageModelBusy: later may help.
            LanguageModelFailed: there is no such batch, or the key is wrong.
        """
        ...

    def cancel(self, batch_id: str) -> None:
        """Call a batch off; what was answered already is still there. One that is over stays so.

        Raises:
            LanguageModelBusy: later may help.
            LanguageModelFailed: there is no such batch, or the key is wrong.
        """
        ...


@dataclass(slots=True)
class ScriptedBatches:
    """A fake: answers each batch at once, in the opposite order, unless it is told to wait.

    Attributes:
        answer: gives the answer's text, the whole answer, or why there is none.
        waits: how many looks at a batch find it not over yet.
        submitted: the questions of each batch, by its id.
        cancelled: batches that were called off.
    """

    answer: Callable[[ModelRequest], str | BatchAnswer]
    waits: int = 0
    name: str = "scripted"
    submitted: dict[str, Mapping[str, ModelRequest]] = field(default_factory=dict)
    cancelled: set[str] = field(default_factory=set)

    def submit(self, requests: Mapping[str, ModelRequest]) -> str:
        """As the port says."""
        batch_id = f"batch-{len(self.submitted) + 1}"
        self.submitted[batch_id] = dict(requests)
        return batch_id

    def look(self, batch_id: str) -> Mapping[str, BatchAnswer] | None:
        """As the port says."""
        requests = self.submitted[batch_id]
        if batch_id in self.cancelled:
            return dict.fromkeys(requests, Unanswered.CANCELLED)
        if self.waits > 0:
            self.waits -= 1
            return None
        return {id_: self._answer(requests[id_]) for id_ in reversed(list(requests))}

    def cancel(self, batch_id: str) -> None:
        """As the port says, though nothing is answered already."""
        self.cancelled.add(batch_id)

    def _answer(self, request: ModelRequest) -> BatchAnswer:
        answer = self.answer(request)
        if isinstance(answer, Unanswered | ModelAnswer):
            return answer
        usage = TokenUsage(read=len(request.prompt) // 4, written=len(answer) // 4)
        return ModelAnswer(answer, Ending.COMPLETE, usage, self.name)
