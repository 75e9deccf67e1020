"""Out to JSON Lines and in again, and copies of the whole file."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TypeAlias

import pytest

from memories import Memory, Scope, StoreError, UnreadableFile
from memories.engine.domain import IngestEvent, Stats
from memories.engine.ports.clock import FixedClock
from memories.engine.ports.embedder import WordHashEmbedder

MORNING = datetime(2024, 5, 1, 9, tzinfo=timezone(timedelta(hours=5, minutes=30)))
Row: TypeAlias = dict[str, object]


def said(text: str, day: int = 1) -> dict[str, object]:
    return {"role": "user", "name": "Nora", "content": text, "timestamp": MORNING.replace(day=day)}


@pytest.fixture
def full(memory: Memory, acme: Scope, globex: Scope) -> Memory:
    """A file with something of everything, deleted things too."""
    memory.add(
        [
            said("I own a boat. I met Ines Moreira in Porto."),
            said("Ines swam yesterday.") | {"id": "m1", "metadata": {"mood": ["calm", 1.5, None]}},
            said("I live in Lisbon."),
        ],
        scope=acme,
        metadata={"trip": {"city": "Porto ❤"}},
        categories=("sea", "life"),
    )
    memory.add([said("I live in Porto.", 2)], scope=acme, immutable=True)
    memory.add([said("I really own a boat.", 3)], scope=acme)
    memory.add([said("I own a boat.", 4)], scope=acme)
    expiry = datetime(2030, 1, 1, tzinfo=UTC)
    helper = memory.scope(agent="helper", app="web", run="r1")
    memory.add([said("I own a car.")], scope=helper, expires_at=expiry)
    memory.add([said("I met Ines in Faro."), said("I drink tea.")], scope=globex)
    ids = {each.text: each.id for each in memory.list(scope=acme)}
    memory.update(ids["Nora owns a boat."], text="Nora owns a dinghy.")
    memory.update(ids["Nora owns a boat."], text="Nora owns a raft.")
    memory.update(ids["Nora owns a boat."], text="Nora owns a dinghy.")
    memory.supersede(ids["Nora lives in Lisbon."], by=ids["Nora lives in Porto."])
    memory.delete(ids["Nora met Ines Moreira in Porto."])
    return memory


def opened(path: Path, clock: FixedClock) -> Memory:
    return Memory(path, embedder=WordHashEmbedder(), clock=clock)


def comparable(stats: Stats) -> Stats:
    return replace(stats, bytes_on_disk=0)


def test_an_export_that_is_imported_and_exported_again_is_the_same(
    full: Memory, clock: FixedClock, tmp_path: Path
) -> None:
    receipt = full.export(tmp_path / "one.jsonl")
    with opened(tmp_path / "other.db", clock) as other:
        taken = other.import_(tmp_path / "one.jsonl")
        other.export(tmp_path / "two.jsonl")
        one, two = ((tmp_path / f"{name}.jsonl").read_text() for name in ("one", "two"))
        assert two.splitlines() == one.splitlines()
        assert taken == receipt
        assert comparable(other.stats()) == comparable(full.stats())
        kinds = {json.loads(line)["record"] for line in one.splitlines()}
        assert kinds == {
            "header", "message", "memory", "version", "source", "entity", "alias", "mention",
            "link", "history", "forgotten",
        }  # fmt: skip


def test_what_was_imported_is_found_and_told_as_before(
    full: Memory, clock: FixedClock, tmp_path: Path
) -> None:
    full.export(tmp_path / "one.jsonl")
    with opened(tmp_path / "other.db", clock) as other:
        other.import_(tmp_path / "one.jsonl")
        for user in ("acme", "globex"):
            for query in ("boat", "Who is Ines?", "dinghy", "Where does Nora live now?"):
                for as_of in (None, clock.now() - timedelta(days=1)):
                    scope = full.scope(user=user)
                    before = full.search(query, scope=scope, as_of=as_of, explain=True)
                    after = other.search(query, scope=scope, as_of=as_of, explain=True)
                    assert after.hits == before.hits
        for kept in full.list(scope=full.scope(user="acme"), include_merged=True):
            assert other.get(kept.id) == kept
            assert other.history(kept.id) == full.history(kept.id)
            assert other.sources(kept.id) == full.sources(kept.id)
            assert other.links(kept.id) == full.links(kept.id)


def test_what_was_imported_is_recognised_when_it_is_said_again(
    full: Memory, clock: FixedClock, tmp_path: Path
) -> None:
    full.export(tmp_path / "one.jsonl")
    with opened(tmp_path / "other.db", clock) as other:
        other.import_(tmp_path / "one.jsonl")
        acme = other.scope(user="acme")
        again = other.add([said("I live in Porto.", 2)], scope=acme)
        assert (again.repeated_messages, again.outcomes) == (1, ())
        (outcome,) = other.add([said("I drink tea.", 9)], scope=other.scope(user="globex")).outcomes
        assert outcome.event.value == "NOOP"


def test_repeats_and_people_that_were_imported_are_recognised(
    full: Memory, clock: FixedClock, tmp_path: Path
) -> None:
    full.export(tmp_path / "export.jsonl")
    with opened(tmp_path / "copy.db", clock) as copy:
        copy.import_(tmp_path / "export.jsonl")
        globex = copy.scope(user="globex")
        (repeat,) = copy.add([said("I really drink tea.", 9)], scope=globex).outcomes
        assert repeat.event is IngestEvent.MERGE
        (seen,) = copy.add([said("I saw ines again.", 9)], scope=globex).outcomes
        hits = copy.search("Ines", scope=globex, include_messages=False)
        assert seen.memory_id in [hit.id for hit in hits if hit.breakdown.entity]


def test_importing_twice_changes_nothing(full: Memory, tmp_path: Path) -> None:
    first = full.export(tmp_path / "one.jsonl")
    before = full.stats()
    again = full.import_(tmp_path / "one.jsonl")
    assert (again.messages, again.memories, again.history, again.links) == (0, 0, 0, 0)
    assert again.known > first.messages + first.memories
    assert comparable(full.stats()) == comparable(before)
    full.export(tmp_path / "two.jsonl")
    assert (tmp_path / "two.jsonl").read_text() == (tmp_path / "one.jsonl").read_text()


def test_an_export_joins_what_is_there(full: Memory, clock: FixedClock, tmp_path: Path) -> None:
    full.export(tmp_path / "one.jsonl")
    with opened(tmp_path / "other.db", clock) as other:
        acme = other.scope(user="acme")
        other.add([said("My brother is Leo.", 8)], scope=acme)
        other.import_(tmp_path / "one.jsonl")
        shown = {each.text for each in other.list(scope=acme)}
        assert shown == {each.text for each in full.list(scope=acme)} | {"Nora's brother is Leo."}
        assert other.search("Leo", scope=acme)[0].breakdown.lexical > 0


def edited(line: str, **changes: object) -> str:
    row: Row = json.loads(line)
    return json.dumps({**row, **changes})


def without(line: str, name: str) -> str:
    row: Row = json.loads(line)
    del row[name]
    return json.dumps(row)


BROKEN: dict[str, Callable[[str], str]] = {
    "cut off": lambda line: line[: len(line) // 2],
    "no object": lambda _: "[1]",
    "empty": lambda _: "",
    "of another kind": lambda line: edited(line, record="recipe"),
    "of no kind": lambda line: without(line, "record"),
    "without its time": lambda line: without(line, "said_at"),
    "without its words": lambda line: without(line, "text"),
    "words missing": lambda line: edited(line, text=None),
    "words that are a list": lambda line: edited(line, text=["a"]),
    "half a character": lambda line: edited(line, text="\ud800"),
    "no such day": lambda line: edited(line, said_at="2024-02-30T00:00:00+00:00"),
    "a time without an offset": lambda line: edited(line, said_at="2024-02-03T00:00:00"),
    "no digest": lambda line: edited(line, identity="xyz"),
    "a number as words": lambda line: edited(line, position="first"),
    "a number too large": lambda line: edited(line, position=10**30),
    "too deep": lambda _: "[" * 100_000,
    "a role that nobody has": lambda line: edited(line, role="robot"),
    "a list for metadata": lambda line: edited(line, metadata=["a"]),
    "an offset beyond any": lambda line: edited(line, said_offset=99_999),
}


@pytest.mark.parametrize("spoil", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_line_is_named_and_nothing_is_stored(
    full: Memory, clock: FixedClock, tmp_path: Path, spoil: Callable[[str], str]
) -> None:
    full.export(tmp_path / "one.jsonl")
    lines = (tmp_path / "one.jsonl").read_text().splitlines()
    lines[2] = spoil(lines[2])
    (tmp_path / "broken.jsonl").write_text("\n".join(lines))
    with opened(tmp_path / "other.db", clock) as other:
        other.add([said("I own a car.", 9)], scope=other.scope(user="acme"))
        before = other.stats()
        with pytest.raises(UnreadableFile, match=r"broken\.jsonl, line 3") as caught:
            other.import_(tmp_path / "broken.jsonl")
        assert caught.value.line == 3
        assert caught.value.column is not None
        assert other.stats() == before
        other.add([said("I own a bike.", 9)], scope=other.scope(user="acme"))


def test_a_line_that_points_at_nothing_is_named(
    full: Memory, clock: FixedClock, tmp_path: Path
) -> None:
    full.export(tmp_path / "one.jsonl")
    lines = (tmp_path / "one.jsonl").read_text().splitlines()
    for kind, name in (
        ("version", "memory_id"),
        ("source", "message_id"),
        ("mention", "owner_id"),
        ("alias", "entity_id"),
        ("link", "to_id"),
    ):
        number = next(
            place for place, line in enumerate(lines) if json.loads(line)["record"] == kind
        )
        spoiled = [*lines]
        spoiled[number] = edited(lines[number], **{name: "nobody"})
        (tmp_path / "broken.jsonl").write_text("\n".join(spoiled))
        with opened(tmp_path / f"{kind}.db", clock) as other:
            with pytest.raises(UnreadableFile, match=f"line {number + 1}: "):
                other.import_(tmp_path / "broken.jsonl")
            assert other.stats().messages == 0


@pytest.mark.parametrize("content", [b"", b"hello", b'{"record": "message"}', b"\xff\xfe", b"\0"])
def test_what_is_no_export_is_refused(memory: Memory, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other.txt").write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"other\.txt"):
        memory.import_(tmp_path / "other.txt")


def test_an_export_of_a_later_form_is_refused(full: Memory, tmp_path: Path) -> None:
    full.export(tmp_path / "one.jsonl")
    lines = (tmp_path / "one.jsonl").read_text().splitlines()
    (tmp_path / "later.jsonl").write_text("\n".join([edited(lines[0], format=99), *lines[1:]]))
    with pytest.raises(UnreadableFile, match=r"line 1: .*reads formats up to 3, not 99"):
        full.import_(tmp_path / "later.jsonl")


@pytest.mark.parametrize(
    ("number", "new"), [(1, {"importance", "learned_by", "derived_from"}), (2, {"derived_from"})]
)
def test_an_export_of_an_older_form_knows_less_of_a_memory(
    full: Memory, tmp_path: Path, clock: FixedClock, number: int, new: set[str]
) -> None:
    full.export(tmp_path / "one.jsonl")
    header, *lines = map(json.loads, (tmp_path / "one.jsonl").read_text().splitlines())
    older = [{**header, "format": number}]
    older += [{name: value for name, value in line.items() if name not in new} for line in lines]
    (tmp_path / "older.jsonl").write_text("\n".join(map(json.dumps, older)))
    with opened(tmp_path / "other.db", clock) as other:
        assert other.import_(tmp_path / "older.jsonl").memories
        scope = other.scope(user="acme")
        kept = list(full.list(scope=full.scope(user="acme")))
        assert {memory.learned_by for memory in kept} == {"local-1"}
        known_by = None if "learned_by" in new else "local-1"
        assert list(other.list(scope=scope)) == [
            replace(each, learned_by=known_by) for each in kept
        ]
    (tmp_path / "torn.jsonl").write_text("\n".join(map(json.dumps, [header, *older[1:]])))
    with (
        opened(tmp_path / "torn.db", clock) as other,
        pytest.raises(UnreadableFile, match=r"importance|derived_from"),
    ):
        other.import_(tmp_path / "torn.jsonl")


def test_a_missing_export_is_refused(memory: Memory, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="can't be read: No such file"):
        memory.import_(tmp_path / "none.jsonl")


@pytest.mark.parametrize("call", ["export", "backup"])
def test_nothing_is_overwritten(full: Memory, tmp_path: Path, call: str) -> None:
    write: Callable[[Path], object] = full.export if call == "export" else full.backup
    target = tmp_path / "precious"
    target.write_text("mine")
    with pytest.raises(StoreError, match="exists"):
        write(target)
    with pytest.raises(StoreError, match="precious"):
        write(target / "within")
    assert target.read_text() == "mine"
    assert {each.name for each in tmp_path.iterdir()} <= {
        "precious", "notes.db", "notes.db-wal", "notes.db-shm",
    }  # fmt: skip


def test_a_backup_is_the_same_memory(full: Memory, clock: FixedClock, tmp_path: Path) -> None:
    full.backup(tmp_path / "copy.db")
    full.add([said("I own a bike.", 9)], scope=full.scope(user="acme"))
    with opened(tmp_path / "copy.db", clock) as copy:
        acme = copy.scope(user="acme")
        assert not any("bike" in each.text for each in copy.list(scope=acme))
        assert copy.search("dinghy", scope=acme)[0].text == "Nora owns a dinghy."
        copy.add([said("I own a bike.", 9)], scope=acme)
        for path, source in ((tmp_path / "a", full), (tmp_path / "b", copy)):
            source.export(path)
        assert comparable(copy.stats()) == comparable(full.stats())


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("memory", {"kind": "rumour"}),
        ("memory", {"categories": {"sea": 1}}),
        ("memory", {"occurred_from": "2024-01-01T00:00:00+00:00"}),
        ("entity", {"type": "dragon"}),
        ("link", {"kind": "contradicts"}),
        ("history", {"event": "RENAME"}),
        ("mention", {"score": "high"}),
    ],
)
def test_what_could_not_be_read_again_is_not_taken_in(
    full: Memory, clock: FixedClock, tmp_path: Path, kind: str, change: Row
) -> None:
    full.export(tmp_path / "one.jsonl")
    lines = (tmp_path / "one.jsonl").read_text().splitlines()
    number = next(place for place, line in enumerate(lines) if json.loads(line)["record"] == kind)
    lines[number] = edited(lines[number], **change)
    (tmp_path / "broken.jsonl").write_text("\n".join(lines))
    with opened(tmp_path / "other.db", clock) as other:
        with pytest.raises(UnreadableFile, match=f"line {number + 1}: expected a {kind} record"):
            other.import_(tmp_path / "broken.jsonl")
        assert other.stats().messages == 0


def test_what_two_files_learned_each_by_itself_is_one_after_an_import(
    memory: Memory, acme: Scope, clock: FixedClock, tmp_path: Path
) -> None:
    with opened(tmp_path / "other.db", clock) as other:
        theirs = other.scope(user="acme")
        for file, scope in ((memory, acme), (other, theirs)):
            file.add([said("I live in Lisbon.")], scope=scope)
        other.add([said("I live in Porto.", 2)], scope=theirs)
        lisbon, porto = (
            next(each.id for each in other.list(scope=theirs) if city in each.text)
            for city in ("Lisbon", "Porto")
        )
        other.supersede(lisbon, by=porto)
        other.export(tmp_path / "one.jsonl")
    (own,) = memory.list(scope=acme)
    receipt = memory.import_(tmp_path / "one.jsonl")
    assert (receipt.messages, receipt.memories) == (1, 1)
    assert memory.get(own.id).text == "Nora lives in Lisbon."
    assert {each.id for each in memory.list(scope=acme)} == {own.id, porto}
    assert [link.to_id for link in memory.links(porto)] == [own.id]
    for each in memory.list(scope=acme):
        assert len(memory.sources(each.id)) == 1


def test_what_two_files_heard_in_one_run_is_all_there_after_an_import(
    memory: Memory, clock: FixedClock, tmp_path: Path
) -> None:
    run = memory.scope(run="r1")
    memory.add([said("I own a boat."), said("I own a car.")], scope=run)
    with opened(tmp_path / "other.db", clock) as other:
        other.add([said("I drink tea."), said("I live in Porto.")], scope=run)
        other.export(tmp_path / "one.jsonl")
    assert memory.import_(tmp_path / "one.jsonl").messages == 2
    assert memory.import_(tmp_path / "one.jsonl").messages == 0
    assert {each.text for each in memory.list(scope=run)} == {
        "Nora owns a boat.",
        "Nora owns a car.",
        "Nora drinks tea.",
        "Nora lives in Porto.",
    }
    for each in memory.list(scope=run):
        assert len(memory.sources(each.id)) == 1


def test_everything_of_a_scope_can_be_had_back_from_an_export(
    full: Memory, acme: Scope, tmp_path: Path
) -> None:
    full.export(tmp_path / "one.jsonl")
    before = {each.text for each in full.list(scope=acme, include_merged=True)}
    full.delete_all(scope=acme)
    full.add([said("I own a kite.", 9)], scope=acme)
    full.import_(tmp_path / "one.jsonl")
    after = {each.text for each in full.list(scope=acme, include_merged=True)}
    assert after == before | {"Nora owns a kite."}
    assert full.search("dinghy", scope=acme)[0].text == "Nora owns a dinghy."
