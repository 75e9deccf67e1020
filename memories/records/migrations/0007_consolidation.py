"""What an observation was derived from, and which memories consolidation has looked at."""

from django.db import migrations

_TABLES = """
ALTER TABLE records_memory ADD COLUMN derived_from text COLLATE "C" NOT NULL DEFAULT '[]';
CREATE TABLE records_consolidated (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    memory bigint NOT NULL,
    PRIMARY KEY (project, memory),
    FOREIGN KEY (project, memory) REFERENCES records_memory ON DELETE CASCADE
);
"""
_BACK = """
DROP TABLE records_consolidated;
ALTER TABLE records_memory DROP COLUMN derived_from;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0006_originals")]
    operations = [migrations.RunSQL(_TABLES, _BACK)]
