"""Building the index anew from the truth, with the same or another embedding model."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import Final

from memories.engine.domain import MemoryRecord, Message, Scope, Selection, Vector
from memories.engine.ingestion.passages import (
    Draft,
    draft_memory,
    draft_message,
    embedded,
    languages_of,
)
from memories.engine.ingestion.tools import MODEL_SETTING, IngestTools

_BATCH: Final = 64

# Called with how many passages are embedded and how many there are.
Progress = Callable[[int, int], None]


def reindex(*, scope: Scope, tools: IngestTools, on_progress: Progress | None = None) -> int:
    """Index every message and every version of every memory of the project anew.

    Searches go on meanwhile with the old index; the switch is one transaction. What others add
    while the vectors are made is embedded within it.

    Args:
        scope: the project; user, agent, app and run must not be named.
        tools: the ports; `embedder` is the model to index with.
        on_progress: told after every batch.

    Returns:
        How many passages the index now holds.

    Raises:
        EmbedderError: the model gave no usable vectors; the old index stays.
    """
    vectors = _embed(_drafts(scope, tools), {}, tools, on_progress)
    with tools.records.writing(scope=scope):
        drafts = _drafts(scope, tools)
        vectors = _embed(drafts, vectors, tools, None)
        tools.passages.clear(scope=scope)
        for owner_scope, group in groupby(drafts, key=itemgetter(0)):
            passages = [replace(each.passage, vector=vectors[each.text]) for _, each in group]
            tools.passages.put(passages, scope=owner_scope)
        texts = (message.text for _, message in tools.records.messages.in_order(scope=scope))
        tools.passages.note_languages(languages_of(texts), scope=scope)
        _embed_entities(scope, tools)
        tools.records.remember_setting(MODEL_SETTING, tools.embedder.model, scope=scope)
    return len(drafts)


def _embed(
    drafts: Sequence[tuple[Scope, Draft]],
    known: dict[str, "Vector | None"],
    tools: IngestTools,
    on_progress: Progress | None,
) -> dict[str, "Vector | None"]:
    """Vectors by text; texts that are known already are not embedded again."""
    texts = {draft.text: draft for _, draft in drafts if draft.text not in known}
    missing = list(texts.values())
    vectors = dict(known)
    for first in range(0, len(missing), _BATCH):
        batch = missing[first : first + _BATCH]
        for draft, passage in zip(batch, embedded(batch, tools.embedder), strict=True):
            vectors[draft.text] = passage.vector
        if on_progress is not None:
            on_progress(min(first + _BATCH, len(missing)), len(missing))
    return vectors


def _drafts(scope: Scope, tools: IngestTools) -> list[tuple[Scope, Draft]]:
    messages = list(_messages(scope, tools))
    names: dict[Scope, set[str]] = {}
    for owner_scope, message, _ in messages:
        names.setdefault(owner_scope.home, set()).add(message.speaker)
    drafts = [
        (owner_scope, draft)
        for owner_scope, message, before in messages
        for draft in draft_message(
            message, before=before, names=names[owner_scope.home], embedder=tools.embedder
        )
    ]
    everything = Selection(now=tools.clock.now(), include_merged=True, show_expired=True)
    stored = tools.records.memories.page(scope=scope, selection=everything, after=0, limit=-1)
    for memory in stored.values():
        known = names.get(memory.scope.home, set()) | {memory.attributed_to}
        drafts += [(memory.scope, draft) for draft in _versions(memory, known, scope, tools)]
    return drafts


def _messages(scope: Scope, tools: IngestTools) -> Iterator[tuple[Scope, Message, Message | None]]:
    """Every message with its scope and the turn before it in its session."""
    last: dict[str, Message] = {}
    for owner_scope, message in tools.records.messages.in_order(scope=scope):
        before = last.get(message.session)
        yield owner_scope, message, before
        last[message.session] = message


def _versions(
    memory: MemoryRecord, names: Collection[str], scope: Scope, tools: IngestTools
) -> Iterator[Draft]:
    """Passages of every wording, each with the time in which it held."""
    versions = tools.records.memories.versions(memory.id, scope=scope)
    for version, following in zip(versions, [*versions[1:], None], strict=True):
        wording = replace(memory, text=version.text, version=version.number)
        for draft in draft_memory(wording, names=names, embedder=tools.embedder):
            yield replace(
                draft,
                passage=replace(
                    draft.passage,
                    said_at=version.said_at,
                    recorded_at=version.recorded_at,
                    said_until=following.said_at if following else None,
                    recorded_until=following.recorded_at if following else None,
                ),
            )


def _embed_entities(scope: Scope, tools: IngestTools) -> None:
    entities = tools.records.entities
    embedded_before = entities.drop_vectors(scope=scope)
    if embedded_before:
        names = [entity.name for entity in embedded_before]
        vectors = tools.embedder.embed_passages(names)
        for entity, vector in zip(embedded_before, vectors, strict=True):
            entities.embed(entity.id, vector=vector, scope=scope)
