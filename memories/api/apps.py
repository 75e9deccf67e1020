"""The Django app of the REST API."""

from django.apps import AppConfig


class MemoriesApiConfig(AppConfig):
    """The REST API of memories."""

    name = "memories.api"
    label = "memories_api"
