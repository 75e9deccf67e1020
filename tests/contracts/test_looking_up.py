"""What memories/engine/ports/record_store.py promises of looking up what is known already."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

from memories.engine.domain import Interval, Link, LinkKind, Precision
from memories.engine.text.forms import form_of, openings
from tests.contracts.worlds import ACME, EVERYONE, NOON, World

DAY = timedelta(days=1)


def test_memories_that_can_say_the_same_are_alike_in_exactly_their_scope(world: World) -> None:
    alike = partial(world.records.memories.alike, scope=ACME)
    on_friday = world.learn("On Friday Ines sold a boat.")
    sold = world.learn("Ines sold a boat on Friday.")
    dated = world.learn("Ines sold a boat on Friday (10 May 2024).")
    others = [
        world.learn("Ines sold two boats on Friday."),
        world.learn("Ines sold a boat on Friday.", scope=replace(ACME, user="globex")),
        world.learn("Ines sold a boat on Friday.", scope=replace(ACME, run=None)),
        world.learn(
            "Ines sold a boat on Friday.", occurred=Interval(NOON, NOON + DAY, Precision.DAY)
        ),
    ]
    for memory in (on_friday, sold, dated):
        assert alike(memory) == [on_friday, sold, dated]
    assert alike(replace(sold, attributed_to="Leo")) == []
    assert [alike(other) for other in others[:1]] == [others[:1]]
    link = Link(LinkKind.MERGED_INTO, sold.id, on_friday.id, 1.0, "")
    world.records.memories.link(link, at=NOON, said_at=NOON, scope=ACME)
    raft = replace(dated, text="Ines sold a raft.", version=2)
    world.records.memories.revise(
        raft, identity=b"raft", said_at=NOON, old_text=dated.text, scope=ACME
    )
    assert alike(sold) == [on_friday]
    assert alike(raft) == [raft]


def test_people_are_found_by_how_their_names_open(world: World) -> None:
    people_opening = world.records.entities.people_opening
    ines = world.name_entity("Ines")
    world.name_entity("Ana Sousa")
    for text, names in (
        ("INES and ana-sousa", {"Ines", "Ana Sousa"}),
        ("Ines’s Ana", {"Ines"}),
        ("Inessa saw Sousa Ana", set()),
    ):
        assert people_opening(openings(text), scope=ACME) == names
    world.records.entities.add_alias(
        ines.id, form="ines moreira", surface="Ines Moreira", fuller=True, scope=ACME
    )
    assert people_opening(openings("Ines"), scope=ACME) == set()
    assert people_opening(openings("Ines Moreira"), scope=ACME) == {"Ines Moreira"}


def test_entities_are_found_by_what_they_are_called_for_short(world: World) -> None:
    def called(*shorts: str) -> dict[str, list[str]]:
        found = world.records.entities.called(shorts, scope=ACME)
        return {short: [each.name for each in entities] for short, entities in found.items()}

    for name in ("Ana", "Ana Lima", "Anabel", "Leo Costa Lima", "United Nations Fund"):
        world.name_entity(name)
    assert called("ana", "lima", "leo", "an", "UNF") == {
        "ana": ["Ana Lima"],
        "lima": ["Ana Lima", "Leo Costa Lima"],
        "leo": ["Leo Costa Lima"],
        "UNF": ["United Nations Fund"],
    }
    world.name_entity("Rui Lima")
    assert len(called("lima")["lima"]) == 2
    others = replace(ACME, user="globex")
    assert world.records.entities.called(["ana"], scope=others) == {}


def test_entities_are_found_by_their_ids(world: World) -> None:
    ines = world.name_entity("Ines")
    get = world.records.entities.get
    assert get([ines.id, "nobody"], scope=ACME) == {ines.id: ines}
    assert get([ines.id], scope=replace(ACME, user="globex")) == {}


def test_mentions_are_counted(world: World) -> None:
    def counted() -> int:
        (known,) = world.records.entities.with_forms([form_of("Ines")], scope=ACME)[form_of("Ines")]
        return known.mentions

    said = [world.say("Ines owns a boat."), world.say("Ines swims.")]
    ship = world.learn("Ines owns a ship.")
    ines = world.name_entity("Ines", *(message.id for message in said), ship.id)
    assert counted() == 3
    world.records.entities.mention(
        ines.id, ship.id, surface="her", score=1.0, reason="", scope=ACME
    )
    assert counted() == 3
    world.records.entities.unmention(said[0].id, scope=ACME)
    world.records.memories.delete([ship.id], at=NOON, scope=ACME)
    assert counted() == 1


def test_entities_that_nothing_mentions_are_pruned_wherever_they_are_looked_for(
    world: World,
) -> None:
    boat = world.learn("Ines owns a boat.")
    others = replace(ACME, user="globex")
    for name in ("Ana", "Leo", "Zoe"):
        world.name_entity(name)
    world.name_entity("Ines", boat.id)
    world.name_entity("Ana", scope=others)
    prune = world.records.entities.prune
    assert prune([f"entity-Leo-{ACME.user}"], scope=ACME) == 1
    assert prune(None, scope=ACME) == 2
    assert prune(None, scope=EVERYONE) == 1
    assert (
        world.records.entities.with_forms(
            [form_of(name) for name in ("Ana", "Leo", "Zoe")], scope=EVERYONE
        )
        == {}
    )
    assert [each.name for each in world.records.entities.list(scope=ACME)] == ["Ines"]
