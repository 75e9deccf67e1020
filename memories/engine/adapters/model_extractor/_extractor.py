"""Asking the model, and what is done about answers that are none."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from memories.engine.adapters.model_extractor._instructions import (
    INSTRUCTIONS,
    PROMPT_VERSION,
    SCHEMA,
)
from memories.engine.adapters.model_extractor._prompt import prompt_of
from memories.engine.adapters.model_extractor._reading import AnswerReader
from memories.engine.domain import Fact, Guidance, TokenUsage
from memories.engine.errors import LanguageModelFailed
from memories.engine.ports.extractor import Extracted, ExtractionRequest, Wants
from memories.engine.ports.language_model import Ending, LanguageModel, ModelAnswer, ModelRequest
from memories.engine.text.fingerprints import digest

DECLINED: Final = "the language model declined"
CUT: Final = "the language model's answer was cut"
MALFORMED: Final = "the language model's answer had not the form that was asked for"

_EARLIER_TURNS: Final = 4
# Some six thousand tokens: what is asked for is kept in view, and an answer has room.
_CHARACTERS: Final = 20_000
_MOST_TOKENS: Final = 8192
_ATTEMPTS: Final = 2


@dataclass(slots=True)
class _Tally:
    """What the questions about one request have come to so far."""

    facts: list[Fact] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    usage: TokenUsage = field(default_factory=TokenUsage)
    questions: int = 0
    # Messages that nothing could be learned from, by why.
    unlearned: Counter[str] = field(default_factory=Counter)

    @property
    def note(self) -> str | None:
        """Why less was learned than was said."""
        if not self.unlearned:
            return None
        whys = (f"{why}, for {_messages(count)}" for why, count in self.unlearned.items())
        return f"{'; '.join(whys)}; they are kept and searchable as they are"


@dataclass(slots=True)
class _AnsweredModel:
    """A model whose first answer is there already."""

    model: LanguageModel
    first: ModelAnswer | None

    @property
    def name(self) -> str:
        return self.model.name

    def ask(self, request: ModelRequest) -> ModelAnswer:
        if self.first is None:
            return self.model.ask(request)
        first, self.first = self.first, None
        return first


class ModelExtractor:
    """Asks a language model for the facts of a few turns, and checks each against them.

    The model sees memories and turns by number, and says nothing of whose they are.
    """

    def __init__(self, model: LanguageModel, *, turns: int, known: int) -> None:
        """Take the model; nothing is asked yet.

        Args:
            model: who is asked.
            turns: in one question, at most.
            known: memories shown with it, at most.
        """
        self._model = model
        self._turns, self._known = turns, known

    @property
    def name(self) -> str:
        """The model, with the version of what it is told."""
        return f"{self._model.name}, prompt {PROMPT_VERSION}"

    @property
    def wants(self) -> Wants:
        return Wants(self._turns, _CHARACTERS, _EARLIER_TURNS, self._known)

    def question(self, request: ExtractionRequest) -> ModelRequest:
        return ModelRequest(INSTRUCTIONS, prompt_of(request), SCHEMA, most_tokens=_MOST_TOKENS)

    def read(self, request: ExtractionRequest, answer: ModelAnswer) -> Extracted:
        answered = _AnsweredModel(self._model, answer)
        return ModelExtractor(answered, turns=self._turns, known=self._known).extract(request)

    def extract(self, request: ExtractionRequest) -> Extracted:
        """As the port says. A model that declines, or answers something else, is a note."""
        tally = _Tally()
        left = [request]
        while left:
            asked = left.pop(0)
            try:
                left = [*self._learn(asked, tally), *left]
            except LanguageModelFailed as error:
                refused = (asked, *left)
                tally.unlearned[str(error)] += sum(len(each.messages) for each in refused)
                break
        return Extracted(
            facts=tuple(tally.facts),
            learned_by=f"{self.name}, settings {self._settings(request.guidance)}",
            dropped={why: count for why, count in tally.dropped.items() if count},
            usage=tally.usage,
            questions=tally.questions,
            note=tally.note,
        )

    def _learn(self, request: ExtractionRequest, tally: _Tally) -> Iterator[ExtractionRequest]:
        """Ask, and gather what the answer holds.

        Yields:
            What is to be asked in place of a question whose answer did not fit.
        """
        for _ in range(_ATTEMPTS):
            answer = self._ask(request, tally)
            if answer.ending is Ending.REFUSED:
                tally.unlearned[DECLINED] += len(request.messages)
                return
            if answer.ending is Ending.CUT:
                yield from _halves(request, tally)
                return
            reader = AnswerReader(request)
            facts = reader.read(answer.text)
            if facts is not None:
                tally.facts += facts
                tally.dropped += reader.dropped
                return
        tally.unlearned[MALFORMED] += len(request.messages)

    def _ask(self, request: ExtractionRequest, tally: _Tally) -> ModelAnswer:
        answer = self._model.ask(self.question(request))
        tally.questions += 1
        tally.usage += answer.usage
        return answer

    def _settings(self, guidance: Guidance) -> str:
        """A short digest: memories that share it were learned in the same way."""
        shown = (str(self._turns), str(self._known))
        return digest(*shown, *guidance.parts).hex()[:8]


def _halves(request: ExtractionRequest, tally: _Tally) -> Iterator[ExtractionRequest]:
    """The request in two; a single message can't be asked for in less."""
    messages = request.messages
    if len(messages) == 1:
        tally.unlearned[CUT] += 1
        return
    middle = len(messages) // 2
    earlier = (*request.earlier, *messages[:middle])[-_EARLIER_TURNS:]
    yield replace(request, messages=messages[:middle])
    yield replace(request, messages=messages[middle:], earlier=earlier)


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count} messages"
