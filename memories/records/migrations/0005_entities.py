"""What entities are called for short, and which of them were found to be one."""

from collections.abc import Iterator, Sequence

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper
from django.db.migrations.state import StateApps

from memories.engine.storage.names import names_for_short

_TABLES = """
CREATE TABLE records_short_form (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    home bigint NOT NULL,
    short text COLLATE "C" NOT NULL,
    entity bigint NOT NULL,
    FOREIGN KEY (project, entity) REFERENCES records_entity ON DELETE CASCADE
);
CREATE INDEX records_short_form_short ON records_short_form (project, home, md5(short));
CREATE INDEX records_short_form_entity ON records_short_form (project, entity);
DROP INDEX records_entity_words;
ALTER TABLE records_entity DROP COLUMN words,
    -- An entity that was merged into another stays, so that it can be taken out again: its forms
    -- and mentions go over, each knowing where it came from. A mention stays behind where the other
    -- entity is mentioned by the same text.
    ADD COLUMN merged_into bigint, ADD COLUMN merged_at bigint,
    ADD COLUMN merge_score double precision, ADD COLUMN merge_reason text,
    ADD FOREIGN KEY (project, merged_into) REFERENCES records_entity ON DELETE CASCADE;
CREATE INDEX records_entity_merged ON records_entity (project, merged_into)
    WHERE merged_into IS NOT NULL;
ALTER TABLE records_alias ADD COLUMN came_from bigint;
CREATE INDEX records_alias_origin ON records_alias (project, came_from)
    WHERE came_from IS NOT NULL;
ALTER TABLE records_mention ADD COLUMN came_from bigint;
CREATE INDEX records_mention_origin ON records_mention (project, came_from)
    WHERE came_from IS NOT NULL;
-- Entities that somebody took apart: they are not merged again by themselves.
CREATE TABLE records_kept_apart (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    one bigint NOT NULL,
    other bigint NOT NULL,
    PRIMARY KEY (project, one, other),
    FOREIGN KEY (project, one) REFERENCES records_entity ON DELETE CASCADE,
    FOREIGN KEY (project, other) REFERENCES records_entity ON DELETE CASCADE
);
CREATE INDEX records_kept_apart_other ON records_kept_apart (project, other);
CREATE FUNCTION records_move_mentions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE records_entity SET mentions = mentions - 1
        WHERE project = OLD.project AND seq = OLD.entity;
    UPDATE records_entity SET mentions = mentions + 1
        WHERE project = NEW.project AND seq = NEW.entity;
    RETURN NULL;
END $$;
CREATE TRIGGER records_mention_moved AFTER UPDATE OF entity ON records_mention
    FOR EACH ROW EXECUTE FUNCTION records_move_mentions();
-- What an entity is called for short changes how it is found.
CREATE FUNCTION records_note_short_form() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO records_change (project, kind, ref)
        SELECT DISTINCT e.project, 'entity', e.id FROM changed c
            JOIN records_entity e ON e.project = c.project AND e.seq = c.entity
            JOIN records_project ON records_project.number = e.project
        ON CONFLICT (project, kind, ref) DO UPDATE SET number = excluded.number;
    RETURN NULL;
END $$;
CREATE TRIGGER records_short_form_noted_insert AFTER INSERT ON records_short_form
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION records_note_short_form();
CREATE TRIGGER records_short_form_noted_delete AFTER DELETE ON records_short_form
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION records_note_short_form();
"""
_BACK = """
DROP TABLE records_short_form, records_kept_apart;
DROP FUNCTION records_note_short_form();
DROP TRIGGER records_mention_moved ON records_mention;
DROP FUNCTION records_move_mentions();
ALTER TABLE records_mention DROP COLUMN came_from;
ALTER TABLE records_alias DROP COLUMN came_from;
ALTER TABLE records_entity DROP COLUMN merged_into, DROP COLUMN merged_at,
    DROP COLUMN merge_score, DROP COLUMN merge_reason, ADD COLUMN words text COLLATE "C";
CREATE INDEX records_entity_words ON records_entity (project, home, left(words, 200))
    WHERE words IS NOT NULL;
"""


# Entities that are in memory at the same time.
_PAGE = 5000


def name_for_short(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001 - Django's
    """Let those be found by a part of their name who were stored before."""
    with editor.connection.cursor() as cursor:
        for page in pages(cursor, _PAGE):
            named = [
                (project, home, short, seq)
                for project, seq, home, name, type_ in page
                for short in sorted(names_for_short(name, type_))
            ]
            cursor.executemany(
                "INSERT INTO records_short_form (project, home, short, entity)"
                " VALUES (%s, %s, %s, %s)",
                named,
            )


def pages(cursor: CursorWrapper, size: int) -> Iterator[Sequence[tuple[int, int, int, str, str]]]:
    """Every entity, in pages of so many."""
    last = (0, 0)
    while True:
        cursor.execute(
            "SELECT project, seq, home, name, type FROM records_entity"
            " WHERE (project, seq) > (%s, %s) ORDER BY project, seq LIMIT %s",
            (*last, size),
        )
        page = cursor.fetchall()
        if not page:
            return
        yield page
        last = page[-1][:2]


class Migration(migrations.Migration):
    dependencies = [("records", "0004_learning")]
    operations = [
        migrations.RunSQL(_TABLES, _BACK),
        migrations.RunPython(name_for_short, migrations.RunPython.noop),
    ]
