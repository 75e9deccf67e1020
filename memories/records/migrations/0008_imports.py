"""Imports that are under way."""

from django.db import migrations

_TABLES = r"""
-- What was agreed for each import; ids and nobody's words of its parts.
CREATE TABLE records_import (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    id text COLLATE "C" NOT NULL,
    terms text NOT NULL,
    PRIMARY KEY (project, id)
);
CREATE TABLE records_import_part (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    import text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    scope bigint NOT NULL,
    stage text NOT NULL,
    batch text,
    plan text NOT NULL,
    tally text NOT NULL,
    PRIMARY KEY (project, import, number),
    FOREIGN KEY (project, import) REFERENCES records_import ON DELETE CASCADE,
    FOREIGN KEY (project, scope) REFERENCES records_scope ON DELETE CASCADE
);
"""
_BACK = "DROP TABLE records_import_part, records_import;"


class Migration(migrations.Migration):
    dependencies = [("records", "0007_consolidation")]
    operations = [migrations.RunSQL(_TABLES, _BACK)]
