"""Deleting what was stored long ago."""

from datetime import timedelta

from memories import Memory, Scope
from memories.engine.ports.clock import FixedClock


def test_what_is_old_goes_and_what_was_said_again_stays(
    memory: Memory, acme: Scope, clock: FixedClock
) -> None:
    memory.add("I own a boat. I live in Porto.", scope=acme)
    memory.add("I met Ines in Faro.", scope=acme)
    clock.advance(timedelta(days=40))
    memory.add("I own a boat.", scope=acme)
    memory.add("I bought a kite.", scope=acme)
    receipt = memory.delete_older(clock.now() - timedelta(days=30))
    assert (receipt.memories, receipt.messages) == (2, 2)
    left = [each.text for each in memory.list(scope=acme).memories]
    assert left == ["User owns a boat.", "User bought a kite."]
    boat = memory.list(scope=acme).memories[0]
    assert [source.message.text for source in memory.sources(boat.id)] == ["I own a boat."]
    assert not memory.search("Porto Ines Faro", scope=acme, leave_out=["semantic"])
    assert "Ines" not in [each.name for each in memory.entities(scope=acme)]
    assert not memory.has_older(clock.now() - timedelta(days=30))
    assert memory.has_older(clock.now() + timedelta(days=1))
    again = memory.delete_older(clock.now() - timedelta(days=30))
    assert (again.memories, again.messages, again.entities) == (0, 0, 0)
    memory.delete_older(clock.now() + timedelta(days=1))
    assert not memory.list(scope=acme).memories
    assert memory.stats().messages == 0


def test_old_things_go_however_many_there_are(
    memory: Memory, acme: Scope, clock: FixedClock
) -> None:
    said = [{"role": "user", "content": f"I own boat number {number}."} for number in range(600)]
    memory.add(said, scope=acme)
    clock.advance(timedelta(days=2))
    receipt = memory.delete_older(clock.now())
    assert (receipt.memories, receipt.messages) == (600, 600)
