"""Asking a language model to sum up a run, and checking what it says."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Final

from memories.engine.adapters.model_extractor._extractor import CUT, DECLINED, MALFORMED
from memories.engine.adapters.model_extractor._prompt import said_in, turn_line
from memories.engine.adapters.model_summarizer._instructions import (
    INSTRUCTIONS,
    PROMPT_VERSION,
    SCHEMA,
)
from memories.engine.adapters.model_summarizer._reading import SummaryReader
from memories.engine.domain import Message, RunSummary, TokenUsage
from memories.engine.errors import LanguageModelFailed
from memories.engine.ports.language_model import Ending, LanguageModel, ModelRequest
from memories.engine.ports.summarizer import RunRequest, Summarized
from memories.engine.text.prompts import as_data, in_sections
from memories.engine.text.run_summaries import written

# Of one question: some twenty thousand tokens.
_CHARACTERS: Final = 60_000
# Of one message, from its beginning and from its end: tools answer at any length.
_HEAD: Final = 4000
_TAIL: Final = 1500
_MOST_TOKENS: Final = 8192
_ATTEMPTS: Final = 2


class _NoSummary(Exception):
    """There will be none; its words say why."""


@dataclass(slots=True)
class _Tally:
    """What the questions have come to so far."""

    summary: RunSummary
    message_ids: dict[str, None] = field(default_factory=dict)
    dropped: Counter[str] = field(default_factory=Counter)
    usage: TokenUsage = field(default_factory=TokenUsage)


class ModelSummarizer:
    """Sums up a run some turns at a time, each time from the last summary on."""

    def __init__(self, model: LanguageModel) -> None:
        """Take the model; nothing is asked yet."""
        self._model = model

    def summarize(self, request: RunRequest) -> Summarized:
        """As the port says. It is all of the messages, or none: a gap would be invisible."""
        tally = _Tally(request.earlier)
        left = list(_chunks(request.messages))
        note = None
        try:
            while left:
                left = [*self._sum_up(left[0], request.zone, tally), *left[1:]]
        except (_NoSummary, LanguageModelFailed) as why:
            note = str(why)
        return Summarized(
            summary=tally.summary if note is None else None,
            message_ids=tuple(tally.message_ids),
            learned_by=f"{self._model.name}, summary prompt {PROMPT_VERSION}",
            dropped=dict(tally.dropped),
            usage=tally.usage,
            note=note,
        )

    def _sum_up(
        self, messages: Sequence[Message], zone: tzinfo | None, tally: _Tally
    ) -> Iterator[Sequence[Message]]:
        """Ask, and add what the answer holds.

        Yields:
            What is to be asked about in place of messages whose answer did not fit.
        """
        prompt = _prompt(messages, tally.summary, zone)
        request = ModelRequest(INSTRUCTIONS, prompt, SCHEMA, most_tokens=_MOST_TOKENS)
        for _ in range(_ATTEMPTS):
            answer = self._model.ask(request)
            tally.usage += answer.usage
            if answer.ending is Ending.REFUSED:
                raise _NoSummary(DECLINED)
            if answer.ending is Ending.CUT:
                middle = len(messages) // 2
                if middle == 0:
                    raise _NoSummary(CUT)
                yield from (messages[:middle], messages[middle:])
                return
            reader = SummaryReader(messages)
            found = reader.read(answer.text)
            if found is not None:
                tally.summary = tally.summary.followed_by(found)
                tally.message_ids |= reader.shown
                tally.dropped += reader.dropped
                return
        raise _NoSummary(MALFORMED)


def _chunks(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    start = characters = 0
    for place, message in enumerate(messages):
        size = min(len(message.text), _HEAD + _TAIL)
        if place > start and characters + size > _CHARACTERS:
            yield messages[start:place]
            start, characters = place, 0
        characters += size
    yield messages[start:]


def _prompt(messages: Sequence[Message], earlier: RunSummary, zone: tzinfo | None) -> str:
    before = written(earlier).split("\n") if earlier else []
    turns = (
        f"{number} {turn_line(message, _shown(message), zone)}"
        for number, message in enumerate(messages, start=1)
    )
    return in_sections({"earlier": map(as_data, before), "run": turns})


def _shown(message: Message) -> str:
    said = said_in(message)
    if len(said) <= _HEAD + _TAIL:
        return said
    return f"{said[:_HEAD]} [...] {said[-_TAIL:]}"
