"""A collection that an older release made gets what it has not."""

from typing import Final

from django.conf import settings

from memories.engine.adapters.weaviate.schema import _add_missing
from memories.engine.adapters.weaviate.way import _connect

OLDER: Final = "Older1"


def test_a_collection_gets_the_properties_that_are_new() -> None:
    from weaviate.classes.config import (
        DataType,
        Property,
    )

    said, found = (Property(name=name, data_type=DataType.NUMBER) for name in ("said", "found"))
    assert settings.INDEX is not None
    client = _connect(settings.INDEX.nodes[0], settings.INDEX.key)
    collection = client.collections.create(OLDER, properties=[said])
    try:
        row = collection.data.insert({"said": 1.0})
        for _ in range(2):
            _add_missing(client, OLDER, [said, found])
            config = client.collections.get(OLDER).config.get(simple=True)
            assert {each.name for each in config.properties} == {"said", "found"}
        kept = collection.query.fetch_object_by_id(row)
        assert kept.properties["said"] == 1.0
    finally:
        client.collections.delete(OLDER)
        client.close()
