"""A model behind any endpoint that speaks OpenAI's chat completions: Ollama, vLLM and the rest."""

import base64
from typing import TYPE_CHECKING, Final

from memories.engine.adapters.language_models.failures import failures_of
from memories.engine.adapters.language_models.openai_endpoint import OpenAIEndpoint
from memories.engine.domain import TokenUsage
from memories.engine.ports.language_model import (
    Attachment,
    Ending,
    JsonSchema,
    ModelAnswer,
    ModelRequest,
)

if TYPE_CHECKING:
    from openai.types import CompletionUsage
    from openai.types.chat import ChatCompletion, ChatCompletionContentPartParam
    from openai.types.chat.completion_create_params import (
        CompletionCreateParamsNonStreaming,
        ResponseFormat,
    )

_ENDINGS: Final = {"length": Ending.CUT, "content_filter": Ending.REFUSED}
# The protocol wants a name for a schema.
_SCHEMA_NAME: Final = "answer"


class ChatEndpoint(OpenAIEndpoint):
    """One where a model is asked in chats, one question at a time or in batches."""

    def question(self, request: ModelRequest) -> "CompletionCreateParamsNonStreaming":
        """The request in the protocol's form."""
        question: CompletionCreateParamsNonStreaming = {
            "model": self.model,
            "messages": [
                {"role": "system", "content": request.instructions},
                {"role": "user", "content": _said(request)},
            ],
        }
        # OpenAI's newer models refuse the older name, and other endpoints know no newer one.
        if self.is_own:
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
