"""What requests and answers hold, for the description of the API."""

from rest_framework import serializers

from controlplane.api.openapi import SchemaOnly as Row


class IdsSchema(Row):
    """Whose memories."""

    user_id = serializers.CharField(allow_null=True, required=False)
    agent_id = serializers.CharField(allow_null=True, required=False)
    app_id = serializers.CharField(allow_null=True, required=False)
    run_id = serializers.CharField(allow_null=True, required=False)


class MessageSchema(Row):
    """One turn."""

    role = serializers.ChoiceField(["user", "assistant", "system", "tool"])
    content = serializers.JSONField(
        help_text="a text, or a list of parts: text, image_url, pdf_url, txt_url, mdx_url, "
        "audio_url, input_audio"
    )
    name = serializers.CharField(required=False)


class AddRequest(IdsSchema):
    """What to remember."""

    messages = serializers.JSONField(help_text="a list of {role, content, name?}, or a text")
    metadata = serializers.DictField(required=False)
    infer = serializers.BooleanField(required=False, default=True)
    custom_instructions = serializers.CharField(required=False)
    agent_custom_instructions = serializers.CharField(required=False)
    includes = serializers.CharField(required=False)
    excludes = serializers.CharField(required=False)
    custom_categories = serializers.JSONField(
        required=False, help_text="[{name: meaning}]; in place of the project's"
    )
    memory_type = serializers.CharField(required=False, help_text="procedural_memory sums a run up")
    timestamp = serializers.JSONField(required=False, help_text="seconds since 1970 or ISO 8601")
    expiration_date = serializers.DateField(required=False, allow_null=True)
    immutable = serializers.BooleanField(required=False, default=False)
    timezone = serializers.CharField(required=False)


class ResultSchema(Row):
    """What became of one fact."""

    id = serializers.CharField(allow_null=True)
    event = serializers.CharField()
    memory = serializers.CharField(allow_blank=True)
    data_ = serializers.DictField()
    reason = serializers.CharField(required=False)
    by = serializers.CharField(required=False, allow_null=True)
    derived_from = serializers.ListField(child=serializers.CharField(), required=False)


class AddedAnswer(Row):
    """An accepted add."""

    message = serializers.CharField()
    status = serializers.ChoiceField(["PENDING", "RUNNING", "SUCCEEDED", "FAILED"])
    event_id = serializers.UUIDField()
    results = ResultSchema(many=True, required=False)
    reason = serializers.CharField(required=False)


class ReadingSchema(Row):
    """What it took to put files into words."""

    usage = serializers.DictField(child=serializers.IntegerField())
    heard_seconds = serializers.FloatField()
    dollars = serializers.FloatField(allow_null=True)


class LearningSchema(Row):
    """By what facts were learned, and what that took."""

    extractor = serializers.CharField(allow_null=True, required=False)
    dropped = serializers.DictField(
        child=serializers.IntegerField(), allow_null=True, required=False
    )
    usage = serializers.DictField(child=serializers.IntegerField(), allow_null=True, required=False)
    dollars = serializers.FloatField(allow_null=True, required=False)
    reading = ReadingSchema(allow_null=True, required=False)


class PreviewedSchema(Row):
    """One fact that would be learned."""

    memory = serializers.CharField()
    event = serializers.CharField()
    id = serializers.CharField(allow_null=True)
    reason = serializers.CharField(allow_null=True)
    attributed_to = serializers.CharField()
    kind = serializers.CharField()
    categories = serializers.ListField(child=serializers.CharField())
    importance = serializers.FloatField(allow_null=True)
    occurred_from = serializers.DateTimeField(allow_null=True)
    occurred_until = serializers.DateTimeField(allow_null=True)
    quotes = serializers.ListField(child=serializers.CharField())


class PreviewAnswer(LearningSchema):
    """What an add would learn."""

    results = PreviewedSchema(many=True)
    reason = serializers.CharField(allow_null=True)


class PredictionAnswer(Row):
    """About what an add would take of the language model."""

    usage = serializers.DictField(child=serializers.IntegerField())
    dollars = serializers.FloatField(allow_null=True)


class ConsolidateRequest(IdsSchema):
    """Whose memories are to be looked at together."""

    dry_run = serializers.BooleanField(required=False, default=False)


class ChangeSchema(Row):
    """One change that a consolidation would make."""

    id = serializers.CharField(allow_null=True)
    event = serializers.ChoiceField(["ADD", "MERGE", "SUPERSEDE"])
    memory = serializers.CharField()
    reason = serializers.CharField()
    by = serializers.CharField(allow_null=True)
    derived_from = serializers.ListField(child=serializers.CharField())


class ConsolidationAnswer(LearningSchema):
    """An accepted consolidation, or what one would do."""

    message = serializers.CharField(required=False)
    status = serializers.CharField(required=False)
    event_id = serializers.UUIDField(required=False)
    results = ChangeSchema(many=True, required=False)
    looked_at = serializers.IntegerField(required=False)
    is_more = serializers.BooleanField(required=False)
    reason = serializers.CharField(required=False, allow_null=True)
    merged_entities = serializers.ListField(child=serializers.DictField(), required=False)


class SpendingRow(Row):
    """One day of one model."""

    date = serializers.DateField()
    model = serializers.CharField()
    questions = serializers.IntegerField()
    usage = serializers.DictField(child=serializers.IntegerField())
    dollars = serializers.FloatField(allow_null=True)


class SpendingAnswer(Row):
    """What language models took."""

    results = SpendingRow(many=True)


class MemorySchema(Row):
    """One memory."""

    id = serializers.UUIDField()
    memory = serializers.CharField()
    user_id = serializers.CharField(allow_null=True)
    agent_id = serializers.CharField(allow_null=True)
    app_id = serializers.CharField(allow_null=True)
    run_id = serializers.CharField(allow_null=True)
    session_id = serializers.CharField(allow_null=True)
    hash = serializers.CharField()
    metadata = serializers.DictField(allow_null=True)
    categories = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    expiration_date = serializers.DateField(allow_null=True)
    structured_attributes = serializers.DictField()
    replaced_by = serializers.CharField(allow_null=True)
    merged_into = serializers.CharField(allow_null=True)
    lifecycle_state = serializers.CharField()
    synthesized = serializers.BooleanField()
    derived_from = serializers.ListField(child=serializers.CharField())
    immutable = serializers.BooleanField()
    attributed_to = serializers.CharField()
    kind = serializers.CharField()
    version = serializers.IntegerField()
    learned_by = serializers.CharField(allow_null=True)
    importance = serializers.FloatField(allow_null=True)


class Chosen(Row):
    """Which memories."""

    filters = serializers.DictField()
    categories = serializers.ListField(child=serializers.CharField(), required=False)
    keywords = serializers.CharField(required=False)
    start_date = serializers.CharField(required=False)
    end_date = serializers.CharField(required=False)
    fields_ = serializers.ListField(child=serializers.CharField(), required=False)
    show_expired = serializers.BooleanField(required=False)
    latest_only = serializers.BooleanField(required=False)
    include_merged = serializers.BooleanField(required=False)


class ListRequest(Chosen):
    """Which memories, from where on."""

    cursor = serializers.CharField(required=False)


class MemoryPage(Row):
    """Some memories."""

    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    next_cursor = serializers.CharField(allow_null=True, required=False)
    results = MemorySchema(many=True)


class UpdateRequest(Row):
    """A new version."""

    text = serializers.CharField(required=False)
    metadata = serializers.DictField(required=False)
    timestamp = serializers.JSONField(required=False)
    expiration_date = serializers.DateField(required=False, allow_null=True)


class Told(Row):
    """What was done, in words."""

    message = serializers.CharField()
    event_id = serializers.UUIDField(required=False)


class EventSchema(LearningSchema):
    """A job."""

    id = serializers.UUIDField()
    event_type = serializers.CharField()
    status = serializers.ChoiceField(["PENDING", "RUNNING", "SUCCEEDED", "FAILED"])
    results = ResultSchema(many=True)
    reason = serializers.CharField(allow_null=True)
    error = serializers.CharField(allow_null=True)
    attempts = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    latency = serializers.FloatField(allow_null=True)


class EventPage(Row):
    """Some jobs."""

    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    next_cursor = serializers.CharField(allow_null=True, required=False)
    results = EventSchema(many=True)


class EntitySchema(Row):
    """A user, agent, app or run."""

    id = serializers.CharField()
    name = serializers.CharField()
    type = serializers.ChoiceField(["user", "agent", "app", "run"])
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    metadata = serializers.DictField()
    total_memories = serializers.IntegerField()
    count = serializers.IntegerField()


class EntityPage(Row):
    """Everyone."""

    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = EntitySchema(many=True)
    total_users = serializers.IntegerField()
    total_agents = serializers.IntegerField()
    total_apps = serializers.IntegerField()
    total_runs = serializers.IntegerField()


class PingAnswer(Row):
    """Whose key it is."""

    status = serializers.CharField()
    org_id = serializers.UUIDField()
    project_id = serializers.UUIDField()
    user_email = serializers.EmailField()


class HistoryRow(Row):
    """Something that happened to a memory."""

    id = serializers.CharField()
    memory_id = serializers.UUIDField()
    input = MessageSchema(many=True)
    old_memory = serializers.CharField(allow_null=True)
    new_memory = serializers.CharField(allow_null=True)
    event = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class OriginSchema(Row):
    """Where in a file that a message was made of quoted words stand."""

    part = serializers.IntegerField()
    media_type = serializers.CharField()
    page = serializers.IntegerField(allow_null=True)
    from_seconds = serializers.FloatField(allow_null=True)
    until_seconds = serializers.FloatField(allow_null=True)


class OriginalRow(Row):
    """A file that a part of a message was; no size and digest once its bytes were removed."""

    part = serializers.IntegerField()
    media_type = serializers.CharField()
    size = serializers.IntegerField()
    digest = serializers.CharField(allow_null=True)
    read_by = serializers.CharField(allow_null=True)


class Originals(Row):
    """The files that a message was made of."""

    results = OriginalRow(many=True)


class SourceRow(Row):
    """A message that a memory rests on."""

    message_id = serializers.CharField()
    client_id = serializers.CharField(allow_null=True)
    role = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    content = serializers.CharField()
    quote = serializers.CharField()
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    said_at = serializers.DateTimeField()
    origins = OriginSchema(many=True)


class Sources(Row):
    """Where a memory comes from."""

    results = SourceRow(many=True)
