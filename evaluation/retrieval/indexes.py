"""Where what is measured is kept: a file, or a server's database with its index in Weaviate."""

import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Protocol

from memories import Embedder, Extractor, Memory, Reranker


class Opens(Protocol):
    """Opens an empty Memory."""

    def __call__(
        self,
        embedder: Embedder,
        extractor: Extractor | None = None,
        reranker: Reranker | None = None,
    ) -> AbstractContextManager[Memory]:
        """With a model; the usual extractor if None, and no reranker."""
        ...


def in_a_file(
    embedder: Embedder, extractor: Extractor | None = None, reranker: Reranker | None = None
) -> Memory:
    """A temporary file."""
    return Memory(embedder=embedder, extractor=extractor, reranker=reranker)


@contextmanager
def in_weaviate(
    embedder: Embedder, extractor: Extractor | None = None, reranker: Reranker | None = None
) -> Iterator[Memory]:
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
            reranker=reranker,
        ) as memory:
            yield memory
    finally:
        hosted.remove(project)


INDEXES: Final[Mapping[str, Opens]] = {"file": in_a_file, "weaviate": in_weaviate}
