"""What the audit trail is told of memories: what was served, and what is about to be changed."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from uuid import UUID

from rest_framework.request import Request

from controlplane.api.authentication import principal_of
from controlplane.audit.actions import Action
from controlplane.audit.services import record_in
from controlplane.audit.stream import record_read
from memories import Memory, RemembrancerError


def served(request: Request, action: Action, ids: Iterable[object]) -> None:
    """Record which memories the request is answered with. No SQL is waited for."""
    principal = principal_of(request)
    record_read(
        action, ids, organization_id=principal.organization_id, project_id=principal.project_id
    )


@contextmanager
def changing(action: Action, memory: Memory, memory_id: str) -> Iterator[None]:
    """Record the change that the block makes, before it does.

    A project's file is not in the transaction of the trail. So the record comes first, and no
    change is without one, whenever the server dies. A change that the engine refuses after all is
    followed by a record that says so.

    Raises:
        NotFound: there is no such memory; nothing is recorded.
    """
    project_id = UUID(memory.get(memory_id).scope.project)
    record_in(project_id, action, [memory_id])
    try:
        yield
    except RemembrancerError:
        record_in(project_id, Action.MEMORY_UNCHANGED, [memory_id])
        raise
