"""Writing down a recording."""

import math
from typing import Final

from memories.engine.ingestion.parts._asking import Asking
from memories.engine.ingestion.parts._words import FileWords, Words
from memories.engine.ports.language_model import Attachment
from memories.engine.ports.transcriber import Segment
from memories.engine.text.model_answers import plain

_LEAD: Final = "[shares a recording]"


def read_recording(recording: Attachment, asking: Asking) -> FileWords:
    """Its words, segment by segment; one that says nothing has none.

    Raises:
        Unreadable: it can't be told.
        LanguageModelBusy: later may help.
    """
    transcript = asking.hear(recording)
    words = [_words(each) for each in transcript.segments]
    return FileWords(_LEAD, tuple(each for each in words if each.text), asking.heard_by)


def _words(segment: Segment) -> Words:
    """A segment, without times that make no sense."""
    text = " ".join(plain(segment.text).split())
    times = (float(segment.from_seconds), float(segment.until_seconds))
    if not all(map(math.isfinite, times)) or not 0 <= times[0] <= times[1]:
        return Words(text)
    return Words(text, from_seconds=times[0], until_seconds=times[1])
