"""When a change was noted first: how long it has waited is how far an index is behind."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("records", "0002_changes")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE records_change ADD COLUMN noted_at timestamptz NOT NULL DEFAULT now();",
            "ALTER TABLE records_change DROP COLUMN noted_at;",
        )
    ]
