"""What searches and contexts are asked and answer, for the description of the API."""

from rest_framework import serializers

from controlplane.api.openapi import SchemaOnly as Row
from memories.api.schemas import Chosen, MemorySchema


class HitSchema(MemorySchema):
    """One answer to a search."""

    score = serializers.FloatField()
    score_breakdown = serializers.DictField(child=serializers.FloatField())
    explanation = serializers.ListField(child=serializers.CharField(), required=False)


class SearchRequest(Chosen):
    """A question."""

    query = serializers.CharField()
    top_k = serializers.IntegerField(required=False, min_value=1, max_value=1000)
    threshold = serializers.FloatField(required=False, min_value=0, max_value=1)
    reference_date = serializers.JSONField(required=False)
    as_of = serializers.JSONField(required=False)
    explain = serializers.BooleanField(required=False)
    rerank = serializers.BooleanField(required=False)
    hops = serializers.IntegerField(required=False, min_value=1, max_value=2)


class SearchAnswer(Row):
    """The hits, best first."""

    results = HitSchema(many=True)
    confidence = serializers.FloatField(required=False, min_value=0, max_value=1)
    degraded = serializers.DictField(child=serializers.CharField(), required=False)


class ContextAnswer(Row):
    """Text for a prompt."""

    context_ = serializers.CharField()
    tokens = serializers.IntegerField()
    probability = serializers.FloatField(allow_null=True, min_value=0, max_value=1)
    degraded = serializers.DictField(child=serializers.CharField(), required=False)
    memory_ids = serializers.ListField(child=serializers.UUIDField())
    message_ids = serializers.ListField(child=serializers.CharField())
