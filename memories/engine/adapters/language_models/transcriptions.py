"""A transcriber behind any endpoint that speaks OpenAI's audio transcriptions."""

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Final

from memories.engine.adapters.language_models.failures import failures_of
from memories.engine.ports.language_model import Attachment
from memories.engine.ports.transcriber import Segment, Transcript

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types.audio import TranscriptionVerbose

_OWN_ENDPOINT: Final = "https://api.openai.com/v1"
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

    def __init__(
        self,
        model: str,
        *,
        api_key: str | None,
        base_url: str | None,
        timeout_seconds: float,
        retries: int,
    ) -> None:
        """Take the address; nothing is sent yet.

        Args:
            model: its name at the endpoint.
            api_key: sent as a Bearer token; endpoints of one's own often want none.
            base_url: address up to, and without, `/audio/transcriptions`; OpenAI's own if None.
            timeout_seconds: for one request.
            retries: how often it is asked again when it is overloaded or does not answer.
        """
        self._model = model
        self._api_key = api_key
        self._base_url = base_url or _OWN_ENDPOINT
        self._timeout_seconds = timeout_seconds
        self._retries = retries

    @property
    def name(self) -> str:
        """As the port says."""
        is_own = self._base_url == _OWN_ENDPOINT
        return self._model if is_own else f"{self._model}@{self._base_url}"

    def transcribe(self, recording: Attachment) -> Transcript:
        """As the port says. An endpoint that tells no segments gives one of the whole."""
        import openai

        # Not the name that somebody gave it, which is theirs.
        name = f"recording.{_ENDS.get(recording.media_type, 'bin')}"
        with failures_of(openai, self.name):
            reply = self._client.audio.transcriptions.create(
                model=self._model,
                file=(name, recording.content, recording.media_type),
                response_format="verbose_json",
                timestamp_granularities=["segment"],
            )
            return Transcript(tuple(_segments(reply)), float(reply.duration), self._model)

    @cached_property
    def _client(self) -> "OpenAI":
        import openai

        return openai.OpenAI(
            # The client wants one, and endpoints that need none look at none.
            api_key=self._api_key or "none",
            base_url=self._base_url,
            timeout=self._timeout_seconds,
            max_retries=self._retries,
            # A redirect would carry a tenant's words to whoever the endpoint names.
            http_client=openai.DefaultHttpxClient(follow_redirects=False),
        )


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
