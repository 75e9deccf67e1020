"""A loopback server that speaks Anthropic's Messages and OpenAI's chat completions, by script.

It also speaks OpenAI's audio transcriptions.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, TypeAlias

from tests.support.batch_protocols import Batches

MESSAGES: Final = "/v1/messages"
CHAT: Final = "/v1/chat/completions"
HEAR: Final = "/v1/audio/transcriptions"
# Which of their own words each protocol has for how an answer ends.
_CHAT_ENDINGS: Final = {"end_turn": "stop", "max_tokens": "length", "refusal": "content_filter"}


@dataclass(frozen=True, slots=True)
class Said:
    """What the next request gets.

    Attributes:
        text: of the answer; a transcript has a segment of two seconds for each line.
        stop_reason: in Anthropic's words.
        status: HTTP status; from 400 on an error in the protocol's form.
        headers: sent with it.
        body: sent as it is, in place of all that.
        cut: announce the whole body and hang up half-way.
        delay_seconds: wait before the answer.
        read: tokens of the prompt.
        read_from_cache: likewise, kept from before.
        written_to_cache: likewise, read and kept; Anthropic's alone.
        written: tokens of the answer.
    """

    text: str = ""
    stop_reason: str = "end_turn"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    cut: bool = False
    delay_seconds: float = 0.0
    read: int = 100
    read_from_cache: int = 0
    written_to_cache: int = 0
    written: int = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came; a form's fields are its body."""

    path: str
    authorization: str | None
    body: dict[str, Any]

    @property
    def parts(self) -> list[dict[str, Any]]:
        """What the user says, in parts."""
        (said,) = [each["content"] for each in self.body["messages"] if each["role"] == "user"]
        return [{"type": "text", "text": said}] if isinstance(said, str) else said

    @property
    def prompt(self) -> str:
        """All texts of what the user says."""
        return "\n".join(part["text"] for part in self.parts if part["type"] == "text")

    @property
    def instructions(self) -> object:
        """The fixed part, in the protocol's form."""
        return self.body.get("system") or self.body["messages"][0]


Answering: TypeAlias = Callable[[Asked], Said]


class ModelEndpoint(ThreadingHTTPServer):
    """Answers from its script, and when that is over, by `answering`.

    Attributes:
        requests: what was asked, in order.
        script: answers to the next requests.
        answering: gives the others.
        batches: what was handed in together, answered by `answering` too.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: Final[list[Asked]] = []
        self.script: Final[deque[Said]] = deque()
        self.answering: Answering = lambda asked: Said(text="{}")  # noqa: ARG005 - to any
        self.batches: Final = Batches(self._answer_of_batch)

    def _answer_of_batch(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        asked = Asked(path, None, body)
        answer: dict[str, Any] = json.loads(_content(self.answering(asked), asked))
        return answer

    @property
    def address(self) -> str:
        """What Anthropic's client takes; OpenAI's takes it with `/v1`."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: ModelEndpoint

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", "0"))
        sent = self.rfile.read(size)
        if self._answers_about_batches(sent):
            return
        type_ = self.headers.get("Content-Type", "")
        body = _form(type_, sent) if type_.startswith("multipart/") else json.loads(sent)
        asked = Asked(self.path, self.headers.get("Authorization"), body)
        self.server.requests.append(asked)
        said = self.server.script.popleft() if self.server.script else self.server.answering(asked)
        time.sleep(said.delay_seconds)
        content = _content(said, asked)
        try:
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if said.cut else content)
        except ConnectionError:
            self.close_connection = True  # the client waited no longer

    def do_GET(self) -> None:
        if self._answers_about_batches(b""):
            return
        self.server.requests.append(Asked(self.path, self.headers.get("Authorization"), {}))
        self.send_error(405)

    def _answers_about_batches(self, sent: bytes) -> bool:
        reply = self.server.batches.reply(self.path, sent, at=self.server.address)
        if reply is None:
            return False
        status, content = reply
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        return True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Print nothing."""


def _content(said: Said, asked: Asked) -> bytes:
    if said.body is not None:
        return said.body
    if said.status >= 400:
        # Providers repeat what they were asked, now and then.
        words = asked.body if asked.path == HEAR else asked.prompt
        error = {"type": "scripted_error", "message": f"refused: {words}"}
        return json.dumps({"type": "error", "error": error}).encode()
    answers = {MESSAGES: _message, HEAR: _transcript}
    return json.dumps(answers.get(asked.path, _completion)(said, asked)).encode()


def _form(type_: str, sent: bytes) -> dict[str, Any]:
    """The fields of a form by name; files as bytes, and their names beside them."""
    read = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {type_}\r\n\r\n".encode() + sent)
    fields: dict[str, Any] = {}
    for part in read.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        named = part.get_filename()
        fields[name] = content if named else content.decode()
        fields |= {f"{name} name": named} if named else {}
    return fields


def _transcript(said: Said, asked: Asked) -> dict[str, Any]:
    lines = said.text.splitlines()
    return {
        "task": "transcribe",
        "language": "english",
        "duration": 2.0 * len(lines),
        "text": said.text,
        "segments": [
            {"id": at, "start": 2.0 * at, "end": 2.0 * at + 2, "text": f" {line}"}
            for at, line in enumerate(lines)
        ],
    }


def _message(said: Said, asked: Asked) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": asked.body["model"],
        "content": [{"type": "text", "text": said.text}] if said.text else [],
        "stop_reason": said.stop_reason,
        "stop_sequence": None,
        "usage": {
            "input_tokens": said.read,
            "cache_read_input_tokens": said.read_from_cache,
            "cache_creation_input_tokens": said.written_to_cache,
            "output_tokens": said.written,
        },
    }


def _completion(said: Said, asked: Asked) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": asked.body["model"],
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": said.text, "refusal": None},
                "finish_reason": _CHAT_ENDINGS[said.stop_reason],
            }
        ],
        "usage": {
            # All of the prompt, what was kept from before among it.
            "prompt_tokens": said.read + said.read_from_cache,
            "completion_tokens": said.written,
            "total_tokens": said.read + said.read_from_cache + said.written,
            "prompt_tokens_details": {"cached_tokens": said.read_from_cache},
        },
    }


@contextmanager
def serving() -> Iterator[ModelEndpoint]:
    """An endpoint, until the block ends."""
    endpoint = ModelEndpoint()
    thread = threading.Thread(target=endpoint.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.shutdown()
        thread.join()
        endpoint.server_close()
