"""The least of what makes a file one of its kind, and models that read them."""

import json
from collections.abc import Mapping
from typing import Final

from memories import ModelRequest

PNG: Final = b"\x89PNG\r\n\x1a\n picture"
JPEG: Final = b"\xff\xd8\xff\xe0 photo"
PDF: Final = b"%PDF-1.7 pages"
WAV: Final = b"RIFF\0\0\0\0WAVEfmt sound"


def image_answer(shows: str, words: str = "") -> str:
    """What a model says of an image."""
    return json.dumps({"shows": shows, "words": words})


def pages_answer(pages: Mapping[int, str], in_all: int | None = None) -> str:
    """What a model says of pages."""
    listed = [{"number": number, "words": words} for number, words in pages.items()]
    return json.dumps({"pages_in_all": in_all or len(pages), "pages": listed})


def asked_pages(request: ModelRequest) -> range:
    """Which pages a question is about."""
    numbers = [int(word.strip(".,")) for word in request.prompt.split() if word[0].isdigit()]
    return range(numbers[0], numbers[-1] + 1)
