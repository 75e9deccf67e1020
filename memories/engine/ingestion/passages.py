"""What of a row goes into the index: its terms and its vector."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from memories.engine.domain import MemoryRecord, Message, Passage
from memories.engine.ports.embedder import MOST_UNKNOWN, Embedder
from memories.engine.text.delimiters import blank_recalled
from memories.engine.text.index_terms import index_terms
from memories.engine.text.languages import detect_language
from memories.engine.text.names import without_names

# How much of the turn before is indexed with a turn: an answer often makes sense only with its
# question, and half a page of it is enough.
_CONTEXT_CHARACTERS: Final = 400


@dataclass(frozen=True, slots=True)
class Draft:
    """A passage before it is embedded.

    Attributes:
        passage: everything but the vector.
        text: what is embedded.
    """

    passage: Passage
    text: str


def draft_message(
    message: Message, *, before: Message | None, names: Collection[str], embedder: Embedder
) -> list[Draft]:
    """A message's passages: one a chunk, the first embedded with the end of the turn before.

    Recalled memories in it are left out: what an agent was reminded of is not said anew.

    Args:
        message: the turn.
        before: the turn before it.
        names: of those who speak; they are not embedded.
        embedder: the model.
    """
    said = blank_recalled(message.text)
    if not said.strip():
        return []
    drafts: list[Draft] = []
    for start, until in embedder.split(said):
        own = said[start:until].strip()
        bare = without_names(own, names)
        context = _context(before, names) if start == 0 else ""
        drafts.append(
            Draft(
                Passage(
                    owner_id=message.id,
                    is_message=True,
                    version=1,
                    start=start,
                    until=until,
                    said_at=message.said_at,
                    recorded_at=message.recorded_at,
                    terms=index_terms(own, speaker=message.speaker),
                    vector=None,
                ),
                _in_context(bare, context, embedder),
            )
        )
    return drafts


def _context(before: Message | None, names: Collection[str]) -> str:
    """The end of the turn before; nothing at the start of a conversation."""
    said = "" if before is None else blank_recalled(before.text).strip()
    return without_names(said, names)[-_CONTEXT_CHARACTERS:] if said else ""


def _in_context(text: str, context: str, embedder: Embedder) -> str:
    """A turn's text behind its context.

    By itself, where the context would cost it its end, or its vector altogether.
    """
    together = f"{context}\n{text}"
    if not context or embedder.unknown_share(context) > MOST_UNKNOWN:
        return text
    return together if len(embedder.split(together)) == 1 else text


def draft_memory(
    memory: MemoryRecord, *, names: Collection[str], embedder: Embedder
) -> list[Draft]:
    """The passages of a memory's newest version: one, unless its text is very long.

    Args:
        memory: its newest version.
        names: of those who speak; they are not embedded.
        embedder: the model.
    """
    return [
        Draft(
            Passage(
                owner_id=memory.id,
                is_message=False,
                version=memory.version,
                start=start,
                until=until,
                said_at=memory.said_at if memory.version == 1 else memory.updated_at,
                recorded_at=memory.updated_at,
                terms=index_terms(memory.text[start:until], speaker=memory.attributed_to),
                vector=None,
            ),
            without_names(memory.text[start:until], names),
        )
        for start, until in embedder.split(memory.text)
    ]


def embedded(drafts: Sequence[Draft], embedder: Embedder) -> list[Passage]:
    """The passages with their vectors; without, where the model does not know the words."""
    known = [
        index
        for index, draft in enumerate(drafts)
        if embedder.unknown_share(draft.text) <= MOST_UNKNOWN
    ]
    vectors = embedder.embed_passages([drafts[index].text for index in known]) if known else ()
    by_draft = dict(zip(known, vectors, strict=True))
    return [
        replace(draft.passage, vector=by_draft.get(index)) for index, draft in enumerate(drafts)
    ]


def languages_of(texts: Iterable[str]) -> frozenset[str]:
    """Languages that the texts are clearly in."""
    return frozenset(language for text in texts if (language := detect_language(text)))
