"""Who learned a memory and how much it matters; how a job learned."""

from django.db import migrations

_TABLES = """
ALTER TABLE records_memory
    ADD COLUMN importance double precision, ADD COLUMN learned_by text COLLATE "C";
ALTER TABLE records_receipt ADD COLUMN learning text;
"""
_BACK = """
ALTER TABLE records_memory DROP COLUMN importance, DROP COLUMN learned_by;
ALTER TABLE records_receipt DROP COLUMN learning;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0003_change_times")]
    operations = [migrations.RunSQL(_TABLES, _BACK)]
