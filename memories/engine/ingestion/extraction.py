"""From messages to facts that stand alone and prove themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from memories.engine.domain import Fact, Kind, MemoryRecord, Message, Quote, Role, Scope
from memories.engine.ports.extractor import ExtractionRequest, Extractor
from memories.engine.ports.record_store import RecordStore
from memories.engine.text.delimiters import strip_recalled
from memories.engine.text.fingerprints import digest, fingerprint

# Roles whose words are never learned from: instructions and tool output.
_UNLEARNED = frozenset({Role.SYSTEM, Role.TOOL})


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was found, and what was thrown away.

    Attributes:
        facts: facts whose proof is in their message.
        unproven: how many were rejected because their quote was not.
    """

    facts: tuple[Fact, ...]
    unproven: int


def find_facts(
    messages: Sequence[Message],
    *,
    earlier: Sequence[Message],
    extractor: Extractor,
    zone: tzinfo | None,
) -> Extraction:
    """Facts that the messages state, each proven by a quote."""
    learned = tuple(message for message in messages if message.role not in _UNLEARNED)
    if not learned:
        return Extraction((), 0)
    found = extractor.extract(
        ExtractionRequest(messages=learned, earlier=tuple(earlier), zone=zone)
    )
    by_id = {message.id: message for message in learned}
    facts = tuple(fact for fact in found if fact.text.strip() and is_proven(fact, by_id))
    return Extraction(facts, len(found) - len(facts))


def verbatim_facts(messages: Sequence[Message]) -> Extraction:
    """Each message as one memory, word for word."""
    return Extraction(
        tuple(
            Fact(
                text=message.text,
                attributed_to=message.speaker,
                quotes=(Quote(message.id, 0, len(message.text), message.text),),
                said_at=message.said_at,
                kind=Kind.STATE,
            )
            for message in messages
            if message.role not in _UNLEARNED
        ),
        0,
    )


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
