"""What memories/engine/ports/entity_merges.py promises."""

from dataclasses import replace
from datetime import timedelta

import pytest

from memories.engine.domain import Entity, EntityMerge, EntityType, MemoryRecord
from memories.engine.text.forms import form_of
from tests.contracts.worlds import ACME, NOON, World

DAY = timedelta(days=1)


class Town:
    """Three people, each in memories of their own and some in one together."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.merges = world.records.merges
        self.boat, self.ship, self.tram = (
            world.learn(f"Somebody has a {what}.", said_at=NOON + n * DAY)
            for n, what in enumerate(("boat", "ship", "tram"))
        )
        self.ines = world.name_entity("Ines", self.boat.id, self.ship.id)
        self.inez = world.name_entity("Inez Moreira", self.ship.id, self.tram.id)
        self.agnes = world.name_entity("Agnes", self.tram.id)

    def merge(self, gone: Entity, into: Entity) -> None:
        self.merges.merge(gone.id, into_id=into.id, score=0.8, reason="alike", at=NOON, scope=ACME)

    def known(self, name: str) -> tuple[str, int] | None:
        """The entity of a name and how many rows mention it."""
        found = self.world.records.entities.with_forms([form_of(name)], scope=ACME)
        each = found.get(form_of(name))
        return (each[0].entity.name, each[0].mentions) if each else None

    def named(self) -> dict[str, list[str]]:
        rows = {each.id: each.text[15:-1] for each in (self.boat, self.ship, self.tram)}
        found = self.world.records.entities.named_by(rows, scope=ACME)
        return {rows[id_]: sorted(names) for id_, names in found.items()}

    def delete(self, *memories: MemoryRecord) -> None:
        ids = [each.id for each in memories]
        entities = self.world.records.entities
        with self.world.records.writing(scope=ACME):
            mentioned = entities.mentioned_by(ids, scope=ACME)
            self.world.records.memories.delete(ids, at=NOON, scope=ACME)
            entities.prune(mentioned, scope=ACME)


@pytest.fixture
def town(world: World) -> Town:
    return Town(world)


def test_a_merged_entity_gives_its_names_and_mentions(town: Town) -> None:
    town.merge(town.ines, town.inez)
    assert town.known("Ines") == town.known("Inez Moreira") == ("Inez Moreira", 3)
    assert town.named() == {
        "boat": ["Inez Moreira"],
        "ship": ["Inez Moreira"],
        "tram": ["Agnes", "Inez Moreira"],
    }
    listed = {each.name: each.aliases for each in town.world.records.entities.list(scope=ACME)}
    assert listed == {"Inez Moreira": ("Ines",), "Agnes": ()}
    merge = EntityMerge(replace(town.ines), town.inez.id, 0.8, "alike", NOON)
    assert town.merges.list(scope=ACME) == [merge]


def test_what_is_said_of_a_merged_name_afterwards_is_said_of_both(town: Town) -> None:
    town.merge(town.ines, town.inez)
    town.world.records.entities.mention(
        town.inez.id, town.tram.id, surface="Ines", score=1.0, reason="", scope=ACME
    )
    car = town.world.learn("Ines has a car.")
    town.world.records.entities.mention(
        town.inez.id, car.id, surface="Ines", score=1.0, reason="", scope=ACME
    )
    assert town.known("Ines") == ("Inez Moreira", 4)
    town.merges.unmerge(town.ines.id, scope=ACME)
    assert town.known("Ines") == ("Ines", 3)
    assert town.known("Inez Moreira") == ("Inez Moreira", 2)


def test_an_unmerged_entity_is_as_before_and_kept_apart(town: Town) -> None:
    before = (town.named(), town.known("Ines"), town.known("Inez Moreira"))
    town.merge(town.ines, town.inez)
    assert town.merges.kept_apart(scope=ACME) == frozenset()
    town.merges.unmerge(town.ines.id, scope=ACME)
    assert (town.named(), town.known("Ines"), town.known("Inez Moreira")) == before
    assert town.merges.kept_apart(scope=ACME) == {frozenset((town.ines.id, town.inez.id))}
    assert town.merges.list(scope=ACME) == []


@pytest.mark.parametrize("inner_first", [True, False])
def test_merges_of_merges_are_undone_in_any_order(town: Town, inner_first: bool) -> None:
    before = town.named()
    town.merge(town.agnes, town.ines)
    town.merge(town.ines, town.inez)
    assert town.known("Agnes") == ("Inez Moreira", 3)
    assert {each.into_id for each in town.merges.list(scope=ACME)} == {town.inez.id}
    order = [town.agnes, town.ines] if inner_first else [town.ines, town.agnes]
    for each in order:
        town.merges.unmerge(each.id, scope=ACME)
    assert town.named() == before


def test_a_name_is_parted_with_its_mentions(town: Town) -> None:
    entities = town.world.records.entities
    entities.add_alias(town.ines.id, form="inesita", surface="Inesita", fuller=False, scope=ACME)
    entities.mention(
        town.ines.id, town.tram.id, surface="Inesita", score=1.0, reason="", scope=ACME
    )
    new = Entity("new", "Inesita", EntityType.PERSON)
    town.merges.part(town.ines.id, "inesita", new=new, scope=ACME)
    assert town.known("Inesita") == ("Inesita", 1)
    assert town.known("Ines") == ("Ines", 2)
    assert town.named()["tram"] == ["Agnes", "Inesita", "Inez Moreira"]
    assert town.merges.kept_apart(scope=ACME) == {frozenset(("new", town.ines.id))}


def test_an_entity_is_called_for_short_what_is_merged_into_it_is_called(town: Town) -> None:
    def called(short: str) -> list[str]:
        found = town.world.records.entities.called([short], scope=ACME)
        return [each.name for each in found.get(short, ())]

    moreira = form_of("Moreira")
    assert called(moreira) == ["Inez Moreira"]
    town.merge(town.inez, town.ines)
    assert called(moreira) == ["Ines"]
    town.merges.unmerge(town.inez.id, scope=ACME)
    assert called(moreira) == ["Inez Moreira"]


def test_company_is_who_is_mentioned_by_the_same_rows(town: Town) -> None:
    company = town.merges.company(town.inez.id, limit=9, scope=ACME)
    assert company is not None
    assert company.owner_ids == (town.tram.id, town.ship.id)
    assert (company.said_from, company.said_until) == (NOON + DAY, NOON + 2 * DAY)
    assert company.beside == {town.ines.id: 1, town.agnes.id: 1}
    newest = town.merges.company(town.inez.id, limit=1, scope=ACME)
    assert newest is not None
    assert newest.beside == {town.agnes.id: 1}
    nobody = town.world.name_entity("Nobody")
    assert town.merges.company(nobody.id, limit=9, scope=ACME) is None


def test_surfaces_are_the_wordings_of_mentions(town: Town) -> None:
    town.world.records.entities.mention(
        town.ines.id, town.tram.id, surface="Inesita", score=1.0, reason="", scope=ACME
    )
    assert town.merges.surfaces(town.ines.id, scope=ACME) == {"Ines", "Inesita"}


def test_what_nothing_mentions_goes_with_what_it_was_merged_into(town: Town) -> None:
    town.merge(town.ines, town.inez)
    town.delete(town.boat)
    assert town.known("Ines") is None
    assert len(town.merges.list(scope=ACME)) == 1
    town.delete(town.ship, town.tram)
    assert town.merges.list(scope=ACME) == []
    ids = [town.ines.id, town.inez.id, town.agnes.id]
    assert town.world.records.entities.get(ids, scope=ACME) == {}


def test_a_merged_entity_is_not_called_what_nobody_says_any_more(town: Town) -> None:
    town.merge(town.inez, town.ines)
    entities = town.world.records.entities
    sail = town.world.learn("Moreira has a sail.")
    entities.add_alias(
        town.ines.id, form=form_of("Moreira"), surface="Moreira", fuller=False, scope=ACME
    )
    entities.mention(town.ines.id, sail.id, surface="Moreira", score=1.0, reason="", scope=ACME)
    town.delete(town.ship, town.tram)
    assert "Inez Moreira" not in str(town.merges.list(scope=ACME))
    assert "Inez Moreira" not in str(entities.list(scope=ACME))
