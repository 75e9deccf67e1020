"""The Django app of jobs."""

from django.apps import AppConfig


class IngestConfig(AppConfig):
    """Jobs on memories."""

    name = "memories.ingest"
    label = "ingest"

    def ready(self) -> None:
        """Let a project's file go with its project."""
        from controlplane.organizations.removal import on_project_removed  # noqa: PLC0415 - models
        from memories.ingest.projects import PROJECTS  # noqa: PLC0415 - once settings are there

        on_project_removed(PROJECTS.remove)
