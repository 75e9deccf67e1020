"""Memories of projects, opened when they are needed and kept open while they are used."""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from django.conf import settings

from controlplane.organizations.models import Project
from controlplane.shared_model import known_models, server_reranker
from controlplane.tracing.spans import SPANS
from memories import Embedder, Memory, ModelMismatch, NotFound, StoreBusy
from memories.engine.bootstrap import with_kept_queries
from memories.ingest.answers import AnswersOfProject
from memories.ingest.pending import PendingOfProject
from memories.ingest.places import places
from memories.ingest.spending import extraction_of, reading_of

# How long the removal of a project waits for calls under way: a large add takes seconds.
_LONGEST_USE_SECONDS: Final = 60.0
# How often it is looked for files that another process removed.
_LOOK_EVERY_SECONDS: Final = 1.0


class _Opened:
    """One opened file.

    Attributes:
        users: calls that use it now.
    """

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.users = 0


class OpenProjects:
    """The files that this process has open; those not used for longest are closed first."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        # Opening a file takes seconds if it is large: nobody else's calls wait for that.
        self._opening: WeakValueDictionary[UUID, threading.Lock] = WeakValueDictionary()
        self._unused = threading.Condition(self._lock)
        self._removed: set[UUID] = set()
        self._opened: OrderedDict[UUID, _Opened] = OrderedDict()
        self._looked_at = 0.0

    @contextmanager
    def use(self, project_id: UUID, *, organization_id: UUID) -> Iterator[Memory]:
        """A project's memories, open until the block ends.

        Raises:
            NotFound: the project was removed.
            RemembrancerError: the file can't be opened.
        """
        opened = self._take(project_id, organization_id)
        try:
            yield opened.memory
        except ModelMismatch:
            # Another process has switched it: whoever asks next opens it anew.
            with self._lock:
                if self._opened.get(project_id) is opened:
                    del self._opened[project_id]
            raise
        finally:
            with self._lock:
                opened.users -= 1
                self._unused.notify_all()
                closing = self._surplus()
            for memory in closing:
                memory.close()

    def _take(self, project_id: UUID, organization_id: UUID) -> _Opened:
        opened = self._take_opened(project_id)
        if opened is not None:
            return opened
        with self._opening_of(project_id):
            opened = self._take_opened(project_id)
            if opened is not None:
                return opened
            memory = self._open(project_id, organization_id)
            with self._lock:
                self._opened[project_id] = opened = _Opened(memory)
                opened.users = 1
                return opened

    def _opening_of(self, project_id: UUID) -> threading.Lock:
        """The one lock of those who open or remove that file now."""
        with self._lock:
            return self._opening.setdefault(project_id, threading.Lock())

    def _take_opened(self, project_id: UUID) -> _Opened | None:
        with self._lock:
            if project_id in self._removed:
                raise NotFound("the project was removed")
            opened = self._opened.get(project_id)
            if opened is not None:
                self._opened.move_to_end(project_id)
                opened.users += 1
            return opened

    def _open(self, project_id: UUID, organization_id: UUID) -> Memory:
        is_new = places().may_be_new(project_id)
        if is_new and not Project.objects.filter(id=project_id).exists():
            # Another process removed it, and this one knew its key for a moment longer.
            raise NotFound("the project was removed")
        *first, last = known_models()
        for embedder in first:
            # Not every project may have been switched to the server's model yet.
            with suppress(ModelMismatch):
                return self._open_with(embedder, project_id, organization_id)
        return self._open_with(last, project_id, organization_id)

    def _open_with(self, embedder: Embedder, project_id: UUID, organization_id: UUID) -> Memory:
        return Memory(
            places().of(project_id, organization_id=organization_id),
            organization=str(organization_id),
            project=str(project_id),
            # What one project was asked is nothing to another, not even by how soon it answers.
            embedder=with_kept_queries(embedder),
            pending=PendingOfProject(project_id),
            answers=AnswersOfProject(project_id),
            extractor=extraction_of(project_id),
            parts=reading_of(project_id),
            tracer=SPANS,
            reranker=server_reranker(),
            deadline_seconds=settings.SEARCH_DEADLINE_SECONDS,
        )

    def _surplus(self) -> list[Memory]:
        idle = [id_ for id_, opened in self._opened.items() if not opened.users]
        surplus = idle[: max(0, len(self._opened) - settings.OPEN_PROJECTS)]
        if time.monotonic() >= self._looked_at + _LOOK_EVERY_SECONDS:
            self._looked_at = time.monotonic()
            # Removed by another process; while it is open here, the disk keeps what was in it.
            surplus += [id_ for id_ in idle[len(surplus) :] if places().was_removed(id_)]
        return [self._opened.pop(id_).memory for id_ in surplus]

    def remove(self, project_id: UUID) -> None:
        """Delete a project's file from the disk, after the calls that use it; none opens it again.

        Raises:
            StoreBusy: a call goes on using it.
        """
        with self._opening_of(project_id), self._lock:
            self._removed.add(project_id)
            if not self._unused.wait_for(lambda: not self._users(project_id), _LONGEST_USE_SECONDS):
                raise StoreBusy("the project is still in use")
            opened = self._opened.pop(project_id, None)
        if opened is not None:
            opened.memory.close()
        places().remove(project_id)

    def _users(self, project_id: UUID) -> int:
        opened = self._opened.get(project_id)
        return 0 if opened is None else opened.users

    def close(self) -> None:
        """Close every file."""
        with self._lock:
            opened = list(self._opened.values())
            self._opened.clear()
        for each in opened:
            each.memory.close()


PROJECTS = OpenProjects()
