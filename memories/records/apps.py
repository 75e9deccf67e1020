"""The Django app of the records in Postgres."""

from django.apps import AppConfig
from django.conf import settings


class RecordsConfig(AppConfig):
    """Installed where Postgres is the database; there are no models, as every statement is SQL."""

    name = "memories.records"
    label = "records"

    def ready(self) -> None:
        """Let the metrics tell how far indexes are behind, where they are apart."""
        from controlplane.health.metrics import measure_when_asked  # noqa: PLC0415 - settings
        from memories.records.measures import measure_changes  # noqa: PLC0415 - as above

        if settings.INDEX is not None:
            measure_when_asked(measure_changes)
