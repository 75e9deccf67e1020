"""Small adds that wait behind one another, asked about together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from memories.engine.domain import Fact, Message, Scope, TokenUsage
from memories.engine.ingestion.answers import SavingExtractor
from memories.engine.ingestion.extraction import Listening, is_learned_from, requests_about
from memories.engine.ingestion.identity import IngestRequest, identify
from memories.engine.ingestion.pipeline import unheard
from memories.engine.ingestion.surroundings import known_around, turns_before
from memories.engine.ingestion.tools import IngestTools
from memories.engine.ports.answers import SavedAnswers
from memories.engine.ports.extractor import ExtractionRequest


@dataclass(frozen=True, slots=True)
class WaitingAdd:
    """An add that is to be made.

    Attributes:
        job_id: its name.
        messages: as `Memory.add` takes them.
        timestamp: when messages without a time of their own were said.
    """

    job_id: str
    messages: str | Mapping[str, object] | Sequence[object]
    timestamp: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An add, with those of its messages that facts are asked of."""

    job_id: str
    messages: tuple[Message, ...]


def answer_together(requests: Sequence[IngestRequest], *, scope: Scope, tools: IngestTools) -> int:
    """Ask once about the first adds that fit one question, and save the answer to each.

    Nothing is saved of an answer that left something out: then each add asks for itself.

    Args:
        requests: adds of jobs that are not done, in their order, which want the same learned.
        scope: whose.
        tools: the ports.

    Returns:
        How many adds were answered.

    Raises:
        LanguageModelBusy: the extractor's model is.
    """
    answers, wants = tools.answers, tools.extractor.wants
    if answers is None or wants.messages is None:
        return 0
    adds: list[_Waiting] = []
    room = wants.messages
    for request in requests:
        add = _waiting(request, answers, scope=scope, tools=tools)
        if add is None or len(add.messages) > room:
            break
        adds.append(add)
        room -= len(add.messages)
    asked = _asked(adds, requests, scope=scope, tools=tools)
    # Long turns make several questions of what one add after the other would ask as well.
    if len(adds) < 2 or len(asked) != 1:  # noqa: PLR2004 - one alone asks for itself
        return 0
    found = tools.extractor.extract(asked[0])
    if found.note is not None:
        return 0
    facts = [_placed(fact, adds) for fact in found.facts]
    for place, add in enumerate(adds):
        saving = SavingExtractor(tools.extractor, answers, job_id=add.job_id, scope=scope)
        own = replace(found, facts=tuple(fact for at, fact in facts if at == place))
        if place > 0:
            # What the question took is told once, by the first.
            own = replace(own, dropped={}, usage=TokenUsage(), questions=0)
        saving.keep(replace(asked[0], messages=add.messages), own)
    return len(adds)


def _waiting(
    request: IngestRequest, answers: SavedAnswers, *, scope: Scope, tools: IngestTools
) -> _Waiting | None:
    """None for an add that is not to be asked about: done, answered, with files, or wordless."""
    job_id = request.job_id
    has_files = any(turn.parts for turn in request.turns)
    if job_id is None or has_files or answers.find(job_id) is not None:
        return None
    if tools.records.receipts.find(job_id, scope=scope) is not None:
        return None
    arrivals = identify(request, scope=scope, now=tools.clock.now())
    fresh, _ = unheard(arrivals, scope=scope, tools=tools)
    messages = tuple(each.message for each in fresh if is_learned_from(each.message))
    return _Waiting(job_id, messages) if messages else None


def _asked(
    adds: Sequence[_Waiting],
    requests: Sequence[IngestRequest],
    *,
    scope: Scope,
    tools: IngestTools,
) -> list[ExtractionRequest]:
    """What the extractor would be asked about the messages of all."""
    wants = tools.extractor.wants
    before = tools.records.messages.latest(scope=scope)
    listening = Listening(
        extractor=tools.extractor,
        earlier=turns_before(before, wants.earlier, scope=scope, tools=tools),
        surroundings=partial(known_around, wanted=wants.known_memories, scope=scope, tools=tools),
        zone=requests[0].zone if requests else None,
        guidance=tools.guidance.joined(requests[0].guidance) if requests else tools.guidance,
        give_up=False,
    )
    messages = [message for add in adds for message in add.messages]
    return [asked for asked, _ in requests_about(messages, listening)]


def _placed(fact: Fact, adds: Sequence[_Waiting]) -> tuple[int, Fact]:
    """The place of the last add in which its speaker is quoted; it rests on that one's words."""
    quoted = [
        (place, message, quote)
        for quote in fact.quotes
        for place, add in enumerate(adds)
        for message in add.messages
        if message.id == quote.message_id
    ]
    speakers = [each for each in quoted if each[1].speaker == fact.attributed_to] or quoted
    place = max((place for place, *_ in speakers), default=0)
    own = [message for at, message, _ in speakers if at == place]
    if not own:
        return place, fact
    quotes = tuple(quote for at, _, quote in quoted if at == place)
    return place, replace(fact, quotes=quotes, said_at=own[0].said_at)
