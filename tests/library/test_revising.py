"""Changing what is kept: versions, replacing, expiry, immutability."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from memories import ChangedMeanwhile, Immutable, InvalidInput, Memory, NotFound, Scope
from memories.engine.domain import HistoryEvent, IngestEvent, LinkKind
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.embedder import WordHashEmbedder

MORNING = datetime(2024, 5, 1, 9, tzinfo=UTC)
MISSING = "00000000-0000-0000-0000-000000000000"


def learn(memory: Memory, scope: Scope, text: str, *, at: datetime = MORNING) -> str:
    """Id of the one memory that the words give."""
    message = {"role": "user", "name": "Nora", "content": text, "timestamp": at}
    (outcome,) = memory.add([message], scope=scope).outcomes
    assert outcome.memory_id is not None
    return outcome.memory_id


def test_an_edit_adds_a_version_under_the_same_id(
    memory: Memory, acme: Scope, clock: FixedClock
) -> None:
    boat = learn(memory, acme, "I own a boat.")
    clock.advance(timedelta(days=1))
    edited = memory.update(boat, text="Nora owns a ship.")
    assert edited == memory.get(boat)
    assert (edited.id, edited.version, edited.text) == (boat, 2, "Nora owns a ship.")
    assert edited.updated_at == clock.now()
    assert (edited.said_at, edited.recorded_at) == (MORNING, clock.now() - timedelta(days=1))
    assert [(entry.event, entry.old_text, entry.new_text) for entry in memory.history(boat)] == [
        (HistoryEvent.ADD, None, "Nora owns a boat."),
        (HistoryEvent.UPDATE, "Nora owns a boat.", "Nora owns a ship."),
    ]


def test_the_new_wording_is_found_and_the_old_one_is_not(memory: Memory, acme: Scope) -> None:
    boat = learn(memory, acme, "I own a boat.")
    memory.update(boat, text="Nora owns a dinghy.")
    (found,) = memory.search("dinghy", scope=acme, include_messages=False)
    assert (found.id, found.text) == (boat, "Nora owns a dinghy.")
    (weak,) = memory.search("boat", scope=acme, include_messages=False, explain=True)
    # The turn that it was learned from still says so, and is judged with it.
    assert any("words said around it matched" in line for line in weak.explanation)


def test_as_of_before_an_edit_the_old_words_are_shown_and_found_by(
    memory: Memory, acme: Scope, clock: FixedClock
) -> None:
    boat = learn(memory, acme, "I own a boat.")
    before = clock.now()
    clock.advance(timedelta(days=1))
    memory.update(boat, text="Nora owns a dinghy.")
    for hits in (
        memory.search("boat", scope=acme, include_messages=False, as_of=before),
        memory.search("boat", scope=acme, include_messages=False, recorded_as_of=before),
    ):
        (found,) = hits
        assert (found.id, found.text) == (boat, "Nora owns a boat.")
        assert found.breakdown.lexical > 0
    (unmatched,) = memory.search("dinghy", scope=acme, include_messages=False, as_of=before)
    assert unmatched.breakdown.lexical == 0
    assert [each.text for each in memory.list(scope=acme, as_of=before)] == ["Nora owns a boat."]
    shown = str(memory.context("boat", scope=acme, as_of=before))
    assert "owns a boat" in shown
    assert "dinghy" not in shown


def test_a_wording_said_earlier_than_it_was_stored_holds_from_when_it_was_said(
    memory: Memory, acme: Scope, clock: FixedClock
) -> None:
    boat = learn(memory, acme, "I own a boat.")
    stored_before = clock.now()
    clock.advance(timedelta(days=30))
    memory.update(boat, text="Nora owns a dinghy.", timestamp=MORNING + timedelta(days=2))
    (told,) = memory.search(
        "dinghy", scope=acme, include_messages=False, as_of=MORNING + timedelta(days=3)
    )
    assert told.text == "Nora owns a dinghy."
    (unheard,) = memory.search(
        "dinghy", scope=acme, include_messages=False, recorded_as_of=stored_before
    )
    assert unheard.text == "Nora owns a boat."


def test_only_what_is_named_changes(memory: Memory, acme: Scope) -> None:
    memory.add("I own a boat.", scope=acme, metadata={"a": 1}, categories=("sea",), expires_at=None)
    (boat,) = memory.list(scope=acme)
    assert memory.update(boat.id, metadata={"b": 2}).categories == ("sea",)
    assert memory.update(boat.id, categories=["life", "sea"]).metadata == {"b": 2}
    later = datetime(2030, 1, 1, tzinfo=UTC)
    assert memory.update(boat.id, expires_at=later).expires_at == later
    assert memory.update(boat.id, text="User owns a ship.").expires_at == later
    changed = memory.update(boat.id, expires_at=None)
    assert (changed.expires_at, changed.text) == (None, "User owns a ship.")
    assert (changed.metadata, changed.categories) == ({"b": 2}, ("life", "sea"))


def test_an_edit_of_nothing_is_refused(memory: Memory, acme: Scope) -> None:
    boat = learn(memory, acme, "I own a boat.")
    with pytest.raises(InvalidInput, match="name at least one of text, metadata"):
        memory.update(boat)
    with pytest.raises(InvalidInput, match="text: expected a text that is not empty"):
        memory.update(boat, text="  ")
    assert memory.get(boat).version == 1


def test_an_edit_to_what_another_memory_says_is_refused(memory: Memory, acme: Scope) -> None:
    boat = learn(memory, acme, "I own a boat.")
    ship = learn(memory, acme, "I own a ship.")
    with pytest.raises(InvalidInput, match=f"memory {boat} already says just that"):
        memory.update(ship, text="Nora owns a boat.")
    assert memory.get(ship).text == "Nora owns a ship."


def test_an_edited_date_is_read_on_the_speakers_clock(path: Path) -> None:
    # 01:00 on 10 May in Auckland is still 9 May in UTC.
    auckland = ZoneInfo("Pacific/Auckland")
    at = datetime(2024, 5, 10, 1, tzinfo=auckland)
    with Memory(
        path, embedder=WordHashEmbedder(), clock=FixedClock(at), timezone="Pacific/Auckland"
    ) as memory:
        ran = learn(memory, memory.scope(user="acme"), "I went to the sea.", at=at)
        occurred = memory.update(ran, text="Nora went to the sea yesterday.").occurred
        assert occurred is not None
        assert occurred.start == datetime(2024, 5, 9, tzinfo=auckland)


def test_a_change_meant_for_an_older_version_is_not_made(memory: Memory, acme: Scope) -> None:
    boat = learn(memory, acme, "I own a boat.")
    assert memory.update(boat, text="Nora owns a ship.", if_version=1).version == 2
    with pytest.raises(ChangedMeanwhile, match="is version 2 by now"):
        memory.update(boat, text="Nora owns a dinghy.", if_version=1)
    assert memory.get(boat).text == "Nora owns a ship."


def test_of_many_changes_meant_for_one_version_one_is_made(memory: Memory, acme: Scope) -> None:
    boat = learn(memory, acme, "I own a boat.")

    def change(number: int) -> bool:
        try:
            memory.update(boat, text=f"Nora owns ship {number}.", if_version=1)
        except ChangedMeanwhile:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(change, range(8))) == 1
    assert memory.get(boat).version == 2


def test_what_is_immutable_can_be_deleted_but_not_changed(memory: Memory, acme: Scope) -> None:
    memory.add("I own a boat.", scope=acme, immutable=True)
    (boat,) = memory.list(scope=acme)
    with pytest.raises(Immutable, match=f"memory {boat.id} is immutable"):
        memory.update(boat.id, text="User owns a ship.")
    with pytest.raises(Immutable):
        memory.update(boat.id, expires_at=None)
    assert memory.get(boat.id) == boat
    assert memory.delete(boat.id).memories == 1


def test_a_newer_memory_replaces_an_older_one_and_both_stay_readable(
    memory: Memory, acme: Scope
) -> None:
    lisbon = learn(memory, acme, "I live in Lisbon.")
    porto = learn(memory, acme, "I live in Porto.", at=MORNING + timedelta(days=5))
    older = memory.supersede(lisbon, by=porto)
    assert (older.id, older.superseded_by) == (lisbon, porto)
    assert {each.id for each in memory.list(scope=acme)} == {lisbon, porto}
    assert {each.id for each in memory.list(scope=acme, latest_only=True)} == {porto}
    hits = memory.search("Nora lives", scope=acme, include_messages=False, latest_only=True)
    assert [hit.id for hit in hits] == [porto]
    (link,) = memory.links(lisbon)
    assert (link.kind, link.from_id, link.to_id) == (LinkKind.SUPERSEDES, porto, lisbon)
    assert memory.links(porto) == [link]
    event = memory.history(lisbon)[-1]
    assert (event.event, event.reason) == (HistoryEvent.SUPERSEDE, porto)
    assert memory.stats().superseded == 1
    shown = str(memory.context("Nora lives", scope=acme))
    assert "Lisbon. (no longer so)" in shown
    assert "Porto. (no longer so)" not in shown


def test_before_the_newer_one_was_said_the_older_one_held(memory: Memory, acme: Scope) -> None:
    lisbon = learn(memory, acme, "I live in Lisbon.")
    porto = learn(memory, acme, "I live in Porto.", at=MORNING + timedelta(days=5))
    memory.supersede(lisbon, by=porto)
    before = MORNING + timedelta(days=1)
    (held,) = memory.list(scope=acme, latest_only=True, as_of=before)
    assert (held.id, held.superseded_by) == (lisbon, None)
    (hit,) = memory.search(
        "Nora lives", scope=acme, include_messages=False, latest_only=True, as_of=before
    )
    assert hit.memory is not None
    assert hit.memory.superseded_by is None
    assert "no longer so" not in str(memory.context("Nora lives", scope=acme, as_of=before))


def test_memories_cannot_replace_one_another_in_a_circle(memory: Memory, acme: Scope) -> None:
    ids = [learn(memory, acme, f"I live in {city}.") for city in ("Lisbon", "Porto", "Faro")]
    memory.supersede(ids[0], by=ids[1])
    memory.supersede(ids[1], by=ids[2])
    for old, new in ((2, 0), (1, 0), (2, 1), (0, 0)):
        with pytest.raises(InvalidInput, match=f"memory {ids[new]} can't supersede {ids[old]}"):
            memory.supersede(ids[old], by=ids[new])
    assert [memory.get(id_).superseded_by for id_ in ids] == [ids[1], ids[2], None]


def test_what_is_not_there_cannot_replace_or_be_replaced(memory: Memory, acme: Scope) -> None:
    boat = learn(memory, acme, "I own a boat.")
    for old, new in ((boat, MISSING), (MISSING, boat)):
        with pytest.raises(NotFound, match=f"no memory {MISSING}"):
            memory.supersede(old, by=new)
    assert memory.get(boat).superseded_by is None


def test_what_has_expired_is_shown_only_when_asked_for(
    memory: Memory, acme: Scope, clock: FixedClock
) -> None:
    end = clock.now() + timedelta(hours=1)
    memory.add([{"role": "user", "content": "I own a boat."}], scope=acme, expires_at=end)
    (boat,) = memory.list(scope=acme)
    assert boat.expires_at == end
    clock.advance(timedelta(minutes=59))
    assert {hit.is_message for hit in memory.search("boat", scope=acme)} <= {True, False}
    assert memory.search("boat", scope=acme).hits
    clock.advance(timedelta(minutes=1))
    assert len(memory.list(scope=acme)) == 0
    assert not memory.search("boat", scope=acme).hits
    assert "boat" not in str(memory.context("boat", scope=acme))
    assert [each.id for each in memory.list(scope=acme, show_expired=True)] == [boat.id]
    assert memory.search("boat", scope=acme, show_expired=True).hits
    assert memory.search("boat", scope=acme, as_of=end - timedelta(minutes=1)).hits
    assert memory.get(boat.id) == boat
    memory.update(boat.id, expires_at=None)
    assert [each.id for each in memory.list(scope=acme)] == [boat.id]


def test_an_expiry_without_an_offset_is_on_the_clock_of_the_memory(path: Path) -> None:
    clock = FixedClock(datetime(2024, 5, 10, 12, tzinfo=UTC))
    with Memory(
        path, embedder=WordHashEmbedder(), clock=clock, timezone=timezone(timedelta(hours=2))
    ) as memory:
        acme = memory.scope(user="acme")
        memory.add("I own a boat.", scope=acme, expires_at=datetime(2024, 5, 10, 15))  # noqa: DTZ001 - the point
        (boat,) = memory.list(scope=acme)
        assert boat.expires_at == datetime(2024, 5, 10, 13, tzinfo=UTC)


def test_a_fact_said_again_after_it_was_superseded_is_kept_anew(
    memory: Memory, acme: Scope, clock: FixedClock
) -> None:
    (paris,) = memory.add("I live in Paris.", scope=acme).outcomes
    clock.advance(timedelta(days=1))
    (rome,) = memory.add("I live in Rome.", scope=acme).outcomes
    assert paris.memory_id is not None
    assert rome.memory_id is not None
    memory.supersede(paris.memory_id, by=rome.memory_id)
    clock.advance(timedelta(days=1))
    (back,) = memory.add("I live in Paris.", scope=acme, timestamp=clock.now()).outcomes
    clock.advance(timedelta(days=1))
    (repeated,) = memory.add("I live in Paris.", scope=acme, timestamp=clock.now()).outcomes
    assert (back.event, back.memory_id != paris.memory_id) == (IngestEvent.ADD, True)
    assert (repeated.event, repeated.memory_id) == (IngestEvent.NOOP, back.memory_id)
    shown = [each.text for each in memory.list(scope=acme, latest_only=True)]
    assert shown == ["User lives in Rome.", "User lives in Paris."]
