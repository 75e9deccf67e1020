"""A Celery app as one would write it without a job table: a task is a unit of work."""

import os
import time

from celery import Celery

# Time that a unit takes, in which a kill can meet it.
_UNIT_SECONDS = 0.005

app = Celery("plain", broker=os.environ["PLAIN_BROKER"])
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    broker_transport_options={
        "visibility_timeout": 4,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
    },
)


@app.task(name="plain.do")
def do(number: int) -> None:
    """Leave a line that says it was done."""
    time.sleep(_UNIT_SECONDS)
    descriptor = os.open(os.environ["PLAIN_DONE"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{number}\n".encode())
    os.close(descriptor)
