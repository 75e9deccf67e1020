"""Beginning an import: its messages are kept, and what to ask about them is planned."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final, TypeAlias

from memories.engine.domain import (
    Arrival,
    ImportPart,
    ImportQuestion,
    ImportStage,
    ImportState,
    ImportTerms,
    Message,
    Scope,
    Tally,
    TokenUsage,
    Turn,
)
from memories.engine.errors import InvalidInput
from memories.engine.ingestion.extraction import Listening, requests_about
from memories.engine.ingestion.identity import IngestRequest, identify
from memories.engine.ingestion.importing._states import state_of
from memories.engine.ingestion.pipeline import ALL_KNOWN, NO_FACT, unheard
from memories.engine.ingestion.preparation import prepare
from memories.engine.ingestion.records import keep_messages, link_entities
from memories.engine.ingestion.surroundings import known_around, turns_before
from memories.engine.ingestion.tools import IngestTools
from memories.engine.ports.extractor import ExtractionRequest
from memories.engine.text.zones import zone_of

# Messages of one part: its facts are stored in one transaction.
_PART: Final = 200
_MOST_PIECES: Final = 1000
LONGEST_CONVERSATION: Final = _PART * _MOST_PIECES
ToldTurns: TypeAlias = tuple[Scope, tuple[Turn, ...]]


def begin_import(
    terms: ImportTerms, conversations: Sequence[ToldTurns], *, scope: Scope, tools: IngestTools
) -> ImportState:
    """Keep every message, and plan the questions; nobody is asked yet.

    The same import begun again keeps and plans what is missing.

    Args:
        terms: what holds for all of it; those that it was first begun with stay.
        conversations: each with whose it is.
        scope: the project.
        tools: the ports.

    Raises:
        InvalidInput: the extractor has no batches, and is to be asked through some.
    """
    if terms.batched and tools.batching is None:
        raise InvalidInput(
            f"{tools.extractor.name} has no batches to ask in; batched=False asks one by one"
        )
    terms = tools.records.imports.begin(terms, scope=scope)
    planned = {part.number for part in tools.records.imports.parts(terms.id, scope=scope)}
    for number, (whose, turns) in _pieces(conversations):
        if number not in planned:
            _keep(request_of(terms, number, turns), number, terms, scope=whose, tools=tools)
    return state_of(terms.id, scope=scope, tools=tools)


def request_of(terms: ImportTerms, number: int, turns: tuple[Turn, ...] = ()) -> IngestRequest:
    """What an add of the part would hand in."""
    return IngestRequest(
        turns=turns,
        zone=zone_of(terms.zone),
        metadata=terms.metadata,
        categories=terms.categories,
        expires_at=terms.expires_at,
        immutable=terms.immutable,
        guidance=terms.guidance,
        seed=f"{terms.seed} {number}",
    )


def _pieces(conversations: Sequence[ToldTurns]) -> Iterator[tuple[int, ToldTurns]]:
    """Parts with their numbers, which do not depend on how long the conversations before are."""
    for place, (whose, turns) in enumerate(conversations):
        for piece, start in enumerate(range(0, len(turns), _PART)):
            yield place * _MOST_PIECES + piece, (whose, turns[start : start + _PART])


def _keep(
    request: IngestRequest, number: int, terms: ImportTerms, *, scope: Scope, tools: IngestTools
) -> None:
    arrivals = identify(request, scope=scope, now=tools.clock.now())
    fresh, before = unheard(arrivals, scope=scope, tools=tools)
    prepared = prepare(
        fresh, (), before=before, learned_by=None, request=request, scope=scope, tools=tools
    )
    part = _planned(number, fresh, before, request, scope=scope, tools=tools)
    with tools.writing(scope=scope):
        kept = keep_messages(prepared.heard, scope=scope, tools=tools)
        link_entities(prepared, kept=kept, stored=(), scope=scope, tools=tools)
        tools.records.imports.add_part(terms.id, part, scope=scope.everyone)


def _planned(
    number: int,
    fresh: Sequence[Arrival],
    before: Message | None,
    request: IngestRequest,
    *,
    scope: Scope,
    tools: IngestTools,
) -> ImportPart:
    """The part with its questions; one without any is done with."""
    wants = tools.extractor.wants
    listening = Listening(
        extractor=tools.extractor,
        earlier=turns_before(before, wants.earlier, scope=scope, tools=tools),
        surroundings=partial(known_around, wanted=wants.known_memories, scope=scope, tools=tools),
        zone=request.zone,
        guidance=tools.guidance.joined(request.guidance),
        give_up=False,
    )
    questions: list[ImportQuestion] = []
    predicted = TokenUsage()
    for asked, _ in requests_about([each.message for each in fresh], listening):
        questions.append(_by_ids(asked))
        predicted += tools.predictor.extract(asked).usage
    if questions:
        return ImportPart(number, scope, tuple(questions), predicted)
    nothing = Tally(notes={NO_FACT if fresh else ALL_KNOWN: 1})
    return ImportPart(number, scope, (), stage=ImportStage.LEARNED, tally=nothing)


def _by_ids(asked: ExtractionRequest) -> ImportQuestion:
    return ImportQuestion(
        messages=tuple(each.id for each in asked.messages),
        earlier=tuple(each.id for each in asked.earlier),
        known=tuple(each.id for each in asked.known_memories),
    )
