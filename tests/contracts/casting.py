"""Somebody in a store, and every call that reads or writes what is theirs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeAlias

from memories.engine.domain import (
    Entity,
    EntityType,
    Link,
    LinkKind,
    MemoryRecord,
    Message,
    Quote,
    Scope,
)
from memories.engine.ports.record_store import RecordStore
from memories.engine.text.fingerprints import digest
from memories.engine.text.forms import form_of, openings
from tests.contracts.worlds import ACME, NOON, SEEING_ALL, World

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cast:
    """One message, two memories that quote it, and Ines, whom all of them mention."""

    world: World
    message: Message
    boat: MemoryRecord
    ship: MemoryRecord
    ines: Entity
    moreira: Entity

    @property
    def records(self) -> RecordStore:
        return self.world.records


def fill(world: World) -> Cast:
    """A world with somebody in it."""
    message = world.say("Ines owns a boat.")
    boat = world.learn("Ines owns a boat.", source=message)
    ship = world.learn("Ines owns a ship.", source=message)
    ines = world.name_entity("Ines", message.id, boat.id, ship.id)
    link = Link(LinkKind.MERGED_INTO, ship.id, boat.id, 0.9, "near")
    world.records.memories.link(link, at=NOON, said_at=NOON, scope=ACME)
    moreira = world.name_entity("Ines Moreira", boat.id)
    agnes, inez = (world.name_entity(name, message.id) for name in ("Agnes", "Inez Moreira"))
    for gone in (agnes, inez):
        world.records.merges.merge(
            gone.id, into_id=moreira.id, score=0.9, reason="alike", at=NOON, scope=ACME
        )
    world.records.merges.unmerge(inez.id, scope=ACME)
    return Cast(world, message, boat, ship, ines, moreira)


def _or_none(read: Callable[[], object]) -> object:
    """What a call by id answers; None for an id that `get` does not answer either."""
    try:
        return read()
    except (LookupError, ValueError):
        return None


LATER = NOON + timedelta(days=1)
Read: TypeAlias = Callable[[Cast, Scope], object]
READS: Mapping[str, Read] = {
    "messages.known": lambda c, scope: c.records.messages.known(
        [digest(c.message.id)], scope=scope
    ),
    "messages.next_position": lambda c, scope: c.records.messages.next_position("s", scope=scope),
    "messages.get": lambda c, scope: c.records.messages.get([c.message.id], scope=scope),
    "messages.owned": lambda c, scope: c.records.messages.owned([c.message.id], scope=scope),
    "messages.recorded_before": lambda c, scope: c.records.messages.recorded_before(
        LATER, scope=scope, limit=9
    ),
    "messages.at": lambda c, scope: c.records.messages.at(
        [("s", 0)], scope=scope, selection=SEEING_ALL
    ),
    "messages.identities": lambda c, scope: c.records.messages.identities(
        [c.message.id], scope=scope
    ),
    "messages.sources": lambda c, scope: c.records.messages.sources([c.boat.id], scope=scope),
    "messages.in_order": lambda c, scope: c.records.messages.in_order(scope=scope),
    "memories.find": lambda c, scope: c.records.memories.find(digest(c.boat.id), scope=scope),
    "memories.with_fingerprint": lambda c, scope: c.records.memories.with_fingerprint(
        c.boat.fingerprint, scope=scope
    ),
    "memories.not_said_since": lambda c, scope: c.records.memories.not_said_since(
        LATER, scope=scope, limit=9
    ),
    "memories.get": lambda c, scope: c.records.memories.get([c.boat.id], scope=scope),
    "memories.as_told": lambda c, scope: c.records.memories.as_told(
        [c.boat.id], scope=scope, selection=replace(SEEING_ALL, as_of=NOON)
    ),
    "memories.page": lambda c, scope: c.records.memories.page(
        scope=scope, selection=SEEING_ALL, after=0, limit=9
    ),
    "memories.browse": lambda c, scope: c.records.memories.browse(
        after=None, scope=scope, selection=SEEING_ALL, skip=0, limit=9, newest_first=True
    ),
    "participants": lambda c, scope: c.records.participants(scope=scope),
    "memories.links": lambda c, scope: c.records.memories.links(c.boat.id, scope=scope),
    "memories.versions": lambda c, scope: c.records.memories.versions(c.boat.id, scope=scope),
    "memories.merged_into": lambda c, scope: c.records.memories.merged_into(c.boat.id, scope=scope),
    "memories.quoted_spans": lambda c, scope: c.records.memories.quoted_spans(
        c.message.id, scope=scope
    ),
    "counts": lambda c, scope: {
        kind: count
        for kind, count in c.records.counts(scope=scope).items()
        if count and kind not in {"entities", "mentions"}
    },
    "entities.with_forms": lambda c, scope: c.records.entities.with_forms(
        [form_of("Ines")], scope=scope
    ),
    "entities.people_opening": lambda c, scope: c.records.entities.people_opening(
        openings("I saw ines."), scope=scope
    ),
    "entities.called": lambda c, scope: c.records.entities.called(
        [form_of("Moreira")], scope=scope
    ),
    "entities.get": lambda c, scope: c.records.entities.get([c.ines.id], scope=scope),
    "merges.list": lambda c, scope: c.records.merges.list(scope=scope),
    "merges.kept_apart": lambda c, scope: c.records.merges.kept_apart(scope=scope),
    "merges.surfaces": lambda c, scope: _or_none(
        lambda: c.records.merges.surfaces(c.ines.id, scope=scope)
    ),
    "merges.company": lambda c, scope: _or_none(
        lambda: c.records.merges.company(c.ines.id, limit=9, scope=scope)
    ),
    "entities.list": lambda c, scope: c.records.entities.list(scope=scope),
    "entities.named_by": lambda c, scope: c.records.entities.named_by([c.boat.id], scope=scope),
    "entities.mentioned_by": lambda c, scope: c.records.entities.mentioned_by(
        [c.boat.id], scope=scope
    ),
}
Write: TypeAlias = Callable[[Cast, Scope], object]
WRITES: Mapping[str, Write] = {
    "messages.redact": lambda c, scope: c.records.messages.redact(
        c.message.id, [(0, 4)], scope=scope
    ),
    "messages.delete": lambda c, scope: c.records.messages.delete([c.message.id], scope=scope),
    "messages.delete_all": lambda c, scope: c.records.messages.delete_all(scope=scope),
    "memories.reinforce": lambda c, scope: c.records.memories.reinforce(
        c.boat.id, quotes=[Quote(c.message.id, 5, 9, "owns")], expires_at=None, scope=scope
    ),
    "memories.revise": lambda c, scope: c.records.memories.revise(
        replace(c.boat, text="Ines owns a raft.", version=2),
        identity=b"new",
        said_at=NOON,
        old_text=c.boat.text,
        scope=scope,
    ),
    "memories.link": lambda c, scope: c.records.memories.link(
        Link(LinkKind.SUPERSEDES, c.ship.id, c.boat.id, 1.0, "newer"),
        at=NOON,
        said_at=NOON,
        scope=scope,
    ),
    "memories.delete": lambda c, scope: c.records.memories.delete(
        [c.ship.id], at=NOON, scope=scope
    ),
    "entities.add_alias": lambda c, scope: c.records.entities.add_alias(
        c.ines.id, form="ines moreira", surface="Ines Moreira", fuller=True, scope=scope
    ),
    "entities.unmention": lambda c, scope: c.records.entities.unmention(c.boat.id, scope=scope),
    "entities.prune": lambda c, scope: c.records.entities.prune([c.ines.id], scope=scope),
    "entities.drop_vectors": lambda c, scope: c.records.entities.drop_vectors(scope=scope),
    "merges.merge": lambda c, scope: c.records.merges.merge(
        c.ines.id, into_id=c.moreira.id, score=0.8, reason="alike", at=NOON, scope=scope
    ),
    "merges.unmerge": lambda c, scope: c.records.merges.unmerge(
        c.records.merges.list(scope=ACME)[0].entity.id, scope=scope
    ),
    "merges.part": lambda c, scope: c.records.merges.part(
        c.moreira.id,
        form_of("Agnes"),
        new=Entity("agnes", "Agnes", EntityType.PERSON),
        scope=scope,
    ),
}
# All runs of a user, agent and app know the same entities.
HOMELY = {name for name in (*READS, *WRITES) if name.startswith(("entities.", "merges."))}
