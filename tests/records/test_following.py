"""An index that follows the notes of what changed holds what one built anew holds."""

import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memories.engine.domain import (
    Entity,
    IndexedEntity,
    IndexedRow,
    Link,
    LinkKind,
    MemoryRecord,
    Message,
    Quote,
    Scope,
)
from memories.records.database import Database
from memories.records.indexing import IndexSource
from memories.records.projects import remove_project
from tests.contracts.worlds import ACME, EVERYONE, NOON, World
from tests.records.worlds import untold_world

DAY = timedelta(days=1)
SCOPES = (ACME, replace(ACME, run="second"), replace(ACME, user="globex"))


class Follower:
    """An index that knows what the notes told it."""

    def __init__(self, source: IndexSource) -> None:
        self.source = source
        self.rows: dict[str, str] = {}
        self.entities: dict[str, str] = {}

    def follow(self, limit: int = 3) -> None:
        while changes := self.source.changes(limit, scope=EVERYONE):
            rows = [change.id for change in changes if change.kind == "row"]
            entities = [change.id for change in changes if change.kind == "entity"]
            take(self.rows, rows, self.source.rows_to_index(rows, scope=EVERYONE))
            take(self.entities, entities, self.source.entities_to_index(entities, scope=EVERYONE))
            self.source.settle(changes, scope=EVERYONE)


def take(
    known: dict[str, str],
    ids: Collection[str],
    found: Mapping[str, IndexedRow] | Mapping[str, IndexedEntity],
) -> None:
    for id_ in ids:
        known.pop(id_, None)
    # As text, as vectors don't compare as one thing.
    known.update({id_: repr(each) for id_, each in found.items()})


def built_anew(source: IndexSource) -> Follower:
    anew = Follower(source)
    after = ""
    while ids := source.row_ids(scope=EVERYONE, after=after, limit=2):
        take(anew.rows, ids, source.rows_to_index(ids, scope=EVERYONE))
        after = ids[-1]
    after = ""
    while ids := source.entity_ids(scope=EVERYONE, after=after, limit=2):
        take(anew.entities, ids, source.entities_to_index(ids, scope=EVERYONE))
        after = ids[-1]
    return anew


class Life:
    """Random changes to a store, of every kind that the ports know."""

    def __init__(self, world: World, choices: random.Random) -> None:
        self.world = world
        self.choices = choices
        self.messages: list[tuple[Scope, Message]] = []
        self.memories: list[MemoryRecord] = []
        self.entities: list[tuple[Scope, Entity]] = []

    def begin(self) -> None:
        for _ in range(2):
            self.say()
            self.learn()
            self.name()
            self.mention()

    def message(self) -> tuple[Scope, Message]:
        return self.choices.choice(self.messages)

    def memory(self) -> MemoryRecord:
        id_ = self.choices.choice(self.memories).id
        stored = self.world.records.memories.get([id_], scope=EVERYONE)
        return stored.get(id_) or self.learn()

    def entity(self) -> tuple[Scope, Entity]:
        return self.choices.choice(self.entities)

    def say(self) -> None:
        scope = self.choices.choice(SCOPES)
        text = f"Ines owns boat {len(self.messages)}."
        self.messages.append((scope, self.world.say(text, scope=scope, session=str(scope))))

    def learn(self) -> MemoryRecord:
        scope, source = self.message()
        said_at = NOON + DAY * self.choices.randrange(3)
        text = f"Ines owns ship {len(self.memories)}."
        self.memories.append(self.world.learn(text, scope=scope, source=source, said_at=said_at))
        return self.memories[-1]

    def name(self) -> None:
        scope = self.choices.choice(SCOPES)
        name = f"Ines {len(self.entities)}"
        self.entities.append((scope, self.world.name_entity(name, scope=scope)))

    def mention(self) -> None:
        scope, entity = self.entity()
        for owner in (self.memory().id, self.message()[1].id):
            # A message may be gone: then there is nothing that could mention.
            if owner in self.stored():
                self.world.records.entities.mention(
                    entity.id, owner, surface="Ines", score=0.5, reason="", scope=scope
                )

    def stored(self) -> Collection[str]:
        ids = [each.id for _, each in self.messages] + [each.id for each in self.memories]
        records = self.world.records
        return {
            *records.messages.get(ids, scope=EVERYONE),
            *records.memories.get(ids, scope=EVERYONE),
        }

    def unmention(self) -> None:
        owner = self.choices.choice([self.memory().id, self.message()[1].id])
        self.world.records.entities.unmention(owner, scope=EVERYONE)

    def know_better(self) -> None:
        scope, entity = self.entity()
        self.world.records.entities.add_alias(
            entity.id, form=f"{entity.id} moreira", surface="Ines Moreira", scope=scope,
            fuller=self.choices.random() < 0.5,
        )  # fmt: skip

    def prune(self) -> None:
        self.world.records.entities.prune(None, scope=self.choices.choice([*SCOPES, EVERYONE]))

    def embed_anew(self) -> None:
        scope, entity = self.entity()
        self.world.records.entities.drop_vectors(scope=scope)
        vector = self.world.vector(entity.name)
        self.world.records.entities.embed(entity.id, vector=vector, scope=scope)

    def link(self) -> None:
        kind = self.choices.choice([LinkKind.MERGED_INTO, LinkKind.SUPERSEDES, LinkKind.SUPPORTS])
        link = Link(kind, self.memory().id, self.memory().id, 1.0, "")
        self.world.records.memories.link(link, at=NOON, said_at=NOON + DAY, scope=EVERYONE)

    def reinforce(self) -> None:
        scope, source = self.message()
        self.world.records.memories.reinforce(
            self.memory().id, quotes=[Quote(source.id, 0, 4, "Ines")], expires_at=None, scope=scope
        )

    def revise(self) -> None:
        old = self.memory()
        said_at = old.said_at + DAY
        newer = replace(
            old, text=f"{old.text} Once more.", version=old.version + 1, said_at=said_at
        )
        with self.world.records.writing(scope=EVERYONE):
            self.world.records.memories.revise(
                newer,
                identity=newer.text.encode(),
                said_at=said_at,
                old_text=old.text,
                scope=EVERYONE,
            )
            passage = self.world.draft(newer.id, newer.text, version=newer.version)
            self.world.passages.retire(newer.id, by=passage, scope=EVERYONE)
            self.world.passages.put([passage], scope=old.scope)

    def redact(self) -> None:
        scope, message = self.message()
        if message.id in self.stored():
            self.world.records.messages.redact(message.id, [(0, 4)], scope=scope)

    def withdraw(self) -> None:
        scope, message = self.message()
        self.world.passages.withdraw([message.id], scope=scope)

    def clear(self) -> None:
        self.world.passages.clear(scope=EVERYONE)

    def delete(self) -> None:
        self.world.records.memories.delete([self.memory().id], at=NOON, scope=EVERYONE)

    def delete_message(self) -> None:
        scope, message = self.message()
        self.world.records.messages.delete([message.id], scope=scope)


STEPS: Mapping[str, Callable[[Life], object]] = {
    each.__name__: each
    for each in (
        *(Life.say, Life.learn, Life.name, Life.mention, Life.unmention, Life.know_better),
        *(Life.prune, Life.embed_anew, Life.link, Life.reinforce, Life.revise, Life.redact),
        *(Life.withdraw, Life.clear, Life.delete, Life.delete_message),
    )
}


@pytest.fixture
def source(world: World) -> IndexSource:
    return IndexSource(Database(EVERYONE))


@pytest.mark.parametrize("step", STEPS)
def test_each_change_leaves_a_note(world: World, source: IndexSource, step: str) -> None:
    life = Life(world, random.Random(7))  # noqa: S311 - choices of a test
    follower = Follower(source)
    life.begin()
    follower.follow()
    for _ in range(5):
        STEPS[step](life)
        follower.follow()
        anew = built_anew(source)
        assert (follower.rows, follower.entities) == (anew.rows, anew.entities)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.django_db(transaction=True)
@given(
    steps=st.lists(st.lists(st.sampled_from(sorted(STEPS)), max_size=4), max_size=6),
    choices=st.randoms(use_true_random=False),
)
def test_whatever_happens_an_index_can_follow(
    records_database: None, steps: list[list[str]], choices: random.Random
) -> None:
    remove_project(EVERYONE)
    world = untold_world()
    source = IndexSource(Database(EVERYONE))
    follower = Follower(source)
    life = Life(world, choices)
    life.begin()
    for together in steps:
        with world.records.writing(scope=EVERYONE):
            for step in together:
                STEPS[step](life)
        follower.follow()
        anew = built_anew(source)
        assert (follower.rows, follower.entities) == (anew.rows, anew.entities)
