"""An index that others write to, and whose writes are undone, over every adapter."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from memories.engine.domain import Selection
from tests.contracts.worlds import ACME, NOON, World

NOW = Selection(now=NOON)


def test_vectors_are_fresh_across_two_openings_of_one_store(
    world: World, open_world: Callable[[str], World]
) -> None:
    other = open_world("b")
    for number in range(5):
        added = world.learn(f"boat {number}")
        assert other.semantic(f"boat {number}", NOW)[0] == added.id
        answer = other.say(f"kite {number}")
        assert world.semantic(f"kite {number}", NOW)[0] == answer.id
        other.records.memories.delete([added.id], at=NOON, scope=ACME)
        assert added.id not in world.semantic(f"boat {number}", NOW)
        world.passages.withdraw([answer.id], scope=ACME)
        assert answer.id not in other.semantic(f"kite {number}", NOW)


ANOTHER_PROCESS = """
import sys
from pathlib import Path
from tests.contracts.worlds import ADAPTERS
world = ADAPTERS["sqlite"](Path(sys.argv[1]), "b")
print(world.learn("a boat").id)
world.records.close()
"""


def test_what_another_process_added_is_found(world: World, tmp_path: Path) -> None:
    world.learn("a car")
    assert len(world.semantic("boat", NOW)) == 1
    done = subprocess.run(
        [sys.executable, "-c", ANOTHER_PROCESS, str(tmp_path / "notes.db")],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert world.semantic("a boat", NOW)[0] == done.stdout.strip()
    assert world.lexical("boat", NOW) == [done.stdout.strip()]


def test_rows_that_take_the_numbers_of_undone_ones_have_their_own_vectors(world: World) -> None:
    world.learn("a car")

    def fail() -> None:
        with world.records.writing(scope=ACME):
            undone = world.learn("a boat")
            world.name_entity("Leo", undone.id)
            # Within the transaction the row is found, and so it is in memory.
            assert world.semantic("a boat", NOW)[0] == undone.id
            assert world.index.near_entities(world.vector("Leo"), scope=ACME, limit=1)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail()
    assert len(world.semantic("a boat", NOW)) == 1
    kite = world.learn("a kite")
    world.name_entity("Mia", kite.id)
    assert world.semantic("a kite", NOW)[0] == kite.id
    assert world.likeness("a kite", kite.id) == {kite.id: pytest.approx(1)}
    (near,) = world.index.near_entities(world.vector("Mia"), scope=ACME, limit=9)
    assert near.score == pytest.approx(1)
