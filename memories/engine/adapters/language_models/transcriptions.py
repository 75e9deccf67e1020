"""A transcriber behind any endpoint that speaks OpenAI's audio transcriptions."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from memories.engine.adapters.language_models.failures import failures_of
from memories.engine.adapters.language_models.openai_endpoint import OpenAIEndpoint
from memories.engine.ports.language_model import Attachment
from memories.engine.ports.transcriber import Segment, Transcript

if TYPE_CHECKING:
    from openai.types.audio import TranscriptionVerbose

# Endpoints tell the kind of a recording by the end of its name.
_ENDS: Final = {
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/mp4": "mp4",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
    "audio/webm": "webm",
}


class Transcriptions:
    """A Transcriber by OpenAI's protocol. The model must know `verbose_json`, which has times."""

    def __init__(self, endpoint: OpenAIEndpoint) -> None:
        """Take the endpoint; nothing is sent yet."""
        self._endpoint = endpoint

    @property
    def name(self) -> str:
        """As the port says."""
        return self._endpoint.name

    def transcribe(self, recording: Attachment) -> Transcript:
        """As the port says. An endpoint that tells no segments gives one of the whole."""
        import openai

        # Not the name that somebody gave it, which is theirs.
        name = f"recording.{_ENDS.get(recording.media_type, 'bin')}"
        with failures_of(openai, self.name):
            reply = self._endpoint.client.audio.transcriptions.create(
                model=self._endpoint.model,
                file=(name, recording.content, recording.media_type),
                response_format="verbose_json",
                timestamp_granularities=["segment"],
            )
            return Transcript(tuple(_segments(reply)), float(reply.duration), self._endpoint.model)


def _segments(reply: "TranscriptionVerbose") -> Iterable[Segment]:
    if reply.segments is None:
        yield Segment(_words(reply.text), 0.0, float(reply.duration))
        return
    for each in reply.segments:
        yield Segment(_words(each.text), float(each.start), float(each.end))


def _words(text: object) -> str:
    # The client believes whatever an endpoint says that its answer is.
    if not isinstance(text, str):
        raise TypeError("a transcript holds what is no text")
    return text
