"""From messages to facts that stand alone and prove themselves."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import Final

from memories.engine.domain import (
    Fact,
    Guidance,
    Kind,
    MemoryRecord,
    Message,
    Quote,
    Role,
    Scope,
    TokenUsage,
)
from memories.engine.errors import LanguageModelBusy
from memories.engine.ingestion.surroundings import Surroundings
from memories.engine.ports.extractor import UNPROVEN, Extracted, ExtractionRequest, Extractor, Wants
from memories.engine.ports.record_store import RecordStore
from memories.engine.text.delimiters import strip_recalled
from memories.engine.text.fingerprints import digest, fingerprint

# Whoever keeps messages word for word.
_VERBATIM: Final = "verbatim"
_KEPT: Final = "what was not learned from is kept and searchable as it is"
# Roles whose words are never learned from: instructions and tool output.
_UNLEARNED: Final = frozenset({Role.SYSTEM, Role.TOOL})


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was found, and what was thrown away.

    Attributes:
        facts: facts whose proof is in their message.
        learned_by: as of `Extracted`; None if nobody was asked.
        dropped: how many claims were rejected, by why.
        usage: tokens of the extractor's model.
        notes: why less was learned than was said.
    """

    facts: tuple[Fact, ...] = ()
    learned_by: str | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    usage: TokenUsage = field(default_factory=TokenUsage)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listening:
    """How messages are learned from.

    Attributes:
        extractor: who is asked.
        earlier: the turns before the messages.
        surroundings: gives what is known around some messages.
        zone: the speakers'.
        guidance: what is to be learned.
        give_up: go on without the facts when the extractor's model is busy.
    """

    extractor: Extractor
    earlier: tuple[Message, ...]
    surroundings: Callable[[Sequence[Message]], Surroundings]
    zone: tzinfo | None
    guidance: Guidance
    give_up: bool


def find_facts(messages: Sequence[Message], listening: Listening) -> Extraction:
    """Facts that the messages state, each proven by a quote.

    Raises:
        LanguageModelBusy: the extractor's model is busy, and this is not to be given up.
    """
    found: list[Extracted] = []
    notes: list[str] = []
    for request, note in requests_about(messages, listening):
        try:
            found.append(listening.extractor.extract(request))
        except LanguageModelBusy as error:
            if not listening.give_up:
                raise
            notes.append(given_up(error))
            break
        notes += [each for each in (note, found[-1].note) if each]
    extraction = proven(found, messages, notes)
    if extraction.learned_by is None and any(map(is_learned_from, messages)):
        return replace(extraction, learned_by=listening.extractor.name)
    return extraction


def requests_about(
    messages: Sequence[Message], listening: Listening
) -> Iterator[tuple[ExtractionRequest, str | None]]:
    """What the extractor is asked about the messages, as much at a time as it wants.

    What is known around each is looked up when it comes to it.

    Yields:
        A request, and why something may be missing in it.
    """
    wants, earlier = listening.extractor.wants, listening.earlier
    for chunk in _chunks([each for each in messages if is_learned_from(each)], wants):
        around = listening.surroundings(chunk)
        request = ExtractionRequest(
            messages=chunk,
            earlier=earlier,
            known_memories=around.memories,
            known_entities=around.entities,
            zone=listening.zone,
            guidance=listening.guidance,
        )
        yield request, around.note
        earlier = (*earlier, *chunk)[-wants.earlier :] if wants.earlier else ()


def given_up(error: LanguageModelBusy) -> str:
    """Why facts are missing, for people."""
    return f"the language model is busy: {error}; {_KEPT}"


def is_learned_from(message: Message) -> bool:
    """False of instructions and of what tools gave."""
    return message.role not in _UNLEARNED


def _chunks(messages: Sequence[Message], wants: Wants) -> Iterator[tuple[Message, ...]]:
    """The messages in order, as many at a time as are wanted."""
    chunk: list[Message] = []
    characters = 0
    for message in messages:
        full = len(chunk) == wants.messages
        long = wants.characters is not None and characters + len(message.text) > wants.characters
        if chunk and (full or long):
            yield tuple(chunk)
            chunk, characters = [], 0
        chunk.append(message)
        characters += len(message.text)
    if chunk:
        yield tuple(chunk)


def proven(
    found: Sequence[Extracted], messages: Sequence[Message], notes: Sequence[str]
) -> Extraction:
    """What was found, without the facts whose quote is not in their message."""
    by_id = {message.id: message for message in messages if is_learned_from(message)}
    claimed = [fact for each in found for fact in each.facts]
    facts = tuple(fact for fact in claimed if fact.text.strip() and is_proven(fact, by_id))
    dropped = Counter({UNPROVEN: len(claimed) - len(facts)})
    for each in found:
        dropped.update(each.dropped)
    return Extraction(
        facts=facts,
        learned_by=found[0].learned_by if found else None,
        dropped={why: count for why, count in dropped.items() if count},
        usage=sum((each.usage for each in found), TokenUsage()),
        notes=tuple(dict.fromkeys(notes)),
    )


def verbatim_facts(messages: Sequence[Message]) -> Extraction:
    """Each message as one memory, word for word."""
    facts = tuple(
        Fact(
            text=message.text,
            attributed_to=message.speaker,
            quotes=(Quote(message.id, 0, len(message.text), message.text),),
            said_at=message.said_at,
            kind=Kind.STATE,
        )
        for message in messages
        if is_learned_from(message)
    )
    return Extraction(facts, _VERBATIM if facts else None)


def is_proven(fact: Fact, messages: Mapping[str, Message]) -> bool:
    """True if every quote is in its message, outside of recalled memories."""
    return bool(fact.quotes) and all(_is_quoted(quote, messages) for quote in fact.quotes)


def _is_quoted(quote: Quote, messages: Mapping[str, Message]) -> bool:
    message = messages.get(quote.message_id)
    if message is None or not quote.text or message.text[quote.start : quote.end] != quote.text:
        return False
    return any(
        start <= quote.start and quote.end <= until for start, until in strip_recalled(message.text)
    )


def forgetting_digest(key: bytes, message_identity: bytes, text: str) -> bytes:
    """What stands for one fact of one message after it was deleted."""
    return digest(message_identity.hex(), fingerprint(text), key=key)


def recalled_memory(fact: Fact, *, records: RecordStore, scope: Scope) -> MemoryRecord | None:
    """The memory that somebody else's words merely repeat, as an answer built on it does.

    None if the fact says something of its own.
    """
    for words in (fact.quotes[0].text, fact.text):
        for memory in records.memories.with_fingerprint(fingerprint(words), scope=scope):
            if memory.attributed_to != fact.attributed_to:
                return memory
    return None
