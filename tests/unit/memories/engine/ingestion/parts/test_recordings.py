import math

import pytest

from memories import Attachment, Segment, Transcript
from memories.engine.domain import ReadingUsage
from memories.engine.ingestion.parts._asking import Asking
from memories.engine.ingestion.parts._recordings import read_recording
from memories.engine.ingestion.parts._words import Words
from tests.support.files import WAV


class Transcribing:
    name = "given"

    def __init__(self, *segments: Segment) -> None:
        self._segments = segments

    def transcribe(self, recording: Attachment) -> Transcript:
        assert recording.content == WAV
        return Transcript(self._segments, 9.0, self.name)


def read(*segments: Segment) -> tuple[Words, ...]:
    asking = Asking(None, Transcribing(*segments), give_up=True, usage=ReadingUsage())
    words = read_recording(Attachment("audio/wav", WAV), asking).words
    assert asking.usage == ReadingUsage(heard_seconds=9.0)
    return words


def test_words_keep_their_seconds_and_silence_is_left_out() -> None:
    assert read(
        Segment(" Hello \n there.", 0.5, 2.0), Segment(" ", 2, 3), Segment("Bye.", 3, 4)
    ) == (
        Words("Hello there.", from_seconds=0.5, until_seconds=2.0),
        Words("Bye.", from_seconds=3, until_seconds=4),
    )


@pytest.mark.parametrize(
    ("start", "until"), [(math.nan, 1.0), (0.0, math.inf), (-1.0, 1.0), (2.0, 1.0)]
)
def test_seconds_that_make_no_sense_are_none(start: float, until: float) -> None:
    assert read(Segment("Hello.\0", start, until)) == (Words("Hello."),)
