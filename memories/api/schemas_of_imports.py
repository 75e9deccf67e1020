"""What requests and answers about imports hold, for the description of the API."""

from rest_framework import serializers

from controlplane.api.openapi import SchemaOnly as Row
from memories.api.schemas import IdsSchema


class ImportedConversation(IdsSchema):
    """One conversation."""

    messages = serializers.JSONField(help_text="a list of {role, content, name?, timestamp?}")
    timestamp = serializers.JSONField(required=False, help_text="seconds since 1970 or ISO 8601")


class ImportRequest(IdsSchema):
    """Conversations to remember; ids count for those that name no others."""

    conversations = ImportedConversation(many=True)
    batched = serializers.BooleanField(required=False, default=True)
    metadata = serializers.DictField(required=False)
    custom_instructions = serializers.CharField(required=False)
    agent_custom_instructions = serializers.CharField(required=False)
    includes = serializers.CharField(required=False)
    excludes = serializers.CharField(required=False)
    custom_categories = serializers.JSONField(required=False)
    expiration_date = serializers.DateField(required=False, allow_null=True)
    immutable = serializers.BooleanField(required=False, default=False)
    timezone = serializers.CharField(required=False)


class ImportAnswer(Row):
    """How an import stands; its counts are there once its messages are kept."""

    id = serializers.UUIDField()
    event_id = serializers.UUIDField()
    status = serializers.ChoiceField(["PENDING", "RUNNING", "SUCCEEDED", "FAILED"])
    reason = serializers.CharField(allow_null=True)
    error = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    parts = serializers.DictField(child=serializers.IntegerField(), required=False)
    batched = serializers.BooleanField(required=False)
    messages = serializers.IntegerField(required=False)
    questions = serializers.IntegerField(required=False)
    memories = serializers.IntegerField(required=False)
    repeats = serializers.IntegerField(required=False)
    dropped = serializers.DictField(child=serializers.IntegerField(), required=False)
    asked_again = serializers.DictField(child=serializers.IntegerField(), required=False)
    predicted = serializers.DictField(child=serializers.IntegerField(), required=False)
    predicted_dollars = serializers.FloatField(allow_null=True, required=False)
    usage = serializers.DictField(child=serializers.IntegerField(), required=False)
    dollars = serializers.FloatField(allow_null=True, required=False)
