"""What memories/engine/ports/import_store.py promises, asked of every store."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

import pytest

from memories.engine.domain import (
    Guidance,
    ImportPart,
    ImportQuestion,
    ImportStage,
    ImportTerms,
    Tally,
    TokenUsage,
)
from tests.contracts.worlds import ACME, EVERYONE, NOON, World

TERMS: Final = ImportTerms(
    id="year",
    begun_at=NOON,
    extractor="claude, prompt 1",
    batched=True,
    seed="s",
    zone="Europe/Lisbon",
    metadata={"from": "letters", "n": [1, 2.5, None]},
    categories=("sea",),
    expires_at=NOON,
    immutable=True,
    guidance=Guidance("Boats.", categories={"sea": "water"}),
)
PART: Final = ImportPart(
    number=0,
    scope=ACME,
    questions=(ImportQuestion(("m1", "m2"), ("m0",), ("k1",)), ImportQuestion(("m3",))),
    predicted=TokenUsage(read=5, written=6),
)
GLOBEX: Final = replace(ACME, user="globex", run=None)
DONE: Final = Tally(
    memories=2,
    repeats=1,
    dropped={"it is too long": 1},
    in_batches=TokenUsage(read=1, read_from_cache=2, written_to_cache=3, written=4),
    singly=TokenUsage(read=7),
    asked_again={"expired": 1},
    notes={"busy": 2},
)


@pytest.fixture
def imported(world: World) -> World:
    """An import with a part of Acme's and one of Globex's."""
    world.records.imports.begin(TERMS, scope=EVERYONE)
    for part in (PART, replace(PART, number=1, scope=GLOBEX)):
        world.records.imports.add_part("year", part, scope=EVERYONE)
    return world


def test_an_import_is_kept_as_it_was_begun_first(
    imported: World, open_world: Callable[[str], World]
) -> None:
    imports = open_world("b").records.imports
    assert imports.begin(replace(TERMS, seed="another"), scope=EVERYONE) == TERMS
    assert imports.find("year", scope=EVERYONE) == TERMS
    assert imports.find("month", scope=EVERYONE) is None
    assert imports.parts("year", scope=EVERYONE) == [PART, replace(PART, number=1, scope=GLOBEX)]
    assert list(imports.parts("month", scope=EVERYONE)) == []


def test_a_part_is_added_once(imported: World) -> None:
    imported.records.imports.add_part("year", replace(PART, questions=()), scope=EVERYONE)
    assert imported.records.imports.parts("year", scope=EVERYONE)[0] == PART


def test_a_part_goes_from_asked_to_done_once(imported: World) -> None:
    imports = imported.records.imports
    imports.note_asked("year", [0], batch="b1", scope=EVERYONE)
    asked, kept = imports.parts("year", scope=EVERYONE)
    assert (asked.stage, asked.batch) == (ImportStage.ASKED, "b1")
    assert (kept.stage, kept.batch) == (ImportStage.KEPT, None)
    assert imports.settle("year", 0, ImportStage.LEARNED, DONE, scope=EVERYONE)
    assert not imports.settle("year", 0, ImportStage.CANCELLED, Tally(), scope=EVERYONE)
    imports.note_asked("year", [0, 1], batch="b2", scope=EVERYONE)
    done, asked = imports.parts("year", scope=EVERYONE)
    assert (done.stage, done.batch, done.tally) == (ImportStage.LEARNED, "b1", DONE)
    assert (asked.stage, asked.batch) == (ImportStage.ASKED, "b2")
    assert not imports.settle("year", 7, ImportStage.LEARNED, DONE, scope=EVERYONE)


def test_parts_are_forgotten_with_whom_they_are_about(imported: World) -> None:
    imports = imported.records.imports
    imports.forget(scope=replace(EVERYONE, user="globex"))
    assert [part.scope for part in imports.parts("year", scope=EVERYONE)] == [ACME]
    assert imports.find("year", scope=EVERYONE) == TERMS
    imports.forget(scope=EVERYONE)
    assert imports.find("year", scope=EVERYONE) is None
    assert list(imports.parts("year", scope=EVERYONE)) == []


def test_what_was_not_committed_is_not_there(imported: World) -> None:
    imports = imported.records.imports
    with suppress(ZeroDivisionError), imported.records.writing(scope=ACME):
        assert imports.settle("year", 0, ImportStage.LEARNED, DONE, scope=EVERYONE)
        raise ZeroDivisionError
    assert imports.parts("year", scope=EVERYONE)[0] == PART
