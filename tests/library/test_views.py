"""The same view of the past, of what was replaced and of repeats, whichever way one reads."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from memories import Memory, NotFound, Scope
from memories.engine.ports.clock import FixedClock

EARLY: Final = datetime(2020, 5, 1, tzinfo=UTC)
LATE: Final = datetime(2022, 5, 1, tzinfo=UTC)
BETWEEN: Final = datetime(2021, 5, 1, tzinfo=UTC)

Read = Callable[..., str]


def by_search(memory: Memory, scope: Scope, **view: object) -> str:
    found = memory.search("boat tea", scope=scope, include_messages=False, **view)  # type: ignore[arg-type]
    return "\n".join(hit.text for hit in found)


def by_list(memory: Memory, scope: Scope, **view: object) -> str:
    return "\n".join(each.text for each in memory.list(scope=scope, **view))  # type: ignore[arg-type]


def by_browse(memory: Memory, scope: Scope, **view: object) -> str:
    return "\n".join(each.text for each in memory.browse(scope=scope, **view))  # type: ignore[arg-type]


def by_context(memory: Memory, scope: Scope, **view: object) -> str:
    context = memory.context("boat tea", scope=scope, threshold=0, **view)  # type: ignore[arg-type]
    return "\n".join(hit.text for hit in context.hits if not hit.is_message)


every_read = pytest.mark.parametrize("read", [by_search, by_list, by_browse, by_context])


def tell(memory: Memory, scope: Scope, text: str, at: datetime) -> str:
    turn = {"role": "user", "name": "Nora", "content": text, "timestamp": at}
    (outcome,) = memory.add([turn], scope=scope).outcomes
    assert outcome.memory_id is not None
    return outcome.memory_id


@every_read
def test_latest_only_leaves_out_what_was_superseded(
    memory: Memory, acme: Scope, read: Read
) -> None:
    old = tell(memory, acme, "I own a red boat.", EARLY)
    new = tell(memory, acme, "I own a blue boat.", LATE)
    memory.supersede(old, by=new)
    assert "red" in read(memory, acme)
    assert "red" not in read(memory, acme, latest_only=True)
    assert "blue" in read(memory, acme, latest_only=True)
    assert "red" in read(memory, acme, latest_only=True, as_of=BETWEEN)


@every_read
def test_include_merged_shows_near_repeats(memory: Memory, acme: Scope, read: Read) -> None:
    tell(memory, acme, "I love green tea.", EARLY)
    tell(memory, acme, "I really love green tea.", LATE)
    assert "really" not in read(memory, acme)
    assert "really" in read(memory, acme, include_merged=True)


@every_read
def test_as_of_gives_the_words_of_then(memory: Memory, acme: Scope, read: Read) -> None:
    boat = tell(memory, acme, "I own a red boat.", EARLY)
    memory.update(boat, text="Nora owns a green boat.", timestamp=LATE)
    assert "green" in read(memory, acme)
    assert "red" in read(memory, acme, as_of=BETWEEN)
    assert read(memory, acme, as_of=EARLY - timedelta(days=1)) == ""


@every_read
def test_recorded_as_of_leaves_out_what_was_stored_later(
    memory: Memory, acme: Scope, clock: FixedClock, read: Read
) -> None:
    tell(memory, acme, "I own a red boat.", EARLY)
    stored = clock.now()
    clock.advance(timedelta(days=1))
    tell(memory, acme, "I drink black tea.", EARLY)
    assert "tea" in read(memory, acme)
    assert "tea" not in read(memory, acme, recorded_as_of=stored)
    assert "boat" in read(memory, acme, recorded_as_of=stored)


@every_read
def test_show_expired_shows_what_has_expired(
    memory: Memory, acme: Scope, clock: FixedClock, read: Read
) -> None:
    boat = tell(memory, acme, "I own a red boat.", EARLY)
    memory.update(boat, expires_at=clock.now() + timedelta(hours=1))
    clock.advance(timedelta(days=1))
    assert "boat" not in read(memory, acme)
    assert "boat" in read(memory, acme, show_expired=True)


def test_one_memory_is_got_in_the_words_of_then(memory: Memory, acme: Scope) -> None:
    boat = tell(memory, acme, "I own a red boat.", EARLY)
    memory.update(boat, text="Nora owns a green boat.", timestamp=LATE)
    assert memory.get(boat).text == "Nora owns a green boat."
    assert memory.get(boat, as_of=BETWEEN).text == "Nora owns a red boat."
    assert memory.get(boat, as_of=BETWEEN).version == 1
    with pytest.raises(NotFound):
        memory.get(boat, as_of=EARLY - timedelta(days=1))
