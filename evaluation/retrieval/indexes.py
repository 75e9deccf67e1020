"""Where what is measured is kept: a file, or a server's database with its index in Weaviate."""

import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Final, TypeAlias

from memories import Embedder, Extractor, Memory

# Opens an empty Memory with a model and, if it is not the usual one, an extractor.
Opens: TypeAlias = Callable[[Embedder, Extractor | None], AbstractContextManager[Memory]]


def in_a_file(embedder: Embedder, extractor: Extractor | None = None) -> Memory:
    """A temporary file."""
    return Memory(embedder=embedder, extractor=extractor)


@contextmanager
def in_weaviate(embedder: Embedder, extractor: Extractor | None = None) -> Iterator[Memory]:
    """A project of the server that the environment describes (docs/full-mode.md); removed again.

    Raises:
        ImproperlyConfigured: it describes none, or one without Weaviate.
    """
    import django  # noqa: PLC0415 - measuring in a file does without

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "controlplane.settings.production")
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - once it is set up

    from memories.records.hosting import this_servers  # noqa: PLC0415 - as above

    call_command("migrate", verbosity=0)
    project, organization = uuid.uuid4(), uuid.uuid4()
    hosted = this_servers()
    try:
        with Memory(
            hosted.of(project, organization_id=organization),
            organization=str(organization),
            project=str(project),
            embedder=embedder,
            extractor=extractor,
        ) as memory:
            yield memory
    finally:
        hosted.remove(project)


INDEXES: Final[Mapping[str, Opens]] = {"file": in_a_file, "weaviate": in_weaviate}
