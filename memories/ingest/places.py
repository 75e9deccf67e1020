"""Where projects' memories are: in files of their own, or in the database and an index server."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from django.conf import settings

from memories.engine.ports.stores import Stores

# What SQLite keeps beside a file.
_BESIDE: Final = ("", "-wal", "-shm")


class Places(Protocol):
    """Where each project is."""

    def of(self, project_id: UUID, *, organization_id: UUID) -> Path | Stores:
        """What a Memory of the project is opened with."""
        ...

    def may_be_new(self, project_id: UUID) -> bool:
        """True unless it is known to be there already."""
        ...

    def was_removed(self, project_id: UUID) -> bool:
        """True of a project that was there and is gone, as far as that can be told cheaply."""
        ...

    def remove(self, project_id: UUID) -> None:
        """Delete all of it; one that is gone is no error.

        Raises:
            RemembrancerError: some of it could not be deleted now.
        """
        ...

    def changes_wait(self) -> bool:
        """True if an index has not heard of every change; somebody may be telling it."""
        ...

    def settle_some(self) -> bool:
        """Tell the indexes of some projects what they have not heard of.

        Returns:
            True if there may be more to tell, and it can be told.
        """
        ...


class Files:
    """A file each, in the folder of the platform's data."""

    def of(self, project_id: UUID, *, organization_id: UUID) -> Path:  # noqa: ARG002 - the port's
        """As the port says."""
        folder: Path = settings.DATA_FOLDER / "projects"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder / f"{project_id}.db"

    def may_be_new(self, project_id: UUID) -> bool:
        """As the port says."""
        return not self._path(project_id).exists()

    def was_removed(self, project_id: UUID) -> bool:
        """As the port says."""
        return not self._path(project_id).exists()

    def remove(self, project_id: UUID) -> None:
        """As the port says."""
        for suffix in _BESIDE:
            Path(f"{self._path(project_id)}{suffix}").unlink(missing_ok=True)

    def changes_wait(self) -> bool:
        """False: an index in the file is as its truth is."""
        return False

    def settle_some(self) -> bool:
        """As the port says."""
        return False

    def _path(self, project_id: UUID) -> Path:
        path: Path = settings.DATA_FOLDER / "projects" / f"{project_id}.db"
        return path


@cache
def places() -> Places:
    """Those of this server."""
    if settings.INDEX is None:
        return Files()
    # Its tables are there only where it is used.
    hosted: Places = import_module("memories.records.hosting").Hosted(
        settings.INDEX, settings.REDIS_URL
    )
    return hosted
