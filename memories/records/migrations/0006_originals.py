"""Files that parts of messages were before they became words."""

from django.db import migrations

_TABLE = r"""
CREATE TABLE records_original (
    project bigint NOT NULL REFERENCES records_project ON DELETE CASCADE,
    message bigint NOT NULL,
    -- Its place among the parts of the message.
    part integer NOT NULL,
    media_type text COLLATE "C" NOT NULL,
    size bigint NOT NULL,
    -- SHA-256; NULL, as the content is, once the bytes were removed.
    digest bytea,
    -- [start, end, page, from seconds, until seconds] of each, as JSON text.
    stretches text NOT NULL,
    -- NULL where nothing could.
    read_by text COLLATE "C",
    content bytea,
    PRIMARY KEY (project, message, part),
    FOREIGN KEY (project, message) REFERENCES records_message ON DELETE CASCADE
);
-- Images and the like are compressed already.
ALTER TABLE records_original ALTER COLUMN content SET STORAGE EXTERNAL;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0005_entities")]
    operations = [migrations.RunSQL(_TABLE, "DROP TABLE records_original;")]
