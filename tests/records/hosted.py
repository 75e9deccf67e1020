"""Memories of a project in Postgres, found through Weaviate."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from memories import LanguageModel, Memory, ModelExtraction
from memories.engine.adapters.weaviate.cluster import Cluster
from memories.engine.domain import Scope
from memories.engine.ports.embedder import WordHashEmbedder
from memories.records.hosting import Hosted
from memories.records.stores import index_name


@contextmanager
def hosted_memory(model: LanguageModel) -> Iterator[Memory]:
    """A new project's, learned by that model; its index is gone afterwards."""
    assert settings.INDEX is not None
    organization, project = uuid.uuid4(), uuid.uuid4()
    embedder = WordHashEmbedder()
    with Memory(
        Hosted(settings.INDEX, "").of(project, organization_id=organization),
        organization=str(organization),
        project=str(project),
        embedder=embedder,
        extractor=ModelExtraction(model),
    ) as opened:
        yield opened
    cluster = Cluster(settings.INDEX)
    cluster.remove_tenant(index_name(Scope(str(organization), str(project)), embedder.model))
    cluster.close()
