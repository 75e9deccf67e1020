"""What of a row goes into the index: its terms and its vector."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from memories.engine.domain import MemoryRecord, Message, Passage
from memories.engine.ports.embedder import MOST_UNKNOWN, Embedder
from memories.engine.text.languages import detect_language
from memories.engine.text.tokens import analyse

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


def draft_message(message: Message, *, before: Message | None, embedder: Embedder) -> list[Draft]:
    """A message's passages: one a chunk, the first with the end of the turn before."""
    drafts: list[Draft] = []
    for start, until in embedder.split(message.text):
        text = f"{message.speaker}: {message.text[start:until]}"
        if start == 0 and before is not None:
            text = f"{before.speaker}: {before.text[-_CONTEXT_CHARACTERS:]}\n{text}"
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
                    terms=analyse(text),
                    vector=None,
                ),
                text,
            )
        )
    return drafts


def draft_memory(memory: MemoryRecord, *, embedder: Embedder) -> list[Draft]:
    """The passages of a memory's newest version: one, unless its text is very long."""
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
                terms=analyse(memory.text[start:until]),
                vector=None,
            ),
            memory.text[start:until],
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
