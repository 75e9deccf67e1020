"""A model behind any endpoint that speaks OpenAI's chat completions: Ollama, vLLM and the rest."""

import base64
from functools import cached_property
from typing import TYPE_CHECKING, Final

from memories.engine.adapters.language_models.failures import failures_of
from memories.engine.domain import TokenUsage
from memories.engine.ports.language_model import (
    Attachment,
    Ending,
    JsonSchema,
    ModelAnswer,
    ModelRequest,
)

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types import CompletionUsage
    from openai.types.chat import ChatCompletion, ChatCompletionContentPartParam
    from openai.types.chat.completion_create_params import (
        CompletionCreateParamsNonStreaming,
        ResponseFormat,
    )

_OWN_ENDPOINT: Final = "https://api.openai.com/v1"
_ENDINGS: Final = {"length": Ending.CUT, "content_filter": Ending.REFUSED}
# The protocol wants a name for a schema.
_SCHEMA_NAME: Final = "answer"


class ChatEndpoint:
    """Where a model is asked by OpenAI's protocol, one question at a time or in batches."""

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
            base_url: address up to, and without, `/chat/completions`; OpenAI's own if None.
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
        """The model, with its endpoint unless that is the provider's own."""
        return self._model if self._is_own else f"{self._model}@{self._base_url}"

    @property
    def _is_own(self) -> bool:
        return self._base_url == _OWN_ENDPOINT

    @cached_property
    def client(self) -> "OpenAI":
        """The provider's own client, loaded when it is first needed."""
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

    def question(self, request: ModelRequest) -> "CompletionCreateParamsNonStreaming":
        """The request in the protocol's form."""
        question: CompletionCreateParamsNonStreaming = {
            "model": self._model,
            "messages": [
                {"role": "system", "content": request.instructions},
                {"role": "user", "content": _said(request)},
            ],
        }
        # OpenAI's newer models refuse the older name, and other endpoints know no newer one.
        if self._is_own:
            question["max_completion_tokens"] = request.most_tokens
        else:
            question["max_tokens"] = request.most_tokens
        if request.schema is not None:
            question["response_format"] = _format(request.schema)
        return question


class ChatCompletions:
    """A LanguageModel by OpenAI's chat protocol.

    Endpoints that keep what begins alike do it by themselves and say how much they read from it.
    """

    def __init__(self, endpoint: ChatEndpoint) -> None:
        """Take the endpoint; nothing is sent yet."""
        self._endpoint = endpoint

    @property
    def name(self) -> str:
        """As the port says."""
        return self._endpoint.name

    def ask(self, request: ModelRequest) -> ModelAnswer:
        """As the port says."""
        import openai

        with failures_of(openai, self.name):
            question = self._endpoint.question(request)
            return answer_of(self._endpoint.client.chat.completions.create(**question))


def answer_of(reply: "ChatCompletion") -> ModelAnswer:
    """A reply in the port's words."""
    (choice, *_) = reply.choices
    ending = _ENDINGS.get(choice.finish_reason, Ending.COMPLETE)
    return ModelAnswer(
        text=choice.message.content or "",
        ending=Ending.REFUSED if choice.message.refusal else ending,
        usage=_counted(reply.usage),
        model=reply.model,
    )


def _said(request: ModelRequest) -> "str | list[ChatCompletionContentPartParam]":
    if not request.attachments:
        # Small servers read no other form.
        return request.prompt
    shown = [_shown(each) for each in request.attachments]
    return [*shown, {"type": "text", "text": request.prompt}]


def _shown(attachment: Attachment) -> "ChatCompletionContentPartParam":
    content = base64.b64encode(attachment.content).decode()
    address = f"data:{attachment.media_type};base64,{content}"
    if attachment.media_type == "application/pdf":
        return {"type": "file", "file": {"filename": "document.pdf", "file_data": address}}
    return {"type": "image_url", "image_url": {"url": address}}


def _format(schema: JsonSchema) -> "ResponseFormat":
    return {
        "type": "json_schema",
        "json_schema": {"name": _SCHEMA_NAME, "schema": dict(schema), "strict": True},
    }


def _counted(usage: "CompletionUsage | None") -> TokenUsage:
    if usage is None:
        return TokenUsage()
    details = usage.prompt_tokens_details
    kept = (details.cached_tokens if details is not None else None) or 0
    return TokenUsage(
        read=usage.prompt_tokens - kept, read_from_cache=kept, written=usage.completion_tokens
    )
