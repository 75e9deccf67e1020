"""The Django app of the records in Postgres."""

from django.apps import AppConfig
from django.conf import settings


class RecordsConfig(AppConfig):
    """Installed where Postgres is the database; there are no models, as every statement is SQL."""

    name = "memories.records"
    label = "records"

    def ready(self) -> None:
        """Look after indexes and tell how far they are behind, where there is an index server."""
        from controlplane.health.metrics import measure_when_asked  # noqa: PLC0415 - settings
        from controlplane.jobs import every_minute  # noqa: PLC0415 - as above
        from memories.records.hosting import this_servers  # noqa: PLC0415 - as above
        from memories.records.measures import measure_changes  # noqa: PLC0415 - as above
        from memories.records.verifying import verify_a_slice  # noqa: PLC0415 - as above

        if settings.INDEX is not None:
            measure_when_asked(measure_changes)
            every_minute(lambda now: this_servers().rest_unused(now))
            every_minute(lambda now: verify_a_slice(this_servers(), now=now))
