"""What changed since an index apart from the database was brought up to date.

A note says that a memory or message (`row`) or an entity has to be looked at again; a further
change gives it a new number, so that whoever looked before the change does not take the note away.
Triggers write the notes, one statement at a time: everything that decides what a search sees leaves
one, whoever changes it. What goes with its project leaves none, as its index goes as a whole.
"""

from django.db import migrations

_NOTES = r"""
CREATE SEQUENCE records_change_number AS bigint;
CREATE TABLE records_change (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    kind text COLLATE "C" NOT NULL,
    ref text COLLATE "C" NOT NULL,
    number bigint NOT NULL DEFAULT nextval('records_change_number'),
    PRIMARY KEY (project, kind, ref)
);
CREATE INDEX records_change_oldest ON records_change (project, number);
"""

# What a statement changed in a table, as notes: `changed` has the rows.
_NOTED = {
    # A memory is shown with the messages that it rests on.
    "message": """
        SELECT project, 'row', id FROM changed UNION
        SELECT m.project, 'row', m.id FROM changed c
            JOIN records_source s ON s.project = c.project AND s.message = c.seq
            JOIN records_memory m ON m.project = s.project AND m.seq = s.memory""",
    # What is folded into a memory is judged by when that one was said.
    "memory": """
        SELECT project, 'row', id FROM changed UNION
        SELECT m.project, 'row', m.id FROM changed c
            JOIN records_memory m ON m.project = c.project AND m.merged_into = c.id""",
    "passage": """
        SELECT m.project, 'row', m.id FROM changed c JOIN records_memory m
            ON m.project = c.project AND m.seq = c.owner / 2 AND c.owner & 1 = 0 UNION
        SELECT m.project, 'row', m.id FROM changed c JOIN records_message m
            ON m.project = c.project AND m.seq = c.owner / 2 AND c.owner & 1 = 1""",
    "source": """
        SELECT m.project, 'row', m.id FROM changed c JOIN records_memory m
            ON m.project = c.project AND m.seq = c.memory UNION
        SELECT m.project, 'row', m.id FROM changed c JOIN records_message m
            ON m.project = c.project AND m.seq = c.message""",
    # That entities are mentioned more or less often changes them too.
    "mention": """
        SELECT m.project, 'row', m.id FROM changed c JOIN records_memory m
            ON m.project = c.project AND m.seq = c.owner / 2 AND c.owner & 1 = 0 UNION
        SELECT m.project, 'row', m.id FROM changed c JOIN records_message m
            ON m.project = c.project AND m.seq = c.owner / 2 AND c.owner & 1 = 1""",
    "entity": "SELECT project, 'entity', id FROM changed",
    "alias": """
        SELECT DISTINCT e.project, 'entity', e.id FROM changed c
            JOIN records_entity e ON e.project = c.project AND e.seq = c.entity""",
}
_FUNCTION = """
CREATE FUNCTION records_note_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO records_change (project, kind, ref)
        SELECT noted.* FROM ({noted}) AS noted (project, kind, ref)
            JOIN records_project ON records_project.number = noted.project
        ON CONFLICT (project, kind, ref) DO UPDATE SET number = excluded.number;
    RETURN NULL;
END $$;
"""
_TRIGGER = """
CREATE TRIGGER records_{table}_noted_{event} AFTER {event} ON records_{table}
    REFERENCING {rows} TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION records_note_{table}();
"""
_ROWS = {"insert": "NEW", "update": "NEW", "delete": "OLD"}
_NO_NOTES = "DROP TABLE records_change; DROP SEQUENCE records_change_number;"


def _noting(table: str, noted: str) -> migrations.RunSQL:
    triggers = "".join(
        _TRIGGER.format(table=table, event=event, rows=rows) for event, rows in _ROWS.items()
    )
    return migrations.RunSQL(
        _FUNCTION.format(table=table, noted=noted) + triggers,
        f"DROP FUNCTION records_note_{table}() CASCADE;",
    )


class Migration(migrations.Migration):
    dependencies = [("records", "0001_tables")]
    operations = [
        migrations.RunSQL(_NOTES, _NO_NOTES),
        *(_noting(table, noted) for table, noted in _NOTED.items()),
    ]
