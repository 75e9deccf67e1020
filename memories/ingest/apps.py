"""The Django app of jobs."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    """Jobs on memories."""

    name = "memories.ingest"
    label = "ingest"

    def ready(self) -> None:
        """Let go what goes with a project or a memory, and the metrics tell of the queue."""
        from controlplane.health.metrics import measure_when_asked  # noqa: PLC0415 - as below
        from controlplane.idempotency.services import forget_of_project  # noqa: PLC0415 - models
        from controlplane.jobs import every_minute  # noqa: PLC0415 - as above
        from controlplane.organizations.removal import on_project_removed  # noqa: PLC0415 - models
        from memories.ingest.consolidating import accept_due  # noqa: PLC0415 - models
        from memories.ingest.copies import on_deletion  # noqa: PLC0415 - as above
        from memories.ingest.measures import measure_queue  # noqa: PLC0415 - models
        from memories.ingest.profiling import (  # noqa: PLC0415 - models
            check_profiles_of,
            look_through,
        )
        from memories.ingest.projects import PROJECTS  # noqa: PLC0415 - once settings are there
        from memories.ingest.retention import delete_outdated  # noqa: PLC0415 - models

        every_minute(delete_outdated)
        every_minute(accept_due)
        every_minute(look_through)
        on_project_removed(PROJECTS.remove)
        on_deletion(forget_of_project)
        on_deletion(check_profiles_of)
        measure_when_asked(measure_queue)
