"""A model of Anthropic, or behind any endpoint that speaks its Messages protocol."""

import base64
from functools import cached_property
from typing import TYPE_CHECKING, Final

from memories.engine.adapters.language_models.failures import failures_of
from memories.engine.domain import TokenUsage
from memories.engine.ports.language_model import (
    Attachment,
    Ending,
    ModelAnswer,
    ModelRequest,
)

if TYPE_CHECKING:
    from anthropic import Anthropic
    from anthropic.types import (
        CacheControlEphemeralParam,
        ContentBlockParam,
        Message,
        MessageParam,
        TextBlockParam,
        Usage,
    )
    from anthropic.types.message_create_params import MessageCreateParamsNonStreaming

_OWN_ENDPOINT: Final = "https://api.anthropic.com"
_KEPT: "Final[CacheControlEphemeralParam]" = {"type": "ephemeral"}
# Whatever else ends an answer leaves it whole.
_ENDINGS: Final = {
    "max_tokens": Ending.CUT,
    "model_context_window_exceeded": Ending.CUT,
    "pause_turn": Ending.CUT,
    "refusal": Ending.REFUSED,
}


class AnthropicEndpoint:
    """Where a model of Anthropic's is asked, one question at a time or in batches."""

    def __init__(
        self,
        model: str,
        *,
        api_key: str,
        base_url: str | None,
        timeout_seconds: float,
        retries: int,
    ) -> None:
        """Take the address; nothing is sent yet.

        Args:
            model: its name at the provider.
            api_key: sent as a Bearer token.
            base_url: the endpoint; Anthropic's own if None.
            timeout_seconds: for one request.
            retries: how often it is asked again when it is overloaded or does not answer.
        """
        self.model = model
        self.base_url = base_url or _OWN_ENDPOINT
        self._api_key = api_key
        self._timeout_seconds = timeout_seconds
        self._retries = retries

    @property
    def name(self) -> str:
        """The model, with its endpoint unless that is the provider's own."""
        is_own = self.base_url == _OWN_ENDPOINT
        return self.model if is_own else f"{self.model}@{self.base_url}"

    @cached_property
    def client(self) -> "Anthropic":
        """The provider's own client, loaded when it is first needed."""
        import anthropic

        return anthropic.Anthropic(
            api_key=self._api_key,
            base_url=self.base_url,
            timeout=self._timeout_seconds,
            max_retries=self._retries,
            open_telemetry=False,
            # A redirect would carry a tenant's words to whoever the endpoint names.
            http_client=anthropic.DefaultHttpxClient(follow_redirects=False),
        )

    def question(self, request: ModelRequest) -> "MessageCreateParamsNonStreaming":
        """The request in the protocol's form."""
        question: MessageCreateParamsNonStreaming = {
            "model": self.model,
            "max_tokens": request.most_tokens,
            "system": [_kept(request.instructions)],
            "messages": [_said(request)],
        }
        if request.schema is not None:
            form = {"type": "json_schema", "schema": dict(request.schema)}
            question["output_config"] = {"format": form}  # type: ignore[typeddict-item]  # likewise
        return question


class AnthropicMessages:
    """A LanguageModel by the Messages protocol.

    It takes no temperature: the protocol has none any more. The instructions are kept by the
    provider and cost less the next time, where they are long enough for it to keep them.
    """

    def __init__(self, endpoint: AnthropicEndpoint) -> None:
        """Take the endpoint; nothing is sent yet."""
        self._endpoint = endpoint

    @property
    def name(self) -> str:
        """As the port says."""
        return self._endpoint.name

    def ask(self, request: ModelRequest) -> ModelAnswer:
        """As the port says."""
        import anthropic

        with failures_of(anthropic, self.name):
            question = self._endpoint.question(request)
            return answer_of(self._endpoint.client.messages.create(**question))


def answer_of(reply: "Message") -> ModelAnswer:
    """A reply in the port's words."""
    return ModelAnswer(
        text="".join(block.text for block in reply.content if block.type == "text"),
        ending=_ENDINGS.get(reply.stop_reason or "", Ending.COMPLETE),
        usage=_counted(reply.usage),
        model=reply.model,
    )


def _kept(instructions: str) -> "TextBlockParam":
    return {"type": "text", "text": instructions, "cache_control": _KEPT}


def _said(request: ModelRequest) -> "MessageParam":
    shown: list[ContentBlockParam] = [
        # The provider keeps all that stands before the mark.
        _shown(each, kept=request.shown_again and each is request.attachments[-1])
        for each in request.attachments
    ]
    return {"role": "user", "content": [*shown, {"type": "text", "text": request.prompt}]}


def _shown(attachment: Attachment, *, kept: bool) -> "ContentBlockParam":
    content = base64.b64encode(attachment.content).decode()
    kind = "document" if attachment.media_type == "application/pdf" else "image"
    source = {"type": "base64", "media_type": attachment.media_type, "data": content}
    mark = {"cache_control": _KEPT} if kept else {}
    return {"type": kind, "source": source, **mark}  # type: ignore[return-value]  # as the kind says


def _counted(usage: "Usage") -> TokenUsage:
    return TokenUsage(
        read=usage.input_tokens,
        read_from_cache=usage.cache_read_input_tokens or 0,
        written_to_cache=usage.cache_creation_input_tokens or 0,
        written=usage.output_tokens,
    )
