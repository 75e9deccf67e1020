"""Identifiers, which read alike in every language."""

import re
from collections.abc import Iterator
from typing import Final

from memories.engine.domain import EntityType, Mention
from memories.engine.text.mentions._readings import read_word

# In order of precedence. Longer forms first: an address holds a handle, a version a number.
_IDENTIFIER: Final = re.compile(
    r"""
    (?<![\w@])(?:
      https?://[^\s<>"'“”]+[^\s<>"'“”.,;:!?)\]]
    | www\.[^\s<>"']+[^\s<>"'.,;:!?)\]]
    | \w[\w.+-]*@[\w-]+(?:\.[\w-]+)+
    | (?:PR|MR|issue|ticket|order|invoice|case|bug)\s?\#\s?\d[\w-]*
    | [@\#][^\W_][\w.-]*\w
    | (?P<product>[A-Z][A-Za-z+]{1,15})\s(?P<version>v?\d+(?:\.\d+){1,3})(?![\d%])
    | (?!\d{1,2}\.\d{1,2}\.\d{2,4}\b)v?\d+\.\d+\.\d+(?:[.-]?[a-z0-9]+)*
    | v\d+(?:\.\d+)+ | v\d+\b
    | \w[\w-]*\.(?:py|js|ts|json|csv|pdf|docx?|xlsx?|txt|md|png|jpe?g|zip|html?|ya?ml|toml|mp[34])\b
    | \w[\w-]*\.(?:com|org|net|io|dev|example|co\.uk|de|fr|es|jp|ru)\b
      (?:/[^\s<>"']*[^\s<>"'.,;:!?)])?
    | (?=[A-Z0-9][A-Z0-9-]*)(?=[A-Z0-9-]*\d)(?=[A-Z0-9-]*[A-Z])[A-Z0-9]{1,12}(?:-[A-Z0-9]{1,12})+
    | [A-Z]{1,3}\d{3,6} | (?!USD|EUR|GBP|CHF)[A-Z]{2,3}\s(?!(?:19|20)\d\d\b)\d{3,6}
    | (?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{5,20}
    | (?<=\bno\.\s)\d{4,}[\d-]* | \#\d+
    | \+?\d{2,4}[ -]\d{3,4}[ -]\d{3,4}(?:[ -]\d{2,4})? | (?<![.,])\d{6,}(?![.,]\d)
    | [a-zA-Z][^\W_]*(?:_[^\W_]+)+(?:\(\))?
    )(?![\w@])
    """,
    re.VERBOSE,
)


def find_identifiers(text: str) -> Iterator[Mention]:
    """Yields addresses, handles, tags, codes, versions and file names, in order."""
    for match in _IDENTIFIER.finditer(text):
        start, end = match.span()
        product = match["product"]
        if product is not None and read_word(product.lower()).listed:
            # "About 3.5" is a measure, "Try 1.26.4" a version after an ordinary word.
            start = match.start("version")
            if text.count(".", start, end) == 1:
                continue
        yield Mention(text[start:end], start, end, EntityType.IDENTIFIER)
