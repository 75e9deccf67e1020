"""The Django app of the records in Postgres."""

from django.apps import AppConfig
from django.conf import settings


class RecordsConfig(AppConfig):
    """Installed where Postgres is the database; there are no models, as every statement is SQL."""

    name = "memories.records"
    label = "records"

    def ready(self) -> None:
        """Look through indexes, where there is an index server."""
        from controlplane.jobs import every_minute  # noqa: PLC0415 - once settings are there
        from memories.records.hosting import this_servers  # noqa: PLC0415 - as above
        from memories.records.verifying import verify_a_slice  # noqa: PLC0415 - as above

        if settings.INDEX is not None:
            every_minute(lambda now: verify_a_slice(this_servers(), now=now))
