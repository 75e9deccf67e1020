"""Taking the words of deleted memories out of the messages that they came from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from memories.engine.domain import Message, Passage, Scope, Selection, Vector
from memories.engine.errors import EmbedderError
from memories.engine.ingestion.entity_linking import link_text
from memories.engine.ingestion.passages import Draft, draft_message, embedded
from memories.engine.ingestion.tools import IngestTools
from memories.engine.text.redaction import redact


@dataclass(frozen=True, slots=True)
class Redaction:
    """Words of a message that only deleted memories quote.

    Attributes:
        scope: the one that the message was said in.
    """

    message: Message
    scope: Scope
    spans: tuple[tuple[int, int], ...]

    @property
    def redacted(self) -> Message:
        """The message without them."""
        return replace(self.message, text=redact(self.message.text, self.spans))


@dataclass(frozen=True, slots=True)
class _Anew:
    """A message that is to be indexed anew."""

    message_id: str
    scope: Scope
    drafts: tuple[Draft, ...]


@dataclass(frozen=True, slots=True)
class Ahead:
    """Vectors made before the file was locked.

    Attributes:
        vectors: by text; None for a text whose words the model does not know.
        asked: False if the model could not be asked.
    """

    vectors: "Mapping[str, Vector | None]"
    asked: bool


def plan_redactions(
    memory_ids: Sequence[str], *, scope: Scope, tools: IngestTools
) -> list[Redaction]:
    """What of the memories' quotes no memory that stays quotes too."""
    memories = tools.records.memories.get(memory_ids, scope=scope)
    sources = tools.records.messages.sources(memory_ids, scope=scope)
    messages = {
        source.message.id: (source.message, memories[id_].scope)
        for id_, each in sources.items()
        for source in each
    }
    redactions: list[Redaction] = []
    for message, said_in in messages.values():
        quoted = tools.records.memories.quoted_spans(message.id, scope=scope)
        staying = [span for id_, spans in quoted.items() if id_ not in memory_ids for span in spans]
        going = [span for id_ in memory_ids for span in quoted.get(id_, ())]
        if alone := tuple(_outside(going, staying)):
            redactions.append(Redaction(message, said_in, alone))
    return redactions


def _outside(
    spans: Iterable[tuple[int, int]], others: Iterable[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """The parts of the spans that none of the others covers."""
    ordered = sorted(others)
    for start, until in spans:
        at = start
        for other_start, other_until in ordered:
            if at < min(other_start, until):
                yield at, min(other_start, until)
            at = max(at, other_until)
        if at < until:
            yield at, until


def embed_ahead(redactions: Sequence[Redaction], *, tools: IngestTools) -> Ahead:
    """Vectors of what the redactions will leave, made while nobody waits for the file."""
    return _embed([draft for each in _anew(redactions, tools) for draft in each.drafts], tools)


def apply_redactions(redactions: Sequence[Redaction], ahead: Ahead, *, tools: IngestTools) -> int:
    """Blank the words and index the messages anew, with the turns that carry them as context.

    Returns:
        How many messages are found by their words alone, as the model could not be asked.
    """
    anew = _anew(redactions, tools)
    for redaction in redactions:
        scope, message_id = redaction.scope, redaction.message.id
        message = tools.records.messages.redact(message_id, redaction.spans, scope=scope)
        tools.records.entities.unmention(message_id, scope=scope)
        link_text(message_id, message.text, entities=tools.records.entities, scope=scope)
    drafts = [draft for each in anew for draft in each.drafts]
    if ahead.asked and any(draft.text not in ahead.vectors for draft in drafts):
        # Somebody changed the messages since: what they leave now is embedded after all.
        ahead = _embed(drafts, tools)
    for each in anew:
        tools.passages.withdraw([each.message_id], scope=each.scope)
        tools.passages.put(_passages(each, ahead), scope=each.scope)
    return 0 if ahead.asked else len(anew)


def remove_originals(redactions: Sequence[Redaction], *, tools: IngestTools) -> int:
    """Take away the bytes of files in which the redacted words can be read.

    Returns:
        How many files that were.
    """
    originals, removed = tools.records.originals, 0
    for redaction in redactions:
        message_id, scope = redaction.message.id, redaction.scope
        kept = originals.of([message_id], scope=scope).get(message_id, [])
        parts = [each.part for each in kept if each.holds(redaction.spans)]
        removed += originals.remove(message_id, parts, scope=scope)
    return removed


def _embed(drafts: Sequence[Draft], tools: IngestTools) -> Ahead:
    try:
        passages = embedded(drafts, tools.embedder)
    except EmbedderError:
        # What was asked to be deleted must go even while the model is away.
        return Ahead({}, asked=False)
    texts = (draft.text for draft in drafts)
    vectors = (passage.vector for passage in passages)
    return Ahead(dict(zip(texts, vectors, strict=True)), asked=True)


def _passages(anew: _Anew, ahead: Ahead) -> list[Passage]:
    return [replace(draft.passage, vector=ahead.vectors.get(draft.text)) for draft in anew.drafts]


def _anew(redactions: Sequence[Redaction], tools: IngestTools) -> list[_Anew]:
    """The redacted messages, and the turns after them, which carry them as context."""
    redacted = {redaction.message.id: redaction.redacted for redaction in redactions}
    anew: dict[str, _Anew] = {}
    for redaction in redactions:
        scope = redaction.scope
        names = tools.passages.speakers(scope=scope.home)
        after = _around(redaction.message, 1, scope=scope, tools=tools)
        for message in (redaction.message, *after):
            before = _around(message, -1, scope=scope, tools=tools)
            context = redacted.get(before[0].id, before[0]) if before else None
            drafts = draft_message(
                redacted.get(message.id, message),
                before=context,
                names=names,
                embedder=tools.embedder,
            )
            anew[message.id] = _Anew(message.id, scope, tuple(drafts))
    return list(anew.values())


def _around(
    message: Message, step: int, *, scope: Scope, tools: IngestTools
) -> tuple[Message, ...]:
    selection = Selection(now=tools.clock.now(), show_expired=True)
    turn = (message.session, message.position + step)
    return tools.records.messages.at([turn], scope=scope, selection=selection)
