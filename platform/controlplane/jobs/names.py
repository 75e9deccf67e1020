"""Names of tasks, as messages carry them."""

from enum import StrEnum


class Work(StrEnum):
    """What somebody can be woken for; the value is the name of the task that does it."""

    JOBS = "ingest.wake"
    WEBHOOKS = "webhooks.wake"
    INDEX = "index.settle"
