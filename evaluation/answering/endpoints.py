"""Which models read and judge, as the command's options name them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from evaluation.faults import EvaluationError
from memories import AnthropicModel, ChatModel, LanguageModel, open_language_model

# The variables that the providers' own clients read.
_USUAL_KEYS: Final = {"anthropic": "ANTHROPIC_API_KEY", "chat": "OPENAI_API_KEY"}
_TIMEOUT_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A model as it was named: `anthropic:MODEL` or `chat:MODEL`.

    Attributes:
        protocol: `anthropic`, Anthropic's Messages, or `chat`, OpenAI's chat completions.
        url: base address; the provider's own if None.
        key_variable: the environment variable that holds its key; the provider's usual one if
            None, which is never sent to an address that is not the provider's.
    """

    protocol: str
    model: str
    url: str | None = None
    key_variable: str | None = None

    @property
    def name(self) -> str:
        """As it was named, with its address."""
        return f"{self.protocol}:{self.model}" + (f"@{self.url}" if self.url else "")

    def open(self, environment: Mapping[str, str] = os.environ) -> LanguageModel:
        """The model; it is asked once for each request, as whoever asks waits for it.

        Raises:
            EvaluationError: the variable with its key is missing.
            MissingExtra: the `models` extra is not installed.
        """
        key = self._key(environment)
        if self.protocol == "chat":
            chat = ChatModel(self.model, self.url, key, timeout_seconds=_TIMEOUT_SECONDS, retries=0)
            return open_language_model(chat)
        return open_language_model(
            AnthropicModel(
                self.model,
                # Endpoints of one's own often want no key, and the client wants one.
                key or "none",
                base_url=self.url,
                timeout_seconds=_TIMEOUT_SECONDS,
                retries=0,
            )
        )

    def _key(self, environment: Mapping[str, str]) -> str | None:
        if self.key_variable is None and self.url is not None:
            return None
        variable = self.key_variable or _USUAL_KEYS[self.protocol]
        key = environment.get(variable)
        if not key:
            raise EvaluationError(f"{self.name}: the environment has no {variable} with its key")
        return key


def read_endpoint(text: str, *, url: str | None, key_variable: str | None) -> Endpoint:
    """The model that an option names.

    Raises:
        EvaluationError: it names no protocol or no model, or the address carries a secret.
    """
    protocol, _, model = text.partition(":")
    if protocol not in _USUAL_KEYS or not model:
        raise EvaluationError(f"{text}: expected anthropic:MODEL or chat:MODEL")
    if url is not None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise EvaluationError(f"{protocol}:{model}: its address must begin with http(s)://")
        if parts.username or parts.password or parts.query:
            # The address is written into the manifest.
            raise EvaluationError(
                f"{protocol}:{model}: its address must hold no name, password or query; "
                "keys come from an environment variable"
            )
    return Endpoint(protocol, model, url, key_variable)
