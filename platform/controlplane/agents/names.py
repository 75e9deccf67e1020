"""Names for users that agents speak for, easy to read and say."""

import secrets
from typing import Final

_QUALITIES: Final = (
    "amber", "brave", "calm", "clever", "coral", "eager", "gentle", "golden", "keen", "lively",
    "lucky", "merry", "mellow", "nimble", "patient", "quiet", "rapid", "silver", "sturdy", "swift",
)  # fmt: skip
_ANIMALS: Final = (
    "badger", "crane", "dolphin", "falcon", "fox", "heron", "ibis", "kestrel", "lark", "lynx",
    "marten", "otter", "owl", "plover", "puffin", "raven", "seal", "stoat", "swallow", "wren",
)  # fmt: skip


def new_user_name() -> str:
    """Such as `swift-otter-4821`."""
    number = 1000 + secrets.randbelow(9000)
    return f"{secrets.choice(_QUALITIES)}-{secrets.choice(_ANIMALS)}-{number}"
