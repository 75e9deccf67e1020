"""About how long a text is to a language model."""

import math
from typing import Final

# Of English, as the tokenizers of today's models have it; other scripts have fewer.
_BYTES_PER_TOKEN: Final = 3.6


def estimate_tokens(text: str) -> int:
    """About how many tokens a language model reads the text as, rather too many than too few."""
    return math.ceil(len(text.encode()) / _BYTES_PER_TOKEN)
