"""Putting an image into words."""

from collections.abc import Mapping
from typing import Final

from memories.engine.ingestion.parts._asking import Asking
from memories.engine.ingestion.parts._prompts import (
    IMAGE_INSTRUCTIONS,
    IMAGE_PROMPT,
    IMAGE_SCHEMA,
)
from memories.engine.ingestion.parts._words import FileWords, Words
from memories.engine.ports.language_model import Attachment, ModelRequest
from memories.engine.text.model_answers import object_in, plain

_MOST_TOKENS: Final = 4096
_LONGEST_CAPTION: Final = 800
_LONGEST_WORDS: Final = 50_000
# A caption stands in square brackets, and can't end them.
_ROUND: Final = str.maketrans("[]", "()")


def read_image(image: Attachment, asking: Asking) -> FileWords:
    """What it shows, in square brackets as chats say it, and the words in it.

    Raises:
        Unreadable: it can't be told.
        LanguageModelBusy: later may help.
    """
    request = ModelRequest(
        IMAGE_INSTRUCTIONS,
        IMAGE_PROMPT,
        IMAGE_SCHEMA,
        most_tokens=_MOST_TOKENS,
        attachments=(image,),
    )
    words = Words(asking.look(request, _read))
    return FileWords("", (words,), asking.looked_at_by)


def _read(answer: str) -> str | None:
    found: Mapping[str, object] = object_in(answer) or {}
    shows, words = found.get("shows"), found.get("words")
    if not isinstance(shows, str) or not isinstance(words, str) or len(words) > _LONGEST_WORDS:
        return None
    caption = " ".join(plain(shows).translate(_ROUND).split())[:_LONGEST_CAPTION].rstrip()
    if not caption:
        return None
    return f"[shares an image: {caption}]\n{plain(words)}".rstrip()
