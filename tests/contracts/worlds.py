"""The adapters under contract, and rows to fill them with."""

import itertools
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

from memories.engine.adapters.sqlite.stores import SqliteStores
from memories.engine.domain import (
    Arrival,
    Candidates,
    Entity,
    EntityType,
    Interval,
    JsonObject,
    Kind,
    MemoryRecord,
    Message,
    Passage,
    Quote,
    Role,
    Scope,
    Selection,
    Vector,
)
from memories.engine.ports.embedder import WordHashEmbedder
from memories.engine.ports.passage_store import PassageStore
from memories.engine.ports.record_store import RecordStore
from memories.engine.ports.search_index import SearchIndex
from memories.engine.text.fingerprints import digest, fingerprint
from memories.engine.text.forms import form_of
from memories.engine.text.tokens import analyse

NOON: Final = datetime(2024, 5, 10, 12, tzinfo=UTC)
EVERYONE: Final = Scope("acme", "notes")
ACME: Final = Scope("acme", "notes", user="acme", agent="acme", app="acme", run="acme")
IDS: Final = ("user", "agent", "app", "run")
SEEING_ALL: Final = Selection(now=NOON, include_merged=True, show_expired=True)
DIMENSIONS: Final = 256


@dataclass(slots=True)
class World:
    """One opened store with its index, and short ways to fill them.

    Attributes:
        passages: what the index is made of.
        name: tells the ids of its rows from those of another world on the same file.
    """

    records: RecordStore
    passages: PassageStore
    index: SearchIndex
    name: str = "a"
    embedder: WordHashEmbedder = field(
        default_factory=lambda: WordHashEmbedder(dimensions=DIMENSIONS)
    )
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def vector(self, text: str) -> Vector:
        return self.embedder.embed_query(text)

    def say(
        self,
        text: str,
        *,
        scope: Scope = ACME,
        session: str = "s",
        said_at: datetime = NOON,
        recorded_at: datetime = NOON,
        expires_at: datetime | None = None,
    ) -> Message:
        """Keep and index a message."""
        with self.records.writing(scope=scope):
            message = Message(
                id=f"message-{self.name}{next(self.numbers)}",
                role=Role.USER,
                speaker="Nora",
                text=text,
                said_at=said_at,
                recorded_at=recorded_at,
                session=session,
                position=self.records.messages.next_position(session, scope=scope),
                name="Nora",
                metadata={"n": 1},
            )
            arrival = Arrival(message, digest(message.id), expires_at)
            self.records.messages.add([arrival], scope=scope)
            self.put(message.id, text, scope=scope, is_message=True, said_at=said_at,
                     recorded_at=recorded_at)  # fmt: skip
        return message

    def learn(
        self,
        text: str,
        *,
        scope: Scope = ACME,
        source: Message | None = None,
        said_at: datetime = NOON,
        recorded_at: datetime = NOON,
        expires_at: datetime | None = None,
        occurred: Interval | None = None,
        metadata: JsonObject | None = None,
    ) -> MemoryRecord:
        """Keep and index a memory that quotes all of its source."""
        memory = MemoryRecord(
            id=f"memory-{self.name}{next(self.numbers)}",
            scope=scope,
            text=text,
            attributed_to="Nora",
            kind=Kind.STATE,
            said_at=said_at,
            recorded_at=recorded_at,
            updated_at=recorded_at,
            fingerprint=fingerprint(text),
            occurred=occurred,
            metadata=metadata or {},
            expires_at=expires_at,
            importance=0.25,
            learned_by="claude, prompt 1, settings 0",
        )
        quotes = [Quote(source.id, 0, len(source.text), source.text)] if source else []
        with self.records.writing(scope=scope):
            self.records.memories.add(
                memory, identity=digest(memory.id), quotes=quotes, scope=scope
            )
            self.put(memory.id, text, scope=scope, said_at=said_at, recorded_at=recorded_at)
        return memory

    def put(
        self,
        owner_id: str,
        text: str,
        *,
        scope: Scope = ACME,
        is_message: bool = False,
        version: int = 1,
        said_at: datetime = NOON,
        recorded_at: datetime = NOON,
        embedded: bool = True,
    ) -> Passage:
        """Index a row."""
        passage = self.draft(
            owner_id,
            text,
            is_message=is_message,
            version=version,
            said_at=said_at,
            recorded_at=recorded_at,
            embedded=embedded,
        )
        self.passages.put([passage], scope=scope)
        return passage

    def draft(
        self,
        owner_id: str,
        text: str,
        *,
        is_message: bool = False,
        version: int = 1,
        said_at: datetime = NOON,
        recorded_at: datetime = NOON,
        embedded: bool = True,
    ) -> Passage:
        """A row as it is indexed."""
        return Passage(
            owner_id=owner_id,
            is_message=is_message,
            version=version,
            start=0,
            until=len(text),
            said_at=said_at,
            recorded_at=recorded_at,
            terms=analyse(text),
            vector=self.vector(text) if embedded else None,
        )

    def name_entity(self, name: str, *owner_ids: str, scope: Scope = ACME) -> Entity:
        """Keep an entity with its vector, mentioned by the rows."""
        entity = Entity(f"entity-{name}-{scope.user}", name, EntityType.PERSON)
        with self.records.writing(scope=scope):
            self.records.entities.add(entity, form=form_of(name), scope=scope)
            self.records.entities.embed(entity.id, vector=self.vector(name), scope=scope)
            for owner_id in owner_ids:
                self.records.entities.mention(
                    entity.id, owner_id, surface=name, score=0.5, reason="same name", scope=scope
                )
        return entity

    def semantic(self, text: str, selection: Selection, *, scope: Scope = ACME) -> list[str]:
        found = self.index.semantic(
            self.vector(text), scope=scope, selection=selection, limit=100, messages=True
        )
        return [each.owner_id for each in found]

    def lexical(self, text: str, selection: Selection, *, scope: Scope = ACME) -> list[str]:
        found = self.index.lexical(
            [(term,) for term in analyse(text)],
            scope=scope,
            selection=selection,
            limit=100,
            messages=True,
        )
        return [each.owner_id for each in found]

    def candidates(
        self, text: str, *owner_ids: str, scope: Scope = ACME, selection: Selection | None = None
    ) -> Candidates:
        """What a search for the text would judge those rows by."""
        return self.index.candidates(
            owner_ids,
            vector=self.vector(text),
            alternatives=[(term,) for term in analyse(text)],
            entities=[],
            scope=scope,
            selection=selection or Selection(now=NOON),
        )

    def likeness(self, text: str, *owner_ids: str) -> dict[str, float]:
        """Cosine of the rows that have a vector."""
        found = self.candidates(text, *owner_ids)
        return {
            found.ids[owner]: cosine
            for owner, cosine in zip(found.owners.tolist(), found.cosines.tolist(), strict=True)
            if not math.isnan(cosine)
        }

    def texts(self, selection: Selection = SEEING_ALL, *, scope: Scope = EVERYONE) -> list[str]:
        page = self.records.memories.page(scope=scope, selection=selection, after=0, limit=-1)
        return [each.text for each in page.values()]


def _sqlite(path: Path, name: str) -> World:
    stores = SqliteStores(path, durability="power-loss")
    model = WordHashEmbedder().model
    passages = stores.passages(model=model, dimensions=DIMENSIONS)
    index = stores.index(model=model, dimensions=DIMENSIONS)
    return World(stores.records, passages, index, name)


def _postgres(path: Path, name: str) -> World:
    # Only where the app is installed, and Django with it.
    from django.conf import settings  # noqa: PLC0415

    from controlplane.shared_index import shared_index  # noqa: PLC0415
    from memories.records.states import shared_states  # noqa: PLC0415
    from memories.records.stores import HostedStores  # noqa: PLC0415

    stores = HostedStores(
        EVERYONE,
        server=shared_index(settings.INDEX),
        states=shared_states(os.environ["REDIS_URL"]),
    )
    passages = stores.passages(model=model_of(path), dimensions=DIMENSIONS)
    index = stores.index(model=model_of(path), dimensions=DIMENSIONS)
    return World(stores.records, passages, index, name)


def model_of(path: Path) -> str:
    """So that each test has an index of its own."""
    return str(path)


Opens: TypeAlias = Callable[[Path, str], World]
# Each opens a store by file and name of the world:
ADAPTERS: Final[Mapping[str, Opens]] = {"sqlite": _sqlite}
# Where the database is Postgres and Weaviate is there:
POSTGRES: Final[Mapping[str, Opens]] = {"postgres": _postgres}
