"""What memories/engine/ports/original_store.py promises, over every adapter."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from memories.engine.domain import Message, Original, Scope, Stretch
from tests.contracts.worlds import ACME, EVERYONE, IDS, World

PICTURE: Final = b"\x89PNG\r\n\x1a\n\0 picture"
PAGES: Final = b"%PDF-1.7 " + bytes(range(256)) * 4000


def original(part: int, content: bytes, media_type: str, *stretches: Stretch) -> Original:
    digest = hashlib.sha256(content).hexdigest()
    read_by = None if part == 4 else "claude, prompt 1"
    return Original(part, media_type, len(content), digest, stretches, read_by, content)


@pytest.fixture
def message(world: World) -> Message:
    """Two files, of which the second is more than a page of any store."""
    said = world.say("A boat. A ship. A raft.")
    originals = [
        original(1, PICTURE, "image/png", Stretch(0, 7)),
        original(3, PAGES, "application/pdf", Stretch(8, 15, page=2), Stretch(16, 23, page=3)),
        original(4, b"ID3", "audio/mpeg", Stretch(16, 23, None, 0.5, 2.25)),
    ]
    world.records.originals.add(said.id, originals, scope=ACME)
    return said


def test_originals_come_back_as_they_went_in(world: World, message: Message) -> None:
    listed = world.records.originals.of([message.id, "nobody"], scope=ACME)
    assert list(listed) == [message.id]
    assert [(each.part, each.media_type, each.size) for each in listed[message.id]] == [
        (1, "image/png", len(PICTURE)),
        (3, "application/pdf", len(PAGES)),
        (4, "audio/mpeg", 3),
    ]
    assert all(each.content is None for each in listed[message.id])
    assert [each.read_by for each in listed[message.id]] == ["claude, prompt 1"] * 2 + [None]
    assert listed[message.id][2].stretches == (Stretch(16, 23, None, 0.5, 2.25),)
    found = world.records.originals.with_content(message.id, 3, scope=ACME)
    assert found is not None
    assert found.content == PAGES
    assert replace(found, content=None) == listed[message.id][1]
    assert found.digest == hashlib.sha256(PAGES).hexdigest()


def test_what_is_not_there_is_none(world: World, message: Message) -> None:
    originals = world.records.originals
    assert originals.with_content(message.id, 0, scope=ACME) is None
    assert originals.with_content("nobody", 1, scope=ACME) is None
    assert originals.of([], scope=ACME) == {}
    assert originals.remove("nobody", [1], scope=ACME) == 0


def test_a_scope_reads_and_removes_none_of_anothers(world: World, message: Message) -> None:
    originals = world.records.originals
    for id_ in IDS:
        globex = replace(ACME, **{id_: "globex"})
        assert originals.of([message.id], scope=globex) == {}
        assert originals.with_content(message.id, 1, scope=globex) is None
        assert originals.remove(message.id, [1, 3], scope=globex) == 0
        originals.add(message.id, [original(7, b"x", "image/png")], scope=globex)
    for scope in (ACME, EVERYONE, replace(EVERYONE, user="acme")):
        assert [each.part for each in originals.of([message.id], scope=scope)[message.id]] == [
            1,
            3,
            4,
        ]


def test_removed_bytes_leave_where_the_words_stand_and_nothing_to_guess_by(
    world: World, message: Message, open_world: Callable[[str], World]
) -> None:
    assert world.records.originals.remove(message.id, [3, 9], scope=ACME) == 1
    assert world.records.originals.remove(message.id, [3], scope=ACME) == 0
    for records in (world.records, open_world("b").records):
        first, second, _ = records.originals.of([message.id], scope=ACME)[message.id]
        assert (second.size, second.digest) == (0, None)
        assert [each.page for each in second.stretches] == [2, 3]
        assert first.size == len(PICTURE)
        assert records.originals.with_content(message.id, 3, scope=ACME) is None
        assert records.originals.with_content(message.id, 1, scope=ACME) is not None


def test_they_are_counted_while_they_have_their_bytes(world: World, message: Message) -> None:
    def count(scope: Scope) -> int:
        return world.records.counts(scope=scope)["originals"]

    assert (count(ACME), count(EVERYONE)) == (3, 3)
    assert count(replace(ACME, user="globex")) == 0
    world.records.originals.remove(message.id, [1], scope=ACME)
    assert count(ACME) == 2


@pytest.mark.parametrize("whole_scope", [True, False])
def test_they_go_with_their_message(world: World, message: Message, whole_scope: bool) -> None:
    if whole_scope:
        world.records.messages.delete_all(scope=ACME)
    else:
        world.records.messages.delete([message.id], scope=ACME)
    assert world.records.originals.of([message.id], scope=EVERYONE) == {}
    assert world.records.counts(scope=EVERYONE)["originals"] == 0
