"""What a migration makes of rows that are there already."""

import importlib

from django.db import connection

from memories.engine.domain import Scope
from tests.contracts.worlds import ACME, World
from tests.records.worlds import untold_world

_OTHER = Scope("acme", "other", user="acme")
_ENTITIES = importlib.import_module("memories.records.migrations.0005_entities")


def test_who_was_stored_before_is_found_by_a_part_of_the_name(world: World) -> None:
    other = untold_world(Scope("acme", "other"))
    for number in range(3):
        world.name_entity(f"Ana{number} Sousa{number}", scope=ACME)
        other.name_entity(f"Leo{number} Lima{number}", scope=_OTHER)
    expected = short_forms()
    assert {short for _, short in expected} >= {"ana1", "sousa1", "leo2", "lima2"}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM records_short_form")
        # Pages end within a project and between two.
        read = [len(page) for page in _ENTITIES.pages(cursor, 2)]
    assert read == [2, 2, 2]
    with connection.schema_editor() as editor:
        _ENTITIES.name_for_short(None, editor)
    assert short_forms() == expected


def short_forms() -> set[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT entity, short FROM records_short_form")
        return set(cursor.fetchall())
