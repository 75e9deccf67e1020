"""The Celery app of full mode: `celery -A workers.celery worker`, and one `beat` beside.

A task is a wake-up and carries nothing: what is to be done stands in rows, which are claimed by
conditional updates. So a message may be lost, repeated or late without harm.
"""

import os
from datetime import timedelta
from typing import Final

import django
from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init, worker_shutdown

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "controlplane.settings.production")
django.setup()

from django.conf import settings
from django.core.management.base import SystemCheckError

from controlplane.checks import refuse_bad_settings
from controlplane.jobs.broker import CONFIGURATION, connections
from controlplane.postgres.limits import STATEMENTS
from controlplane.tracing.spans import SPANS
from memories.ingest.projects import PROJECTS

# Longer than a worker waits for a message (10 seconds at most), shorter than anybody's patience.
_TIMEOUT_SECONDS: Final = 15.0
SWEEP_EVERY: Final = timedelta(seconds=5)
KEEP_UP_EVERY: Final = timedelta(minutes=1)

app = Celery("remembrancer", broker=settings.REDIS_URL, include=["workers.tasks"])
app.conf.update(
    CONFIGURATION,
    broker_transport_options=connections(_TIMEOUT_SECONDS),
    broker_connection_retry_on_startup=True,
    # Redis may be away for as long as it likes.
    broker_connection_max_retries=None,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    # Threads: all of them share the embedding model and the opened files.
    worker_pool="threads",
    worker_concurrency=settings.JOB_THREADS,
    # In memory: what is due every few seconds needs no file of when it was done.
    beat_scheduler="celery.beat:Scheduler",
    beat_schedule={
        "sweep": {
            "task": "maintenance.sweep",
            "schedule": SWEEP_EVERY,
            "options": {"expires": SWEEP_EVERY.total_seconds()},
        },
        "keep up": {
            "task": "maintenance.keep_up",
            "schedule": KEEP_UP_EVERY,
            "options": {"expires": KEEP_UP_EVERY.total_seconds()},
        },
    },
)


@setup_logging.connect
def keep_our_log(**kwargs: object) -> None:
    """Leave the log as the settings have it: JSON, a line an event."""


@worker_init.connect
@beat_init.connect
def check_settings(**kwargs: object) -> None:
    """End a start with settings that can't be used, and say which."""
    try:
        refuse_bad_settings()
    except SystemCheckError as error:
        # Celery logs other exceptions of its signals, and goes on.
        raise SystemExit(str(error)) from error


@worker_init.connect
def limit_statements(**kwargs: object) -> None:
    """Let no statement of a job go on when the job is another worker's."""
    STATEMENTS.seconds = settings.JOB_STATEMENT_SECONDS


@worker_init.connect
def send_spans(**kwargs: object) -> None:
    """Begin to send spans: the pool is of threads, so that nothing forks after this."""
    SPANS.start()


@worker_shutdown.connect
def close_files(**kwargs: object) -> None:
    """Close the files of projects, and send the spans that are left."""
    PROJECTS.close()
    SPANS.stop()
