"""The truth: messages, memories and entities.

Every method takes the scope. The project in it is a hard partition; user, agent, app and run, where
named, must match. Calls by id need the project alone. SQLite is quick enough on a file of its own
that these ports have no fake (docs/decisions/0006); tests/contracts holds them to their word.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from memories.engine.domain import (
    Arrival,
    Entity,
    HistoryEntry,
    KnownEntity,
    Link,
    MemoryRecord,
    Message,
    Quote,
    Scope,
    Selection,
    Source,
    TransferReceipt,
    Vector,
    Version,
)


class MessageStore(Protocol):
    """Raw turns, verbatim."""

    def known(self, identities: Sequence[bytes], *, scope: Scope) -> Mapping[bytes, Message]:
        """Stored messages by identity."""
        ...

    def latest(self, *, scope: Scope) -> Message | None:
        """The message of exactly this scope that was said last."""
        ...

    def next_position(self, session: str, *, scope: Scope) -> int:
        """The first free place at the end of a session."""
        ...

    def add(self, arrivals: Sequence[Arrival], *, scope: Scope) -> None:
        """Store messages that are new; the caller has looked with `known` in this transaction."""
        ...

    def get(self, ids: Collection[str], *, scope: Scope) -> Mapping[str, Message]:
        """Messages by id; absent and foreign ones are left out."""
        ...

    def at(
        self, turns: Collection[tuple[str, int]], *, scope: Scope, selection: Selection
    ) -> tuple[Message, ...]:
        """Messages at those places, each a session and a position; missing ones are left out.

        The selection's filter does not apply: neighbours are shown for the sake of a hit.
        """
        ...

    def redact(self, message_id: str, spans: Sequence[tuple[int, int]], *, scope: Scope) -> Message:
        """Take words out of a message for good, each character replaced by a block.

        Args:
            message_id: an id that `get` answers.
            spans: offsets, [start, until).
            scope: the project.

        Returns:
            The message as it now reads.
        """
        ...

    def identities(self, ids: Collection[str], *, scope: Scope) -> Mapping[str, bytes]:
        """The identity of each message."""
        ...

    def sources(self, memory_ids: Collection[str], *, scope: Scope) -> Mapping[str, list[Source]]:
        """The messages that each memory rests on, in the order they were said."""
        ...

    def in_order(self, *, scope: Scope) -> Sequence[tuple[Scope, Message]]:
        """Every message with the scope it was said in, by session and position."""
        ...

    def delete_all(self, *, scope: Scope) -> int:
        """Delete every message of the scope with its mentions and passages.

        Returns:
            How many there were.
        """
        ...


class MemoryStore(Protocol):
    """Extracted facts with their versions, links and history."""

    def add(
        self, memory: MemoryRecord, *, identity: bytes, quotes: Sequence[Quote], scope: Scope
    ) -> None:
        """Store a memory with its proof; the caller has looked with `find` in this transaction."""
        ...

    def find(self, identity: bytes, *, scope: Scope) -> MemoryRecord | None:
        """The live memory with that identity, if there is one."""
        ...

    def with_fingerprint(self, fingerprint: str, *, scope: Scope) -> Sequence[MemoryRecord]:
        """Live memories of those very words, whoever said them."""
        ...

    def alike(self, memory: MemoryRecord, *, scope: Scope) -> Sequence[MemoryRecord]:
        """Every memory of exactly this scope that can say the same as another one does.

        They share its speaker, its time and one of its gists (`text.statements`), and are neither
        superseded nor folded; whether they do say the same is to be asked of their words.
        """
        ...

    def get(self, ids: Collection[str], *, scope: Scope) -> Mapping[str, MemoryRecord]:
        """Memories by id; absent, deleted and foreign ones are left out."""
        ...

    def as_told(
        self, ids: Collection[str], *, scope: Scope, selection: Selection
    ) -> Mapping[str, MemoryRecord]:
        """As `get`, each in the wording that held at the time that the selection asks for."""
        ...

    def page(
        self, *, scope: Scope, selection: Selection, after: int, limit: int
    ) -> Mapping[int, MemoryRecord]:
        """Memories in the order they were stored, by number: numbers ascend and never come again.

        Args:
            scope: whose.
            selection: which of them.
            after: number of the last one of the page before; 0 to begin.
            limit: at most so many; -1 for all.
        """
        ...

    def reinforce(
        self,
        memory_id: str,
        *,
        quotes: Sequence[Quote],
        expires_at: datetime | None,
        scope: Scope,
    ) -> None:
        """Count one more saying of the same fact and keep its proof.

        Args:
            memory_id: which.
            quotes: the proof.
            expires_at: when this saying expires; the memory lasts as long as its longest one.
            scope: whose.
        """
        ...

    def revise(
        self,
        memory: MemoryRecord,
        *,
        identity: bytes,
        said_at: datetime,
        old_text: str,
        scope: Scope,
    ) -> None:
        """Store a memory's new version, with a history entry.

        Args:
            memory: its new state, with the next version number.
            identity: what an exact repeat of the new wording shares.
            said_at: when the new wording was said.
            old_text: the wording before.
            scope: the project.
        """
        ...

    def link(self, link: Link, *, at: datetime, said_at: datetime, scope: Scope) -> None:
        """Relate two memories; superseding and merging also mark the memory they hide.

        Args:
            link: what relates to what.
            at: when this was found.
            said_at: when the newer statement was said.
            scope: the project.
        """
        ...

    def links(self, memory_id: str, *, scope: Scope) -> Sequence[Link]:
        """Relations from and to a memory."""
        ...

    def versions(self, memory_id: str, *, scope: Scope) -> Sequence[Version]:
        """Every wording that a memory has had, oldest first."""
        ...

    def merged_into(self, memory_id: str, *, scope: Scope) -> Sequence[str]:
        """Ids of the near repeats that were folded into a memory."""
        ...

    def history(self, memory_id: str, *, scope: Scope) -> Sequence[HistoryEntry]:
        """What happened to a memory, oldest first; also after it was deleted."""
        ...

    def quoted_spans(self, message_id: str, *, scope: Scope) -> Mapping[str, list[tuple[int, int]]]:
        """What each live memory quotes of a message: memory id to spans."""
        ...

    def delete(self, ids: Collection[str], *, at: datetime, scope: Scope) -> int:
        """Delete memories with their index rows and mentions; history keeps events without words.

        Returns:
            How many were there.
        """
        ...

    def forget(self, digests: Collection[bytes], *, scope: Scope) -> None:
        """Keep these facts from being learned again."""
        ...

    def is_forgotten(self, digest: bytes, *, scope: Scope) -> bool:
        """True if that fact was deleted and must not be learned again."""
        ...

    def forgetting_key(self, *, scope: Scope) -> bytes:
        """The project's secret for the digests of forgotten facts."""
        ...


class EntityStore(Protocol):
    """Who and what memories are about."""

    def with_forms(
        self, forms: Collection[str], *, scope: Scope
    ) -> Mapping[str, Sequence[KnownEntity]]:
        """Entities known under any of the forms, form by form."""
        ...

    def people_opening(self, openings: Collection[str], *, scope: Scope) -> frozenset[str]:
        """Names of the people that are known to the scope's home and have one of the openings.

        Args:
            openings: as `text.forms.openings` gives them for a text.
            scope: whose.
        """
        ...

    def namesakes(self, names: Collection[str], *, scope: Scope) -> Sequence[Entity]:
        """People whose names begin with one of these and go on, or are how one of these begins.

        Of those that go on, two for each name: who is called so is settled as soon as there is
        more than one.

        Args:
            names: as `text.forms.name_words` reads them, with a space between the words.
            scope: whose.
        """
        ...

    def list(self, *, scope: Scope) -> Sequence[Entity]:
        """Entities that the scope's own memories and messages mention, by first mention."""
        ...

    def add(self, entity: Entity, *, form: str, scope: Scope) -> None:
        """Store a new entity under its first form."""
        ...

    def add_alias(
        self, entity_id: str, *, form: str, surface: str, fuller: bool, scope: Scope
    ) -> None:
        """Let an entity be known under one more form.

        Args:
            entity_id: the entity.
            form: the form's key.
            surface: the form as it was written.
            fuller: the form is a fuller name, and becomes the entity's own.
            scope: whose.
        """
        ...

    def mention(
        self,
        entity_id: str,
        owner_id: str,
        *,
        surface: str,
        score: float,
        reason: str,
        scope: Scope,
    ) -> None:
        """Note that a memory or message names an entity."""
        ...

    def named_by(self, owner_ids: Collection[str], *, scope: Scope) -> Mapping[str, Sequence[str]]:
        """Names of the entities that each memory or message mentions."""
        ...

    def embed(self, entity_id: str, *, vector: Vector, scope: Scope) -> None:
        """Give an entity its vector; a second one changes nothing."""
        ...

    def drop_vectors(self, *, scope: Scope) -> Sequence[Entity]:
        """Take the vectors of the scope's entities away.

        Returns:
            The entities that had one.
        """
        ...

    def unmention(self, owner_id: str, *, scope: Scope) -> None:
        """Drop the links from a memory or message to the entities it named."""
        ...

    def mentioned_by(self, owner_ids: Collection[str], *, scope: Scope) -> frozenset[str]:
        """Ids of the entities that any of the memories or messages mentions."""
        ...

    def prune(self, entity_ids: Collection[str], *, scope: Scope) -> int:
        """Delete those that nothing mentions any more, and the others' names that no text holds.

        Returns:
            How many entities were deleted.
        """
        ...


class RecordStore(Protocol):
    """One project's truth."""

    @property
    def messages(self) -> MessageStore:
        """Raw turns."""
        ...

    @property
    def memories(self) -> MemoryStore:
        """Extracted facts."""
        ...

    @property
    def entities(self) -> EntityStore:
        """Who and what they are about."""
        ...

    def writing(self, *, scope: Scope) -> AbstractContextManager[object]:
        """One immediate transaction around everything written inside it, the index included."""
        ...

    def setting(self, key: str, *, scope: Scope) -> str | None:
        """What the file remembers under a key."""
        ...

    def remember_setting(self, key: str, value: str, *, scope: Scope) -> None:
        """Let the file remember a value."""
        ...

    def counts(self, *, scope: Scope) -> Mapping[str, int]:
        """How many rows of each kind the scope has."""
        ...

    def size(self) -> int:
        """Bytes of the file with what its log holds."""
        ...

    def export(self, to: Path, *, scope: Scope) -> TransferReceipt:
        """Write the project to a JSON Lines file, whole or not at all.

        Raises:
            StoreError: the file exists or can't be written.
        """
        ...

    def import_(self, path: Path, *, scope: Scope) -> TransferReceipt:
        """Take in an export; what is here already stays. The index is to be built after it.

        Raises:
            UnreadableFile: naming the line; nothing is stored.
        """
        ...

    def backup(self, to: Path) -> None:
        """Copy the whole file, consistent, while others read and write."""
        ...

    def verify(self) -> str:
        """What SQLite's integrity check answers: "ok", or what is wrong."""
        ...

    def close(self) -> None:
        """Close the file. Twice is harmless."""
        ...
