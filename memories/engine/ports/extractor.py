"""Learning facts from what was said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Final, Protocol

from memories.engine.domain import Entity, Fact, Guidance, MemoryRecord, Message, TokenUsage
from memories.engine.ports.language_model import ModelAnswer, ModelRequest
from memories.engine.ports.model_batches import ModelBatches

# Why a fact is dropped whose quote can't be found.
UNPROVEN: Final = "its quote is not in the source"


@dataclass(frozen=True, slots=True)
class Wants:
    """How much an extractor wants to be shown at a time.

    Attributes:
        messages: to learn from, at most; all of an add if None.
        characters: that they hold together, at most, though never less than one message.
        earlier: turns before them.
        known_memories: at most; none of them, and no entities either, if 0.
    """

    messages: int | None = None
    characters: int | None = None
    earlier: int = 1
    known_memories: int = 0


@dataclass(frozen=True, slots=True)
class ExtractionRequest:
    """New messages, with what helps to understand them.

    Attributes:
        messages: what to learn from, in the order it was said.
        earlier: a few turns before, for context only.
        known_memories: memories near to the messages; empty unless the extractor wants some.
        known_entities: entities that the messages name; empty unless the extractor wants memories.
        zone: the speakers' time zone; None where only each message's own offset is known.
        guidance: what is to be learned.
    """

    messages: tuple[Message, ...]
    earlier: tuple[Message, ...] = ()
    known_memories: tuple[MemoryRecord, ...] = ()
    known_entities: tuple[Entity, ...] = ()
    zone: tzinfo | None = None
    guidance: Guidance = field(default_factory=Guidance)


@dataclass(frozen=True, slots=True)
class Extracted:
    """What an extractor found.

    Attributes:
        facts: that the messages state, in the order they are stated.
        learned_by: which extractor found them, with its model, prompt and settings; recorded on
            the memories.
        dropped: claims that it does not stand by, such as of a language model, by why not.
        usage: tokens of its language model, if it has one.
        questions: how often it asked that.
        note: why it learned nothing, or less than was said, in words for people; None if it did
            all that it can.
    """

    facts: tuple[Fact, ...]
    learned_by: str
    dropped: Mapping[str, int] = field(default_factory=dict)
    usage: TokenUsage = field(default_factory=TokenUsage)
    questions: int = 0
    note: str | None = None


class Extractor(Protocol):
    """Finds the facts that messages state, each standing alone and quoting its source."""

    @property
    def name(self) -> str:
        """Which extractor it is, in which version."""
        ...

    @property
    def wants(self) -> Wants:
        """How much it is shown at a time."""
        ...

    def extract(self, request: ExtractionRequest) -> Extracted:
        """The facts that `request.messages` state.

        Raises:
            LanguageModelBusy: its model can't be asked now: later may help.
        """
        ...


class QuestioningExtractor(Extractor, Protocol):
    """An extractor whose question to a language model somebody else may ask, at another time."""

    def question(self, request: ExtractionRequest) -> ModelRequest:
        """What it would ask of the request."""
        ...

    def read(self, request: ExtractionRequest, answer: ModelAnswer) -> Extracted:
        """As `extract`, with the model's answer to `question`.

        It asks by itself what that answer does not settle: where it was cut or has another form.

        Raises:
            LanguageModelBusy: its model can't be asked now: later may help.
        """
        ...


@dataclass(frozen=True, slots=True)
class Batching:
    """Facts learned through batches.

    Attributes:
        extractor: words the questions and reads the answers.
        batches: takes the questions.
    """

    extractor: QuestioningExtractor
    batches: ModelBatches


@dataclass(slots=True)
class ScriptedExtractor:
    """A fake: gives the facts it was handed for a message's text, and keeps what it was asked."""

    facts: Mapping[str, Sequence[Fact]] = field(default_factory=dict)
    wants: Wants = field(default_factory=Wants)
    name: str = "scripted"
    requests: list[ExtractionRequest] = field(default_factory=list)

    def extract(self, request: ExtractionRequest) -> Extracted:
        """The scripted facts of each message, in order."""
        self.requests.append(request)
        found = (self.facts.get(message.text, ()) for message in request.messages)
        return Extracted(tuple(fact for facts in found for fact in facts), self.name)
