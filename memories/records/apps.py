"""The Django app of the records in Postgres."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Installed where Postgres is the database; there are no models, as every statement is SQL."""

    name = "memories.records"
    label = "records"
