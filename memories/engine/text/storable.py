"""Which texts every store can keep."""

import re
from typing import Final

# NUL ends a text in Postgres, and a lone surrogate has no UTF-8 form.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def flaw_of_text(text: str) -> str | None:
    """The first character that some store can't keep, in words; None if there is none."""
    found = _UNSTORABLE.search(text)
    if found is None:
        return None
    code = ord(found.group())
    kind = "a lone surrogate" if code else "a NUL character"
    return f"character {found.start() + 1} is {kind} (U+{code:04X}), which no text can hold"
