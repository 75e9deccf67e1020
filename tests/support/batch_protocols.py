"""Batches as Anthropic and OpenAI speak of them, answered by script and out of order."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

MESSAGE_BATCHES: Final = "/v1/messages/batches"
BATCHES: Final = "/v1/batches"
FILES: Final = "/v1/files"
_INSTANT: Final = "2026-01-01T00:00:00Z"
_ONE: Final = re.compile(r"/v1/(?:messages/)?batches/(?P<id>batch_\d+)(?P<rest>/\w+)?")
_FILE: Final = re.compile(r"/v1/files/(?P<id>\w+)/content")
# As each protocol says that a question has no answer.
_OF_ANTHROPIC: Final = {"expired": "expired", "cancelled": "canceled", "failed": "errored"}
_OF_OPENAI: Final = {
    "expired": "batch_expired",
    "cancelled": "batch_cancelled",
    "failed": "server_error",
}
_ERROR: Final = {"type": "error", "error": {"type": "api_error", "message": "lost"}}
Reply: TypeAlias = tuple[int, bytes]


@dataclass(slots=True)
class Batch:
    """One batch.

    Attributes:
        requests: bodies of questions by their custom ids.
        status: `in_progress` or `ended`.
    """

    requests: dict[str, dict[str, Any]]
    status: str = "in_progress"
    cancelled: bool = False


@dataclass(slots=True)
class Batches:
    """What was handed in.

    Attributes:
        answer: gives the answer to a question's body, in the protocol of the path.
        made: batches by id.
        looks: how many looks find a batch not over yet.
        unanswered: custom ids to `failed`, `expired` or `cancelled`.
        refusing: HTTP status that every call about batches gets, if any.
        spoilt: a line in place of the results of a question.
        elsewhere: says that results are at another address.
    """

    answer: Callable[[str, dict[str, Any]], dict[str, Any]]
    made: dict[str, Batch] = field(default_factory=dict)
    looks: int = 0
    unanswered: dict[str, str] = field(default_factory=dict)
    refusing: int | None = None
    spoilt: dict[str, str] = field(default_factory=dict)
    elsewhere: str | None = None
    put_away: bool = False
    _files: dict[str, bytes] = field(default_factory=dict)

    def reply(self, path: str, sent: bytes, *, at: str) -> Reply | None:
        """What a request is answered; None if it is not about batches."""
        if not path.startswith((MESSAGE_BATCHES, BATCHES, FILES)):
            return None
        if self.refusing is not None:
            return self.refusing, json.dumps(_ERROR).encode()
        if path == FILES:
            return self._upload(sent)
        if path in (MESSAGE_BATCHES, BATCHES):
            return self._make(path, json.loads(sent), at)
        return self._about(path, at)

    def _about(self, path: str, at: str) -> Reply:
        """What is answered of one batch, or of one file."""
        if (file := _FILE.fullmatch(path)) is not None:
            return 200, self._content_of(file["id"])
        one = _ONE.fullmatch(path)
        if one is None or one["id"] not in self.made:
            return 404, json.dumps(_ERROR).encode()
        batch = self.made[one["id"]]
        if one["rest"] == "/results":
            return 200, self._lines(batch, self._message_line)
        if one["rest"] == "/cancel":
            batch.cancelled, batch.status = True, "ended"
        elif self.looks > 0:
            self.looks -= 1
        else:
            batch.status = "ended"
        return 200, json.dumps(self._told(path, one["id"], at)).encode()

    def _upload(self, sent: bytes) -> Reply:
        """A form with the file in it, as the client writes it."""
        boundary = sent.split(b"\r\n", 1)[0]
        parts = (part.split(b"\r\n\r\n", 1) for part in sent.split(boundary) if b"\r\n\r\n" in part)
        (content,) = (body[:-2] for head, body in parts if b"filename=" in head)
        id_ = f"file{len(self._files) + 1}"
        self._files[id_] = content
        told = {
            "id": id_,
            "object": "file",
            "bytes": len(content),
            "created_at": 1,
            "filename": "questions.jsonl",
            "purpose": "batch",
            "status": "processed",
        }
        return 200, json.dumps(told).encode()

    def _make(self, path: str, body: dict[str, Any], at: str) -> Reply:
        if path == MESSAGE_BATCHES:
            requests = {each["custom_id"]: each["params"] for each in body["requests"]}
        else:
            lines = map(json.loads, self._files[body["input_file_id"]].splitlines())
            requests = {each["custom_id"]: each["body"] for each in lines}
        id_ = f"batch_{len(self.made) + 1}"
        self.made[id_] = Batch(requests)
        return 200, json.dumps(self._told(path, id_, at)).encode()

    def _told(self, path: str, id_: str, at: str) -> dict[str, Any]:
        batch = self.made[id_]
        is_over = batch.status == "ended"
        if path.startswith(MESSAGE_BATCHES):
            results = f"{self.elsewhere or at}{MESSAGE_BATCHES}/{id_}/results"
            return {
                "id": id_,
                "type": "message_batch",
                "processing_status": batch.status,
                "created_at": _INSTANT,
                "expires_at": _INSTANT,
                "request_counts": dict.fromkeys(
                    ("canceled", "errored", "expired", "processing", "succeeded"), 0
                ),
                "results_url": results if is_over and not self.put_away else None,
            }
        over = "cancelled" if batch.cancelled else "completed"
        return {
            "id": id_,
            "object": "batch",
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
            "created_at": 1,
            "input_file_id": "file1",
            "status": over if is_over else "in_progress",
            "output_file_id": f"output_{id_}" if is_over and not self.put_away else None,
            "error_file_id": f"errors_{id_}" if is_over and not self.put_away else None,
        }

    def _content_of(self, file: str) -> bytes:
        kind, _, id_ = file.partition("_")
        failed = kind == "errors"
        wanted = {
            name: body
            for name, body in self.made[id_].requests.items()
            if (self._flaw(self.made[id_], name) is not None) is failed
        }
        some = Batch(wanted, cancelled=self.made[id_].cancelled)
        return self._lines(some, self._completion_line)

    def _flaw(self, batch: Batch, id_: str) -> str | None:
        return "cancelled" if batch.cancelled else self.unanswered.get(id_)

    def _lines(self, batch: Batch, line: Callable[[Batch, str], dict[str, Any]]) -> bytes:
        lines = [self.spoilt.get(id_) or json.dumps(line(batch, id_)) for id_ in batch.requests]
        return "".join(f"{each}\n" for each in reversed(lines)).encode()

    def _message_line(self, batch: Batch, id_: str) -> dict[str, Any]:
        flaw = self._flaw(batch, id_)
        if flaw is not None:
            result: dict[str, Any] = {"type": _OF_ANTHROPIC[flaw]}
            result |= {"error": _ERROR} if flaw == "failed" else {}
        else:
            message = self.answer("/v1/messages", batch.requests[id_])
            result = {"type": "succeeded", "message": message}
        return {"custom_id": id_, "result": result}

    def _completion_line(self, batch: Batch, id_: str) -> dict[str, Any]:
        flaw = self._flaw(batch, id_)
        if flaw is not None:
            error = {"code": _OF_OPENAI[flaw], "message": "lost"}
            return {"id": "r", "custom_id": id_, "response": None, "error": error}
        body = self.answer("/v1/chat/completions", batch.requests[id_])
        response = {"status_code": 200, "request_id": "r", "body": body}
        return {"id": "r", "custom_id": id_, "response": response, "error": None}
