"""Changing what is kept without overwriting: new versions, and facts that replace others."""

from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from enum import Enum
from typing import Final, Literal, TypeAlias

from memories.engine.domain import JsonObject, Link, LinkKind, MemoryRecord, Passage, Scope
from memories.engine.errors import ChangedMeanwhile, Immutable, InvalidInput, NotFound
from memories.engine.ingestion.deduplication import memory_identity
from memories.engine.ingestion.entity_linking import link_text
from memories.engine.ingestion.observations import drop_observations, observation_identity
from memories.engine.ingestion.passages import draft_memory, embedded
from memories.engine.ingestion.tools import IngestTools
from memories.engine.text.dates import find_dates
from memories.engine.text.fingerprints import fingerprint


class Unchanged(Enum):
    """Stands for what an edit leaves as it is, where None means taking it away."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED
MaybeInstant: TypeAlias = datetime | Literal[Unchanged.UNCHANGED] | None


@dataclass(frozen=True, slots=True)
class Edit:
    """What of a memory changes.

    Attributes:
        text: its new wording; adds a version.
        metadata: replaces the whole of it.
        categories: replace them all.
        expires_at: None lifts the expiry.
        said_at: when the new wording was said; now if None.
        zone: the speaker's time zone, in which "yesterday" is meant.
        if_version: the version that it is meant for; any if None.
    """

    text: str | None = None
    metadata: JsonObject | None = None
    categories: tuple[str, ...] | None = None
    expires_at: MaybeInstant = UNCHANGED
    said_at: datetime | None = None
    zone: tzinfo | None = None
    if_version: int | None = None


def update_memory(memory_id: str, edit: Edit, *, scope: Scope, tools: IngestTools) -> MemoryRecord:
    """Store a memory's new version under its id; the old wording stays readable.

    Raises:
        NotFound: there is no such memory.
        Immutable: it was stored as immutable.
        ChangedMeanwhile: it is another version than the edit is meant for.
        InvalidInput: another memory of the same speaker already says just that.
    """
    old = _changeable(memory_id, scope=scope, tools=tools)
    if edit.if_version not in (None, old.version):
        raise ChangedMeanwhile(f"memory {memory_id} is version {old.version} by now")
    new = _edited(old, edit, now=tools.clock.now())
    names = tools.passages.speakers(scope=old.scope.home)
    drafts = draft_memory(new, names=names, embedder=tools.embedder)
    passages = embedded(drafts, tools.embedder)
    with tools.writing(scope=scope):
        current = _changeable(memory_id, scope=scope, tools=tools)
        if current.version != old.version:
            # Somebody else's edit came first: this one is made again on top of it.
            return update_memory(memory_id, edit, scope=scope, tools=tools)
        identity = _identity_of(new)
        twin = tools.records.memories.find(identity, scope=scope)
        if twin is not None and twin.id != memory_id:
            raise InvalidInput(f"memory {twin.id} already says just that")
        said_at = edit.said_at or new.updated_at
        tools.records.memories.revise(
            new, identity=identity, said_at=said_at, old_text=old.text, scope=scope
        )
        if new.text != old.text:
            _index(new, passages, said_at, scope=old.scope, tools=tools)
            link_text(new.id, new.text, entities=tools.records.entities, scope=old.scope)
        if (new.text, new.expires_at) != (old.text, old.expires_at):
            drop_observations([new.id], scope=scope, tools=tools)
            tools.records.consolidation.renew([new.id], scope=scope)
    return new


def supersede_memory(old_id: str, *, by: str, scope: Scope, tools: IngestTools) -> MemoryRecord:
    """Let a newer memory replace an older one; both stay readable.

    Returns:
        The older memory, as it now is.

    Raises:
        NotFound: one of them is not there.
        InvalidInput: a memory can't replace itself, nor one that already replaced it.
    """
    with tools.records.writing(scope=scope):
        known = tools.records.memories.get([old_id, by], scope=scope)
        for id_ in (old_id, by):
            if id_ not in known:
                raise NotFound(f"no memory {id_}")
        following: str | None = by
        while following is not None:
            if following == old_id:
                raise InvalidInput(f"memory {by} can't supersede {old_id}: it is superseded by it")
            following = tools.records.memories.get([following], scope=scope)[
                following
            ].superseded_by
        newer = known[by]
        link = Link(LinkKind.SUPERSEDES, by, old_id, 1.0, "asked for by the caller")
        tools.records.memories.link(link, at=tools.clock.now(), said_at=newer.said_at, scope=scope)
        drop_observations([old_id], scope=scope, tools=tools)
        return tools.records.memories.get([old_id], scope=scope)[old_id]


def _identity_of(memory: MemoryRecord) -> bytes:
    """What an exact repeat shares."""
    if memory.derived_from:
        return observation_identity(memory.scope, memory.fingerprint)
    return memory_identity(
        memory.scope,
        attributed_to=memory.attributed_to,
        fingerprint=memory.fingerprint,
        occurred=memory.occurred,
    )


def _changeable(memory_id: str, *, scope: Scope, tools: IngestTools) -> MemoryRecord:
    memory = tools.records.memories.get([memory_id], scope=scope).get(memory_id)
    if memory is None:
        raise NotFound(f"no memory {memory_id}")
    if memory.immutable:
        raise Immutable(f"memory {memory_id} is immutable; it can be deleted, not changed")
    return memory


def _edited(old: MemoryRecord, edit: Edit, *, now: datetime) -> MemoryRecord:
    text = old.text if edit.text is None else edit.text
    occurred = old.occurred
    if text != old.text:
        dates = find_dates(text, said_at=edit.said_at or now, zone=edit.zone)
        occurred = dates[0].interval if dates else None
    return replace(
        old,
        text=text,
        fingerprint=fingerprint(text),
        occurred=occurred,
        metadata=old.metadata if edit.metadata is None else edit.metadata,
        categories=old.categories if edit.categories is None else edit.categories,
        expires_at=old.expires_at if edit.expires_at is UNCHANGED else edit.expires_at,
        updated_at=now,
        version=old.version + 1,
    )


def _index(
    new: MemoryRecord,
    passages: list[Passage],
    said_at: datetime,
    *,
    scope: Scope,
    tools: IngestTools,
) -> None:
    dated = [replace(passage, said_at=said_at) for passage in passages]
    tools.passages.retire(new.id, by=dated[0], scope=scope)
    tools.passages.put(dated, scope=scope)
