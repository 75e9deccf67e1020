"""What every model is told is the same, and is told apart by its version."""

import json

from memories.engine.adapters.model_extractor._instructions import (
    INSTRUCTIONS,
    PROMPT_VERSION,
    SCHEMA,
)
from memories.engine.text.fingerprints import digest

# One more line whenever the instructions or the schema change, with the next version.
DIGESTS = {1: "f5cdea046c6c69ef66fe2c73bc5d8e7f"}


def test_other_instructions_have_another_version() -> None:
    told = digest(INSTRUCTIONS, json.dumps(SCHEMA, sort_keys=True)).hex()
    assert DIGESTS[PROMPT_VERSION] == told
    assert len(set(DIGESTS.values())) == PROMPT_VERSION == max(DIGESTS)


def test_every_object_of_the_schema_names_all_that_it_may_hold() -> None:
    text = json.dumps(SCHEMA)
    assert text.count('"type": "object"') == text.count('"additionalProperties": false')


def test_every_field_of_the_schema_is_explained() -> None:
    fact = SCHEMA["properties"]["facts"]["items"]  # type: ignore[index]  # as it is made
    assert all(f"- {name}:" in INSTRUCTIONS for name in fact["properties"])
