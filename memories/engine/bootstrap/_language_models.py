"""Which language models there are, and how they are opened."""

import importlib.util
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from memories.engine.errors import InvalidInput, MissingExtra
from memories.engine.ports.language_model import LanguageModel
from memories.engine.ports.model_batches import ModelBatches
from memories.engine.ports.transcriber import Transcriber

if TYPE_CHECKING:
    from memories.engine.adapters.language_models.anthropic_messages import AnthropicEndpoint
    from memories.engine.adapters.language_models.chat_completions import ChatEndpoint
    from memories.engine.adapters.language_models.openai_endpoint import OpenAIEndpoint


@dataclass(frozen=True, slots=True)
class AnthropicModel:
    """A model of Anthropic's, or behind an endpoint that speaks its Messages protocol.

    Attributes:
        model: its name there.
        api_key: sent as a Bearer token.
        base_url: the endpoint; Anthropic's own if None.
        timeout_seconds: for one request.
        retries: how often it is asked again when it is overloaded or does not answer.
    """

    model: str
    api_key: str = field(repr=False)
    base_url: str | None = None
    timeout_seconds: float = 120.0
    retries: int = 2


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A model behind any endpoint that speaks OpenAI's chat completions: Ollama, vLLM, OpenAI.

    Attributes:
        model: its name there.
        base_url: address up to, and without, `/chat/completions`; OpenAI's own if None.
        api_key: sent as a Bearer token; None where the endpoint wants none.
        timeout_seconds: for one request.
        retries: how often it is asked again when it is overloaded or does not answer.
    """

    model: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    timeout_seconds: float = 120.0
    retries: int = 2


@dataclass(frozen=True, slots=True)
class TranscriptionModel:
    """A transcriber behind any endpoint that speaks OpenAI's audio transcriptions.

    Attributes:
        model: its name there; it must know `verbose_json`, as Whisper's do.
        base_url: address up to, and without, `/audio/transcriptions`; OpenAI's own if None.
        api_key: sent as a Bearer token; None where the endpoint wants none.
        timeout_seconds: for one request.
        retries: how often it is asked again when it is overloaded or does not answer.
    """

    model: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    timeout_seconds: float = 300.0
    retries: int = 2


_Endpoint = TypeVar("_Endpoint", bound="OpenAIEndpoint")
NamedModel: TypeAlias = AnthropicModel | ChatModel


def open_language_model(named: NamedModel) -> LanguageModel:
    """The model, ready to be asked; nothing is sent yet.

    Raises:
        MissingExtra: the `models` extra is not installed.
        InvalidInput: no header can carry the key.
    """
    _check_model(named)
    if isinstance(named, AnthropicModel):
        from memories.engine.adapters.language_models.anthropic_messages import AnthropicMessages

        return AnthropicMessages(_anthropic(named))
    from memories.engine.adapters.language_models.chat_completions import ChatCompletions

    return ChatCompletions(_chat(named))


def open_model_batches(named: NamedModel) -> ModelBatches:
    """The model's batches, ready to be asked; nothing is sent yet.

    Whether an endpoint of one's own has batches at all shows when it is asked.

    Raises:
        MissingExtra: the `models` extra is not installed.
        InvalidInput: no header can carry the key.
    """
    _check_model(named)
    if isinstance(named, AnthropicModel):
        from memories.engine.adapters.language_models.anthropic_batches import AnthropicBatches

        return AnthropicBatches(_anthropic(named))
    from memories.engine.adapters.language_models.chat_batches import ChatBatches

    return ChatBatches(_chat(named))


def _check_model(named: NamedModel) -> None:
    _check("anthropic" if isinstance(named, AnthropicModel) else "openai", named.api_key)


def _anthropic(named: AnthropicModel) -> "AnthropicEndpoint":
    from memories.engine.adapters.language_models.anthropic_messages import AnthropicEndpoint

    return AnthropicEndpoint(
        named.model,
        api_key=named.api_key,
        base_url=named.base_url,
        timeout_seconds=named.timeout_seconds,
        retries=named.retries,
    )


def _chat(named: ChatModel) -> "ChatEndpoint":
    from memories.engine.adapters.language_models.chat_completions import ChatEndpoint

    return _at(ChatEndpoint, named)


def _at(opens: "type[_Endpoint]", named: ChatModel | TranscriptionModel) -> "_Endpoint":
    """Where a model is asked by OpenAI's protocols."""
    return opens(
        named.model,
        api_key=named.api_key,
        base_url=named.base_url,
        timeout_seconds=named.timeout_seconds,
        retries=named.retries,
    )


def open_transcriber(named: TranscriptionModel) -> Transcriber:
    """The transcriber, ready to be asked; nothing is sent yet.

    Raises:
        MissingExtra: the `models` extra is not installed.
        InvalidInput: no header can carry the key.
    """
    _check("openai", named.api_key)
    from memories.engine.adapters.language_models.openai_endpoint import OpenAIEndpoint
    from memories.engine.adapters.language_models.transcriptions import Transcriptions

    return Transcriptions(_at(OpenAIEndpoint, named))


def _check(client: str, api_key: str | None) -> None:
    if importlib.util.find_spec(client) is None:
        raise MissingExtra(
            f"asking a language model needs {client}: pip install 'remembrancer[models]'"
        )
    if api_key is not None and not (api_key.isascii() and api_key.isprintable()):
        raise InvalidInput("the API key holds characters that no header can carry")
