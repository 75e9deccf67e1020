"""What summarizers are told is fixed word for word, and versioned."""

import json

from memories.engine.adapters.model_summarizer._instructions import (
    INSTRUCTIONS,
    LISTED,
    PROMPT_VERSION,
    SAID,
    SCHEMA,
)
from memories.engine.text.fingerprints import digest

# By version: once released, neither changes under the same number.
DIGESTS = {1: "a50ea3682b17167269a73114acd16cd5"}


def test_other_instructions_have_another_version() -> None:
    told = digest(INSTRUCTIONS, json.dumps(SCHEMA, sort_keys=True)).hex()
    assert DIGESTS[PROMPT_VERSION] == told
    assert len(set(DIGESTS.values())) == PROMPT_VERSION == max(DIGESTS)


def test_every_field_is_explained_and_asked_for() -> None:
    names = {*SAID, *LISTED}
    assert set(SCHEMA["properties"]) == names  # type: ignore[call-overload]  # as it is made
    assert all(f"- {name}:" in INSTRUCTIONS for name in names)
