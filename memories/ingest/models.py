"""Jobs, and the queues that they stand in.

A job stands in the lane of its scope: one job of a lane is done at a time, in the order in which
they came. Lanes of one project take turns with those of the others. The row is the truth; whatever
wakes a worker only wakes it.
"""

import uuid
from typing import ClassVar

from django.db import models

from controlplane.organizations.models import Project


class JobKind(models.TextChoices):
    """What a job does."""

    ADD = "ADD"
    DELETE = "DELETE"
    CONSOLIDATE = "CONSOLIDATE"
    PROFILE = "PROFILE"
    IMPORT = "IMPORT"


class JobStatus(models.TextChoices):
    """Where a job stands, in the words that clients read."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class Queue(models.Model):
    """A project's jobs, all lanes together.

    Attributes:
        waiting: jobs that are pending or running.
        served_at: when a job of it was last begun: who waits longest comes first.
    """

    project = models.OneToOneField(
        Project, on_delete=models.CASCADE, primary_key=True, related_name="queue"
    )
    waiting = models.PositiveIntegerField(default=0)
    served_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["served_at"], condition=models.Q(waiting__gt=0), name="queue_waiting"
            )
        ]

    def __str__(self) -> str:
        return str(self.project_id)


class Lane(models.Model):
    """One scope's jobs.

    Attributes:
        scope: digest of the scope's ids.
        waiting: its jobs that are pending or running.
        urgency: of its most urgent waiting job; less is sooner.
        holder: who does its first job now; nobody if empty.
        lease_until: from then on another may take the job over; without a holder, until then the
            lane rests after a failed attempt.
    """

    queue = models.ForeignKey(Queue, on_delete=models.CASCADE, related_name="lanes")
    scope = models.CharField(max_length=32)
    waiting = models.PositiveIntegerField(default=0)
    urgency = models.PositiveSmallIntegerField(default=1)
    holder = models.CharField(max_length=32, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    touched_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["queue", "scope"], name="lane_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["queue", "urgency", "touched_at"],
                condition=models.Q(waiting__gt=0),
                name="lane_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.queue_id} {self.scope}"


class Jobs(models.Manager["Job"]):
    """Jobs without their saved answers, which may be long and are read by their own name alone."""

    def get_queryset(self) -> models.QuerySet["Job"]:
        """Every job."""
        return super().get_queryset().defer("answer")


class Job(models.Model):
    """One accepted request; clients know it as an event.

    Attributes:
        id: the event's id.
        number: ascending in the order of acceptance.
        actor: on whose behalf, as the audit trail names it; empty if it is not known.
        order: what is to be done, as `orders` writes it; emptied once it is done.
        answer: what the extractor said of it, as the engine writes it; emptied with the order.
        results: what became of it, as clients read it.
        learning: by which extractor, what it dropped and what it took, as clients read it.
        reason: why nothing was stored, where nothing was.
        error: what went wrong in the last attempt, for people.
        not_before: a failed attempt is not repeated earlier.
    """

    number = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    lane = models.ForeignKey(Lane, on_delete=models.CASCADE, related_name="jobs")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=20, choices=JobKind.choices)
    status = models.CharField(max_length=10, choices=JobStatus.choices, default=JobStatus.PENDING)
    actor = models.CharField(max_length=36, blank=True, default="")
    order = models.JSONField()
    # The database's default is for a release before this one, which goes on inserting meanwhile.
    answer = models.TextField(blank=True, default="", db_default="")
    results = models.JSONField(default=list)
    # As above.
    learning = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    reason = models.TextField(blank=True, default="")
    error = models.TextField(blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField()

    objects = Jobs()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["lane", "number"],
                condition=models.Q(status__in=["PENDING", "RUNNING"]),
                name="job_of_lane",
            ),
            models.Index(fields=["project", "-number"], name="job_of_project"),
            models.Index(
                fields=["project", "-number"],
                condition=models.Q(status__in=["PENDING", "RUNNING"]),
                name="job_open_of_project",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class JobFile(models.Model):
    """A file that an add handed in, kept until the job is over.

    Beside the order, which is read with each search while it waits.

    Attributes:
        number: by which the order names it.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="files")
    number = models.PositiveSmallIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["job", "number"], name="job_file_once")
        ]

    def __str__(self) -> str:
        return f"{self.job_id} {self.number}"


class Spending(models.Model):
    """What a project's facts took of one language model on one day, UTC.

    Attributes:
        questions: that were answered.
        read: tokens, as `TokenUsage` has them; likewise the next three.
        microdollars: millionths of a dollar, by the prices that were set then.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="spending")
    on = models.DateField()
    model = models.CharField(max_length=200)
    questions = models.PositiveBigIntegerField(default=0)
    read = models.PositiveBigIntegerField(default=0)
    read_from_cache = models.PositiveBigIntegerField(default=0)
    written_to_cache = models.PositiveBigIntegerField(default=0)
    written = models.PositiveBigIntegerField(default=0)
    microdollars = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "on", "model"], name="spending_once")
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.on}"


class DueConsolidation(models.Model):
    """That memories of somebody have changed, and are to be looked at together.

    Attributes:
        scope: digest of whose they are, in whichever run.
        owner: their ids, as an order has them.
        due_at: not before; later with each further change.
    """

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="due_consolidations"
    )
    scope = models.CharField(max_length=32)
    owner = models.JSONField()
    due_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "scope"], name="due_consolidation_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["due_at"], name="due_consolidation_next")
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.scope}"


class KeptProfile(models.Model):
    """What is known of a user, laid out by a project's schema.

    Attributes:
        job: that builds it, or built it last.
        wanted: digest of the schema and instructions of the last attempt.
        content: the object; empty until it is built, and again once it may not be shown.
        sources: version of each memory that it rests on, by id.
        error: why the last attempt gave nothing; empty if it did.
        built_at: when the content was; None without any.
        is_checked: nothing that it rests on was deleted; False until that is looked at.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="profiles")
    name = models.CharField(max_length=256)
    job = models.UUIDField(null=True)
    wanted = models.CharField(max_length=32, blank=True, default="")
    content = models.JSONField(default=dict)
    sources = models.JSONField(default=dict)
    error = models.TextField(blank=True, default="")
    built_at = models.DateTimeField(null=True)
    generation_count = models.PositiveIntegerField(default=0)
    is_checked = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "name"], name="profile_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["id"], condition=models.Q(is_checked=False), name="profile_unchecked"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ModelBatch(models.Model):
    """A batch of questions that a project handed in to its language model.

    Attributes:
        batch: the provider's id.
        is_counted: what its answers took is in `Spending`.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="model_batches")
    batch = models.CharField(max_length=200)
    is_counted = models.BooleanField(default=False)
    submitted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "batch"], name="model_batch_once")
        ]

    def __str__(self) -> str:
        return self.batch


class Participant(models.Model):
    """A user, agent, app or run that a project was told of; stays when its memories are gone."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="participants")
    kind = models.CharField(max_length=5)
    name = models.CharField(max_length=256)
    metadata = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "kind", "name"], name="participant_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)
