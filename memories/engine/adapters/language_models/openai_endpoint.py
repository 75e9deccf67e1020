"""Where models are asked by OpenAI's protocols: its own endpoint, or any that speaks them."""

from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from openai import OpenAI

_OWN_ENDPOINT: Final = "https://api.openai.com/v1"


class OpenAIEndpoint:
    """An endpoint and the model that is asked there."""

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
            base_url: address up to, and without, such as `/chat/completions`; OpenAI's own if None.
            timeout_seconds: for one request.
            retries: how often it is asked again when it is overloaded or does not answer.
        """
        self.model = model
        self._api_key = api_key
        self._base_url = base_url or _OWN_ENDPOINT
        self._timeout_seconds = timeout_seconds
        self._retries = retries

    @property
    def name(self) -> str:
        """The model, with its endpoint unless that is the provider's own."""
        return self.model if self.is_own else f"{self.model}@{self._base_url}"

    @property
    def is_own(self) -> bool:
        """True if it is the provider's own."""
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
