"""gunicorn in full mode: `gunicorn controlplane.wsgi -c infra/gunicorn.conf.py`.

No `preload_app`: each process opens its own connections and files.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "controlplane.settings.production")

from django.conf import settings

bind = "127.0.0.1:8000"
worker_class = "gthread"
workers = settings.WEB_PROCESSES
threads = settings.WEB_THREADS
keepalive = 75
loglevel = "warning"
proc_name = "remembrancer"
# Names in paths may be long, and encoded are longer.
limit_request_line = 8190


def post_worker_init(worker):
    """Keep the audit trail of reads, and send spans: both from threads of this process."""
    from controlplane.audit.stream import READS
    from controlplane.health.pauses import shorten_pauses
    from controlplane.tracing.spans import SPANS

    READS.start()
    SPANS.start()
    shorten_pauses()


def worker_exit(server, worker):
    """Write what is left of the audit trail and of spans, and close the files of projects."""
    from controlplane.audit.stream import READS
    from controlplane.tracing.spans import SPANS
    from memories.ingest.projects import PROJECTS

    READS.stop()
    PROJECTS.close()
    SPANS.stop()
