"""The Django app of the REST API."""

from django.apps import AppConfig


class MemoriesApiConfig(AppConfig):
    """The REST API of memories."""

    name = "memories.api"
    label = "memories_api"

    def ready(self) -> None:
        """Let exports go that are kept no longer, or tell of what was deleted."""
        from controlplane.jobs import every_minute  # noqa: PLC0415 - once settings are there
        from memories.api.services import (  # noqa: PLC0415 - models
            forget_expired,
            forget_of_project,
        )
        from memories.ingest.copies import on_deletion  # noqa: PLC0415 - as above

        every_minute(forget_expired)
        on_deletion(forget_of_project)
