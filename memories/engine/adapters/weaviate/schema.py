"""The collections: what is kept of a passage and of an entity, and how it is found.

Names end with the number of their form, so that another form is built beside the one in use.
"""

from typing import Final

from weaviate import WeaviateClient
from weaviate.classes.config import (
    Configure,
    DataType,
    Property,
    StopwordsPreset,
    Tokenization,
    VectorDistances,
)
from weaviate.collections.classes.config import (
    _InvertedIndexConfigCreate,
    _MultiTenancyConfigCreate,
    _ReplicationConfigCreate,
)
from weaviate.collections.classes.config_vector_index import _VectorIndexConfigCreate
from weaviate.exceptions import UnexpectedStatusCodeError

PASSAGES: Final = "Passages1"
ENTITIES: Final = "Entities1"

_COMPARED_EVERY_MS: Final = 10_000
_SETTLED_AFTER_MS: Final = 3_000

NUMBERS: Final = (
    "said_at",
    "recorded_at",
    "updated_at",
    "expires_at",
    "occurred_from",
    "occurred_until",
    "at",
    "said_from",
    "said_until",
    "recorded_from",
    "recorded_until",
    "merged_said_at",
    "superseded_at",
    "merged_found_at",
    "superseded_found_at",
)


def make_collections(client: WeaviateClient, *, replicas: int, graph: bool) -> None:
    """Make the collections that are missing.

    Args:
        client: the cluster.
        replicas: how many nodes hold each row.
        graph: find vectors with HNSW instead of comparing all of a project's.
    """
    for name, properties in ((PASSAGES, _passage()), (ENTITIES, _entity())):
        if client.collections.exists(name):
            _add_missing(client, name, properties)
            continue
        try:
            client.collections.create(
                name,
                properties=properties,
                vector_config=Configure.Vectors.self_provided(
                    vector_index_config=_vector_index(graph=graph)
                ),
                multi_tenancy_config=_tenants(),
                inverted_index_config=_words(),
                replication_config=_copies(replicas),
            )
        except UnexpectedStatusCodeError:
            # Another process may have made it meanwhile.
            if not client.collections.exists(name):
                raise


def _add_missing(client: WeaviateClient, name: str, properties: list[Property]) -> None:
    """Give a collection of an older release what it has not; its rows have it once told anew."""
    config = client.collections.get(name).config
    known = {each.name for each in config.get(simple=True).properties}
    for each in properties:
        if each.name in known:
            continue
        try:
            config.add_property(each)
        except UnexpectedStatusCodeError:
            # Another process may have added it meanwhile.
            if each.name not in {seen.name for seen in config.get(simple=True).properties}:
                raise


def _vector_index(*, graph: bool) -> _VectorIndexConfigCreate:
    if graph:
        return Configure.VectorIndex.hnsw(distance_metric=VectorDistances.COSINE)
    return Configure.VectorIndex.flat(distance_metric=VectorDistances.COSINE)


def _tenants() -> _MultiTenancyConfigCreate:
    # A tenant is made on purpose; a cold one comes back by itself when it is asked.
    return Configure.multi_tenancy(
        enabled=True, auto_tenant_creation=False, auto_tenant_activation=True
    )


def _words() -> _InvertedIndexConfigCreate:
    # Every word counts: which ones say little, the engine knows by language.
    return Configure.inverted_index(stopwords_preset=StopwordsPreset.NONE)


def _copies(replicas: int) -> _ReplicationConfigCreate:
    if replicas == 1:
        return Configure.replication(factor=1)
    # A node that was away has what it missed some 10 seconds after it is back, in place of 55.
    comparing = Configure.Replication.async_config(
        frequency=_COMPARED_EVERY_MS, propagation_delay=_SETTLED_AFTER_MS
    )
    return Configure.replication(factor=replicas, async_enabled=True, async_config=comparing)


def _passage() -> list[Property]:
    return [
        _labels("labels"),
        _labels("words"),
        _labels("folded"),
        # The engine's own terms, split on white space, so that both indexes count the same words.
        Property(name="terms", data_type=DataType.TEXT, tokenization=Tokenization.WHITESPACE),
        Property(name="length", data_type=DataType.INT),
        *[
            Property(name=name, data_type=DataType.NUMBER, index_range_filters=True)
            for name in NUMBERS
        ],
        _kept("owner"),
        _kept("row"),
        _kept("told"),
        _kept("fingerprint"),
    ]


def _entity() -> list[Property]:
    return [_labels("labels"), _kept("owner"), _kept("row"), _kept("fingerprint")]


def _labels(name: str) -> Property:
    return Property(
        name=name,
        data_type=DataType.TEXT_ARRAY,
        tokenization=Tokenization.FIELD,
        index_searchable=False,
    )


def _kept(name: str) -> Property:
    return Property(
        name=name, data_type=DataType.TEXT, index_filterable=False, index_searchable=False
    )
