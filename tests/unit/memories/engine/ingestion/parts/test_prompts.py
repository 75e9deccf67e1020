import hashlib
import json

from memories.engine.ingestion.parts import _prompts
from memories.engine.ingestion.parts._prompts import (
    IMAGE_INSTRUCTIONS,
    IMAGE_PROMPT,
    IMAGE_SCHEMA,
    PAGES_INSTRUCTIONS,
    PAGES_SCHEMA,
    pages_prompt,
)

# By version; a change of the instructions or forms is a new one.
DIGESTS = {1: "9a90bedde4d5d84f"}


def test_what_models_are_told_changes_only_with_the_version() -> None:
    told = [
        IMAGE_INSTRUCTIONS,
        IMAGE_PROMPT,
        json.dumps(IMAGE_SCHEMA),
        PAGES_INSTRUCTIONS,
        pages_prompt(1, 1),
        pages_prompt(1, 5),
        json.dumps(PAGES_SCHEMA),
    ]
    digest = hashlib.sha256("\0".join(told).encode()).hexdigest()
    assert DIGESTS[_prompts.PROMPT_VERSION] == digest[:16]
