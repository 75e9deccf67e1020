"""The truth: messages, memories, entities and what named jobs answered.

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
    AddResult,
    Arrival,
    HistoryEntry,
    Link,
    MemoryRecord,
    Message,
    OwnedMessage,
    Participant,
    Place,
    Quote,
    Scope,
    Selection,
    Shelf,
    Source,
    TransferReceipt,
    Version,
)
from memories.engine.ports.consolidation_store import ConsolidationStore
from memories.engine.ports.entity_merges import EntityMerges
from memories.engine.ports.entity_store import EntityStore
from memories.engine.ports.import_store import ImportStore
from memories.engine.ports.original_store import OriginalStore


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

    def owned(self, ids: Collection[str], *, scope: Scope) -> Mapping[str, OwnedMessage]:
        """Messages by id, with whose they are; those that are not there are left out."""
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

    def recorded_before(self, instant: datetime, *, scope: Scope, limit: int) -> Sequence[str]:
        """Ids of at most so many messages that were stored before, oldest first."""
        ...

    def delete(self, ids: Collection[str], *, scope: Scope) -> int:
        """Delete messages; says how many there were."""
        ...

    def delete_all(self, *, scope: Scope) -> int:
        """Delete every message of the scope with its mentions and passages; says how many."""
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

    def browse(
        self,
        *,
        scope: Scope,
        selection: Selection,
        after: Place | None,
        skip: int,
        limit: int,
        newest_first: bool,
    ) -> Shelf:
        """Memories in the order they were said, then stored, with how many there are in all.

        Args:
            scope: whose.
            selection: which of them.
            after: leave out everything up to that place.
            skip: how many to leave out behind it.
            limit: at most so many.
            newest_first: what was said last comes first.
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

    def summaries_of(self, message_ids: Collection[str], *, scope: Scope) -> Sequence[str]:
        """Ids of the summaries of runs that rest on any of the messages."""
        ...

    def delete(self, ids: Collection[str], *, at: datetime, scope: Scope) -> int:
        """Delete memories with their index rows and mentions; history keeps events without words.

        Returns:
            How many were there.
        """
        ...

    def not_said_since(self, instant: datetime, *, scope: Scope, limit: int) -> Sequence[str]:
        """Ids of at most so many memories that rest on nothing stored since, oldest first."""
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


class ReceiptStore(Protocol):
    """What named jobs answered. A receipt keeps ids, events and reasons, but nobody's words."""

    def find(self, job_id: str, *, scope: Scope) -> AddResult | None:
        """What the job of exactly this scope answered, if it was done.

        Each outcome has the wording that its memory had then; where the memory is gone, or the
        outcome never had one, the text is empty.
        """
        ...

    def keep(self, job_id: str, result: AddResult, *, scope: Scope) -> None:
        """Keep an answer; the caller has looked with `find` in this transaction."""
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

    @property
    def originals(self) -> OriginalStore:
        """Files that parts of messages were."""
        ...

    @property
    def merges(self) -> EntityMerges:
        """Which of those were found to be one."""
        ...

    @property
    def receipts(self) -> ReceiptStore:
        """What named jobs answered."""
        ...

    @property
    def consolidation(self) -> ConsolidationStore:
        """Which memories are to be looked at together, and what was derived from them."""
        ...

    @property
    def imports(self) -> ImportStore:
        """Imports that are under way."""
        ...

    def reading(self, *, scope: Scope) -> AbstractContextManager[object]:
        """What is read in it is of one moment, in the index as well where both are one store."""
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

    def participants(self, *, scope: Scope) -> Sequence[Participant]:
        """Users, agents, apps and runs that the scope's rows belong to, by kind and name."""
        ...

    def size(self) -> int:
        """Bytes of the file with what its log holds; where there is none, about the rows'."""
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
        """Copy the whole file, consistent, while others read and write.

        Raises:
            StoreError: the target exists or can't be written, or the project has no file.
        """
        ...

    def verify(self) -> str:
        """What a check of what is stored answers: "ok", or what is wrong."""
        ...

    def close(self) -> None:
        """Close the file, if it is one. Twice is harmless."""
        ...
