"""What requests and answers about entities hold, for the description of the API."""

from rest_framework import serializers

from controlplane.api.openapi import SchemaOnly as Row
from memories.api.schemas import IdsSchema


class EntityRow(Row):
    """Somebody or something that memories are about."""

    id = serializers.CharField()
    name = serializers.CharField()
    type = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())


class EntityMergeRow(Row):
    """An entity that was found to be another one."""

    id = serializers.CharField()
    name = serializers.CharField()
    into_id = serializers.CharField()
    score = serializers.FloatField()
    reason = serializers.CharField()
    at = serializers.DateTimeField()


class EntitiesAnswer(Row):
    """Whom and what memories are about."""

    results = EntityRow(many=True)
    merges = EntityMergeRow(many=True)


class ResolveRequest(IdsSchema):
    """Whose entities to resolve."""

    dry_run = serializers.BooleanField(required=False, default=False)


class ResolutionAnswer(Row):
    """Which entities were found to be one, and which may be."""

    merged = EntityMergeRow(many=True)
    suggested = EntityMergeRow(many=True)
    is_more = serializers.BooleanField()


class MergeRequest(IdsSchema):
    """Two entities that are one."""

    entity_id = serializers.CharField()
    into_id = serializers.CharField()


class UnmergeRequest(IdsSchema):
    """A name that is somebody else's."""

    entity_id = serializers.CharField()
    name = serializers.CharField()
