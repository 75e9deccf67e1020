"""Batches by OpenAI's protocol: a file of questions goes up, files of answers come down."""

import json
from collections.abc import Mapping
from typing import Final

from memories.engine.adapters.language_models.chat_completions import ChatEndpoint, answer_of
from memories.engine.adapters.language_models.failures import failures_of
from memories.engine.adapters.language_models.result_lines import answers_in
from memories.engine.ports.language_model import ModelRequest
from memories.engine.ports.model_batches import BatchAnswer, Unanswered

_ASKED_AT: Final = "/v1/chat/completions"
_FILE: Final = "questions.jsonl"
_OVER: Final = frozenset({"completed", "failed", "expired", "cancelled"})
_MAY_BE_CALLED_OFF: Final = frozenset({"validating", "in_progress", "finalizing"})
_UNANSWERED: Final = {
    "batch_expired": Unanswered.EXPIRED,
    "batch_cancelled": Unanswered.CANCELLED,
}
_OK: Final = 200


class ChatBatches:
    """ModelBatches of a model behind OpenAI's chat protocol."""

    def __init__(self, endpoint: ChatEndpoint) -> None:
        """Take the endpoint; nothing is sent yet."""
        self._endpoint = endpoint

    @property
    def name(self) -> str:
        """As the port says."""
        return self._endpoint.name

    def submit(self, requests: Mapping[str, ModelRequest]) -> str:
        """As the port says."""
        import openai

        lines = (
            {
                "custom_id": id_,
                "method": "POST",
                "url": _ASKED_AT,
                "body": self._endpoint.question(request),
            }
            for id_, request in requests.items()
        )
        content = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
        with failures_of(openai, self.name):
            client = self._endpoint.client
            file = client.files.create(file=(_FILE, content), purpose="batch")
            batch = client.batches.create(
                completion_window="24h", endpoint=_ASKED_AT, input_file_id=file.id
            )
            return str(batch.id)

    def look(self, batch_id: str) -> Mapping[str, BatchAnswer] | None:
        """As the port says."""
        import openai

        with failures_of(openai, self.name):
            client = self._endpoint.client
            batch = client.batches.retrieve(batch_id)
            if batch.status not in _OVER:
                return None
            files = [each for each in (batch.output_file_id, batch.error_file_id) if each]
            lines = "\n".join(client.files.content(each).text for each in files)
            return answers_in(lines, _answer)

    def cancel(self, batch_id: str) -> None:
        """As the port says."""
        import openai

        with failures_of(openai, self.name):
            batches = self._endpoint.client.batches
            if batches.retrieve(batch_id).status in _MAY_BE_CALLED_OFF:
                batches.cancel(batch_id)


def _answer(line: Mapping[str, object]) -> BatchAnswer:
    from openai.types.chat import ChatCompletion

    response, error = line.get("response"), line.get("error")
    if isinstance(response, dict) and response.get("status_code") == _OK:
        return answer_of(ChatCompletion.model_validate_json(json.dumps(response["body"])))
    code = error.get("code") if isinstance(error, dict) else None
    return _UNANSWERED.get(str(code), Unanswered.FAILED)
