"""Identifiers, which read alike in every language."""

import re
from collections.abc import Iterator
from typing import Final

from memories.engine.domain import EntityType, Mention

# In order of precedence. Longer forms first: an address holds a handle, a version a number.
_IDENTIFIER: Final = re.compile(
    r"""
    (?<![\w@])(?:
      https?://[^\s<>"'“”]+[^\s<>"'“”.,;:!?)\]]
    | www\.[^\s<>"']+[^\s<>"'.,;:!?)\]]
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+
    | (?:PR|MR|issue|ticket|order|invoice|case|bug)\s?\#\s?\d[\w-]*
    | [@\#][^\W_][\w.-]*\w
    | (?:[A-Z][A-Za-z]{1,15}\s)?v?\d+\.\d+\.\d+(?:[.-]?[a-z0-9]+)*
    | [A-Z][A-Za-z.+]{1,15}\s\d+\.\d+(?![\d%])
    | v\d+(?:\.\d+)+ | v\d+\b
    | [\w-]+\.(?:py|js|ts|json|csv|pdf|docx?|xlsx?|txt|md|png|jpe?g|zip|html?|yaml|yml|toml|mp[34])\b
    | [\w-]+\.(?:com|org|net|io|dev|example|co\.uk|de|fr|es|jp|ru)\b(?:/[^\s<>"']*[^\s<>"'.,;:!?)])?
    | (?=[A-Z0-9-]*\d)(?=[A-Z0-9-]*[A-Z])[A-Z0-9]{1,12}(?:-[A-Z0-9]{1,12})+
    | [A-Z]{1,3}\s?\d{3,6}
    | (?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{5,20}
    | (?<=\bno\.\s)\d{4,}[\d-]* | \#\d+
    | \+?\d{2,4}[ -]\d{3,4}[ -]\d{3,4}(?:[ -]\d{2,4})? | (?<![.,])\d{6,}(?![.,]\d)
    | [a-zA-Z]\w*(?:_\w+)+(?:\(\))?
    )(?![\w@])
    """,
    re.VERBOSE,
)


def find_identifiers(text: str) -> Iterator[Mention]:
    """Yields addresses, handles, tags, codes, versions and file names, in order."""
    for match in _IDENTIFIER.finditer(text):
        yield Mention(match[0], match.start(), match.end(), EntityType.IDENTIFIER)
