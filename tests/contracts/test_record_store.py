"""What memories/engine/ports/record_store.py promises, over every adapter."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from memories.engine.domain import (
    HistoryEvent,
    Interval,
    Link,
    LinkKind,
    Precision,
    Scope,
    Selection,
)
from memories.engine.text.fingerprints import digest
from memories.engine.text.forms import form_of
from tests.contracts.casting import HOMELY, READS, WRITES, Cast, fill
from tests.contracts.worlds import ACME, EVERYONE, IDS, NOON, SEEING_ALL, World

DAY = timedelta(days=1)


@pytest.fixture
def cast(world: World) -> Cast:
    return fill(world)


def foreign_scopes(name: str) -> list[Scope]:
    ids = IDS[:3] if name in HOMELY else IDS
    return [
        *(replace(ACME, **{id_: "globex"}) for id_ in ids),
        *(replace(EVERYONE, **{id_: "globex"}) for id_ in ids),
    ]


def own_scopes(name: str) -> list[Scope]:
    ids = IDS[:3] if name in HOMELY else IDS
    return [EVERYONE, ACME, *(replace(EVERYONE, **{id_: "acme"}) for id_ in ids)]


@pytest.mark.parametrize("name", READS)
def test_a_read_sees_its_own_rows_and_nobody_elses(cast: Cast, name: str) -> None:
    for scope in own_scopes(name):
        assert READS[name](cast, scope), scope
    for scope in foreign_scopes(name):
        assert not READS[name](cast, scope), scope


def everything(cast: Cast, folder: Path) -> tuple[str, Mapping[str, int], object]:
    target = folder / "snapshot.jsonl"
    target.unlink(missing_ok=True)
    cast.records.export(target, scope=EVERYONE)
    known = cast.records.entities.with_forms([form_of("Ines")], scope=EVERYONE)
    return target.read_text(), cast.records.counts(scope=EVERYONE), known


@pytest.mark.parametrize("name", WRITES)
def test_a_write_changes_nobody_elses_rows(cast: Cast, name: str, tmp_path: Path) -> None:
    if name == "entities.prune":
        for owner in (cast.message, cast.boat, cast.ship):
            cast.records.entities.unmention(owner.id, scope=ACME)
    before = everything(cast, tmp_path)
    for scope in foreign_scopes(name):
        # What a call by id does with an id that `get` does not answer is its own affair.
        with suppress(LookupError, ValueError):
            WRITES[name](cast, scope)
        assert everything(cast, tmp_path) == before, scope
    WRITES[name](cast, ACME)
    assert everything(cast, tmp_path) != before


def test_the_latest_message_is_of_exactly_the_scope(world: World) -> None:
    messages = world.records.messages
    world.say("Later.", said_at=NOON + DAY)
    first = world.say("Here.", scope=replace(ACME, run=None))
    world.say("Earlier.", scope=replace(ACME, run=None), said_at=NOON - DAY)
    assert messages.latest(scope=replace(ACME, run=None)) == first
    assert messages.latest(scope=EVERYONE) is None
    assert messages.latest(scope=replace(ACME, run="globex")) is None


def test_a_message_is_kept_as_it_was_said(world: World) -> None:
    offset = datetime.fromisoformat("2024-05-10T01:02:03.000004+05:30")
    said = world.say("  I own\n❤ boats\t", said_at=offset)
    kept = world.records.messages.get([said.id, "nothing"], scope=ACME)
    assert kept == {said.id: said}
    assert kept[said.id].said_at.utcoffset() == offset.utcoffset()
    assert world.records.messages.in_order(scope=ACME) == [(ACME, said)]


def test_a_memory_is_kept_as_it_is(world: World) -> None:
    occurred = Interval(datetime(1, 1, 2, tzinfo=UTC), NOON, Precision.DECADE)
    memory = world.learn(
        "Ines owns a boat.",
        occurred=occurred,
        metadata={"a": [1, 2.5, None, True, {"ü": "❤"}]},
        expires_at=NOON + DAY,
        said_at=datetime.fromisoformat("2024-05-10T01:02:03.000004-03:00"),
    )
    assert world.records.memories.get([memory.id], scope=ACME) == {memory.id: memory}


def test_an_exception_undoes_everything(cast: Cast, tmp_path: Path) -> None:
    before = everything(cast, tmp_path)

    def fail() -> None:
        with cast.records.writing(scope=ACME):
            message = cast.world.say("Ines sold a car.")
            car = cast.world.learn("Ines sold a car.", source=message)
            cast.world.name_entity("Leo", car.id)
            with cast.records.writing(scope=ACME):
                cast.records.memories.delete([cast.boat.id], at=NOON, scope=ACME)
            cast.records.remember_setting("colour", "red", scope=ACME)
            assert car.text in cast.world.texts()
            assert "car" in str(cast.records.messages.get([message.id], scope=ACME))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail()
    assert everything(cast, tmp_path) == before
    assert cast.records.setting("colour", scope=ACME) is None


def test_nobody_sees_what_is_not_committed(cast: Cast, open_world: Callable[[str], World]) -> None:
    other = open_world("b")
    seen: list[list[str]] = []

    def look(world: World) -> None:
        seen.append(world.texts())

    with cast.records.writing(scope=ACME):
        cast.world.learn("Ines sold a car.")
        for world in (cast.world, other):
            thread = threading.Thread(target=look, args=(world,))
            thread.start()
            thread.join()
        assert "Ines sold a car." in cast.world.texts()
    assert seen == [["Ines owns a boat.", "Ines owns a ship."]] * 2
    assert "Ines sold a car." in other.texts()
    assert other.texts() == cast.world.texts()


def test_settings_are_remembered(world: World, open_world: Callable[[str], World]) -> None:
    assert world.records.setting("colour", scope=EVERYONE) is None
    for colour in ("red", "blue"):
        world.records.remember_setting("colour", colour, scope=EVERYONE)
    assert open_world("b").records.setting("colour", scope=EVERYONE) == "blue"


def test_a_page_shows_what_the_selection_lets_through(world: World) -> None:
    plain = world.learn("plain")
    world.learn("expired", expires_at=NOON)
    world.learn("lasting", expires_at=NOON + DAY)
    world.learn("said later", said_at=NOON + DAY)
    world.learn("stored later", recorded_at=NOON + DAY)
    merged = world.learn("merged")
    superseded = world.learn("superseded", said_at=NOON - DAY)
    for kind, hidden in ((LinkKind.MERGED_INTO, merged), (LinkKind.SUPERSEDES, superseded)):
        from_, to = (hidden, plain) if kind is LinkKind.MERGED_INTO else (plain, hidden)
        link = Link(kind, from_.id, to.id, 1.0, "")
        world.records.memories.link(link, at=NOON, said_at=NOON, scope=ACME)
    now = Selection(now=NOON)
    shown = {"plain", "lasting", "said later", "stored later", "superseded"}
    assert set(world.texts(now)) == shown
    assert set(world.texts(replace(now, show_expired=True))) == shown | {"expired"}
    assert set(world.texts(replace(now, include_merged=True))) == shown | {"merged"}
    assert set(world.texts(replace(now, latest_only=True))) == shown - {"superseded"}
    assert set(world.texts(replace(now, as_of=NOON))) == shown - {"said later"}
    assert set(world.texts(replace(now, recorded_as_of=NOON))) == shown - {"stored later"}
    yesterday = replace(now, as_of=NOON - DAY, latest_only=True)
    assert set(world.texts(yesterday)) == {"superseded"}


def test_pages_follow_one_another_in_the_order_of_storing(world: World) -> None:
    for number in range(7):
        world.learn(f"fact {number}", recorded_at=NOON - DAY * number)
    last = world.learn("last")
    world.records.memories.delete([last.id], at=NOON, scope=ACME)
    pages: list[str] = []
    numbers = [0]
    while page := world.records.memories.page(
        scope=ACME, selection=SEEING_ALL, after=numbers[-1], limit=2
    ):
        pages += [each.text for each in page.values()]
        numbers += page.keys()
    assert pages == [f"fact {number}" for number in range(7)]
    assert numbers == sorted(set(numbers))
    again = world.learn("again")
    page = world.records.memories.page(
        scope=ACME, selection=SEEING_ALL, after=numbers[-1] + 1, limit=2
    )
    assert list(page.values()) == [again]


def test_every_version_stays_readable(cast: Cast) -> None:
    memories = cast.records.memories
    raft = replace(cast.boat, text="Ines owns a raft.", version=2, updated_at=NOON + DAY)
    memories.revise(
        raft, identity=b"raft", said_at=NOON + DAY, old_text=cast.boat.text, scope=EVERYONE
    )
    assert [each.text for each in memories.versions(raft.id, scope=ACME)] == [
        "Ines owns a boat.",
        "Ines owns a raft.",
    ]
    for as_of, text in ((NOON, "Ines owns a boat."), (NOON + DAY, "Ines owns a raft.")):
        for asked in (Selection(now=NOON, as_of=as_of), Selection(NOON, recorded_as_of=as_of)):
            told = memories.as_told([raft.id], scope=ACME, selection=asked)
            assert told[raft.id].text == text
    assert memories.find(b"raft", scope=ACME) == memories.get([raft.id], scope=ACME)[raft.id]
    assert memories.find(digest(raft.id), scope=ACME) is None


def test_links_between_what_is_not_there_hide_nothing(cast: Cast) -> None:
    for link in (
        Link(LinkKind.MERGED_INTO, cast.boat.id, "nothing", 1.0, ""),
        Link(LinkKind.SUPERSEDES, "nothing", cast.boat.id, 1.0, ""),
    ):
        cast.records.memories.link(link, at=NOON, said_at=NOON, scope=ACME)
    assert cast.records.memories.get([cast.boat.id], scope=ACME)[cast.boat.id] == cast.boat


def test_a_deleted_memory_leaves_its_history_without_words(cast: Cast) -> None:
    memories = cast.records.memories
    assert memories.delete([cast.boat.id, "nothing"], at=NOON, scope=EVERYONE) == 1
    assert memories.get([cast.boat.id, cast.ship.id], scope=ACME).keys() == {cast.ship.id}
    history = memories.history(cast.boat.id, scope=EVERYONE)
    assert [each.event for each in history] == [HistoryEvent.ADD, HistoryEvent.DELETE]
    assert all(each.old_text is None and each.new_text is None for each in history)
    assert memories.quoted_spans(cast.message.id, scope=ACME).keys() == {cast.ship.id}
    assert cast.records.messages.sources([cast.boat.id], scope=ACME) == {}
    assert cast.records.entities.named_by([cast.boat.id], scope=ACME) == {}


def test_what_is_forgotten_stays_forgotten(
    world: World, open_world: Callable[[str], World]
) -> None:
    world.records.memories.forget([b"fact", b"fact"], scope=ACME)
    other = open_world("b").records.memories
    assert other.is_forgotten(b"fact", scope=ACME)
    assert not other.is_forgotten(b"other", scope=ACME)
    key = other.forgetting_key(scope=ACME)
    assert len(key) >= 16
    assert key == world.records.memories.forgetting_key(scope=EVERYONE)


def test_a_sound_store_verifies(cast: Cast) -> None:
    assert cast.records.verify() == "ok"
    assert cast.records.size() > 0
    cast.records.close()
    cast.records.close()
