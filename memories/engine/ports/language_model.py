"""Asking a language model, whoever serves it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias

from memories.engine.domain import TokenUsage

JsonSchema: TypeAlias = Mapping[str, object]


class Ending(StrEnum):
    """Why an answer ends where it does.

    `COMPLETE` is whole; `CUT` reached the most tokens that were allowed, or that the model can
    read; `REFUSED` is no answer: the model declined.
    """

    COMPLETE = "complete"
    CUT = "cut"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a question: an image or a document to look at, a recording to hear.

    Attributes:
        media_type: such as `image/png`, `application/pdf` or `audio/mpeg`.
        content: its bytes.
    """

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One question to a language model.

    Attributes:
        instructions: what is the same in every question of its kind, byte for byte: providers keep
            what begins alike, and ask less for it. Never words of a tenant.
        prompt: what differs.
        schema: JSON Schema that the answer must follow; None for plain text.
        most_tokens: of the answer.
        attachments: shown before the prompt.
        shown_again: they are, in questions that follow at once: providers that are asked to keep
            them ask less for it.
    """

    instructions: str
    prompt: str
    schema: JsonSchema | None = None
    most_tokens: int = 4096
    attachments: tuple[Attachment, ...] = ()
    shown_again: bool = False


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What a model answered.

    Attributes:
        text: its words; JSON where a schema was asked for and the ending is `COMPLETE`, as far as
            the provider keeps its promise: whoever reads it checks it.
        ending: why it ends.
        usage: what it took.
        model: which model answered, as the provider names it.
    """

    text: str
    ending: Ending
    usage: TokenUsage
    model: str


class LanguageModel(Protocol):
    """Answers questions in words."""

    @property
    def name(self) -> str:
        """The model that is asked, with its endpoint unless that is the provider's own."""
        ...

    def ask(self, request: ModelRequest) -> ModelAnswer:
        """One answer. Refusals and answers that were cut are answers, not errors.

        Raises:
            LanguageModelBusy: overloaded, over a rate or out of reach for now: later may help.
            LanguageModelFailed: it refuses the request itself, such as for a wrong key.
        """
        ...


@dataclass(slots=True)
class ScriptedModel:
    """A fake: answers as it is told to, and keeps what it was asked.

    Attributes:
        answer: gives the answer's text, or the whole answer, to a request.
    """

    answer: Callable[[ModelRequest], str | ModelAnswer]
    name: str = "scripted"
    requests: list[ModelRequest] = field(default_factory=list)

    def ask(self, request: ModelRequest) -> ModelAnswer:
        """As the port says."""
        self.requests.append(request)
        answer = self.answer(request)
        if isinstance(answer, ModelAnswer):
            return answer
        usage = TokenUsage(read=len(request.prompt) // 4, written=len(answer) // 4)
        return ModelAnswer(answer, Ending.COMPLETE, usage, self.name)
