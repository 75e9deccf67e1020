"""Batches of a model of Anthropic's: its Message Batches protocol."""

import json
from collections.abc import Mapping
from typing import Final

from memories.engine.adapters.language_models.anthropic_messages import (
    AnthropicEndpoint,
    answer_of,
)
from memories.engine.adapters.language_models.failures import failures_of
from memories.engine.adapters.language_models.result_lines import answers_in
from memories.engine.errors import LanguageModelFailed
from memories.engine.ports.language_model import ModelRequest
from memories.engine.ports.model_batches import BatchAnswer, Unanswered

_ACCEPT: Final = {"Accept": "application/binary"}
_UNANSWERED: Final = {"expired": Unanswered.EXPIRED, "canceled": Unanswered.CANCELLED}


class AnthropicBatches:
    """ModelBatches of a model behind the Messages protocol."""

    def __init__(self, endpoint: AnthropicEndpoint) -> None:
        """Take the endpoint; nothing is sent yet."""
        self._endpoint = endpoint

    @property
    def name(self) -> str:
        """As the port says."""
        return self._endpoint.name

    def submit(self, requests: Mapping[str, ModelRequest]) -> str:
        """As the port says."""
        import anthropic

        with failures_of(anthropic, self.name):
            batch = self._endpoint.client.messages.batches.create(
                requests=[
                    {"custom_id": id_, "params": self._endpoint.question(request)}
                    for id_, request in requests.items()
                ]
            )
            return str(batch.id)

    def look(self, batch_id: str) -> Mapping[str, BatchAnswer] | None:
        """As the port says. What the provider has put away by now has expired."""
        import anthropic

        with failures_of(anthropic, self.name):
            batch = self._endpoint.client.messages.batches.retrieve(batch_id)
            if batch.processing_status != "ended":
                return None
            address = batch.results_url
            if address is None:
                return {}
            if not address.startswith(f"{self._endpoint.base_url.rstrip('/')}/"):
                # The key would go to whoever the endpoint names.
                raise LanguageModelFailed(f"{self.name} keeps its answers at another endpoint")
            lines = self._endpoint.client.get(address, cast_to=str, options={"headers": _ACCEPT})
            return answers_in(lines, _answer)

    def cancel(self, batch_id: str) -> None:
        """As the port says."""
        import anthropic

        with failures_of(anthropic, self.name):
            batches = self._endpoint.client.messages.batches
            if batches.retrieve(batch_id).processing_status == "in_progress":
                batches.cancel(batch_id)


def _answer(line: Mapping[str, object]) -> BatchAnswer:
    from anthropic.types.messages import MessageBatchIndividualResponse

    result = MessageBatchIndividualResponse.model_validate_json(json.dumps(line)).result
    if result.type == "succeeded":
        return answer_of(result.message)
    return _UNANSWERED.get(result.type, Unanswered.FAILED)
