"""The application server of embedded mode: one process answers, and its threads do the jobs."""

from typing import Any, Final

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from gunicorn.app.base import BaseApplication

from controlplane.audit.stream import READS
from controlplane.health.pauses import shorten_pauses
from controlplane.organizations.removal import finish_removals
from controlplane.tracing.spans import SPANS
from memories.ingest.projects import PROJECTS
from workers.threads import JobThreads

# Requests that are answered at the same time.
_THREADS: Final = 8
_KEEP_ALIVE_SECONDS: Final = 75


class EmbeddedServer(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn with one process of threads, and job threads beside them."""

    def __init__(self, host: str, port: int) -> None:
        """Take the address to listen on."""
        self._address = f"{host}:{port}"
        self._jobs: JobThreads | None = None
        super().__init__()

    def load_config(self) -> None:
        """Settings of gunicorn."""
        options = {
            "bind": self._address,
            "workers": 1,
            "worker_class": "gthread",
            "threads": _THREADS,
            "keepalive": _KEEP_ALIVE_SECONDS,
            "loglevel": "warning",
            "proc_name": "remembrancer",
            "post_worker_init": self._begin,
            "worker_exit": self._end,
            # Names in paths may be long, and encoded are longer.
            "limit_request_line": 8190,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIHandler:
        """Django."""
        from django.core.wsgi import get_wsgi_application  # noqa: PLC0415 - in the worker process

        return get_wsgi_application()

    def _begin(self, worker: Any) -> None:
        # Of projects that were removed when a process before this one died.
        finish_removals()
        self._jobs = JobThreads(settings.JOB_THREADS)
        self._jobs.start()
        READS.start()
        SPANS.start()
        shorten_pauses()

    def _end(self, server: Any, worker: Any) -> None:
        if self._jobs is not None:
            self._jobs.stop()
        READS.stop()
        PROJECTS.close()
        SPANS.stop()
