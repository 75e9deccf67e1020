"""What clients of language models raise, as the engine's own errors."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from types import ModuleType
from typing import Final

from memories.engine.errors import LanguageModelBusy, LanguageModelFailed

# Anthropic's own, for a whole service that is overloaded.
_OVERLOADED: Final = 529
_PASSING: Final = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.CONFLICT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
        _OVERLOADED,
    }
)
_LONGEST_WAIT_SECONDS: Final = 3600.0


@contextmanager
def failures_of(client: ModuleType, name: str) -> Iterator[None]:
    """Raise the engine's errors in place of the client's, without a word of what was asked.

    Args:
        client: `anthropic` or `openai`, whose errors have the same names.
        name: of the model.

    Raises:
        LanguageModelBusy: later may help.
        LanguageModelFailed: it would not.
    """
    try:
        yield
    except client.APIStatusError as error:
        # The provider's own words may repeat the prompt.
        said = f"{name} answered {error.status_code}"
        if error.status_code in _PASSING:
            waited = _asked_wait(error.response.headers.get("retry-after", ""))
            raise LanguageModelBusy(said, retry_after=waited) from None
        raise LanguageModelFailed(said) from None
    except client.APIConnectionError as error:
        raise LanguageModelBusy(f"{name} can't be reached: {type(error).__name__}") from None
    except (client.APIError, json.JSONDecodeError, ValueError, TypeError, AttributeError):
        # An endpoint that speaks the protocol badly gives objects that lack what they must have.
        raise LanguageModelFailed(f"{name} answered what its protocol does not know") from None


def _asked_wait(header: str) -> float | None:
    """Seconds; None where it names none, or a date."""
    try:
        seconds = float(header)
    except ValueError:
        return None
    return min(seconds, _LONGEST_WAIT_SECONDS) if seconds >= 0 else None
