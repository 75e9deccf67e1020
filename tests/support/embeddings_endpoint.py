"""A loopback server that speaks OpenAI's embeddings protocol, and fails as it is told to."""

import json
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from memories.engine.domain import JsonObject
from memories.engine.ports.embedder import WordHashEmbedder


@dataclass(frozen=True, slots=True)
class Answer:
    """What the next request gets in place of its vectors.

    Attributes:
        status: HTTP status.
        headers: sent with it.
        body: sent as it is; if None, the vectors that were asked for.
        vectors: how many of the vectors are sent; all if None.
        cut: announce the whole body and hang up half-way.
        delay_seconds: wait before the answer.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    vectors: int | None = None
    cut: bool = False
    delay_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    authorization: str | None
    body: JsonObject

    @property
    def texts(self) -> list[str]:
        texts = self.body["input"]
        assert isinstance(texts, list)
        return [str(text) for text in texts]


class EmbeddingsEndpoint(ThreadingHTTPServer):
    """Answers with a fake model's vectors, last text first: the protocol orders by `index`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.embedder: Final = WordHashEmbedder()
        self.requests: Final[list[Request]] = []
        self.script: Final[deque[Answer]] = deque()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def answer(self, request: Request, answer: Answer) -> bytes:
        if answer.body is not None:
            return answer.body
        vectors = self.embedder.embed_passages(request.texts)[: answer.vectors]
        rows = [
            # Longer than one, so that the client has to bring them to unit length.
            {"object": "embedding", "index": index, "embedding": (3.0 * vector).tolist()}
            for index, vector in enumerate(vectors)
        ]
        return json.dumps({"object": "list", "data": rows[::-1]}).encode()


class _Handler(BaseHTTPRequestHandler):
    server: EmbeddingsEndpoint

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", "0"))
        body = json.loads(self.rfile.read(size))
        request = Request(self.path, self.headers.get("Authorization"), body)
        self.server.requests.append(request)
        answer = self.server.script.popleft() if self.server.script else Answer()
        time.sleep(answer.delay_seconds)
        content = self.server.answer(request, answer)
        try:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2] if answer.cut else content)
        except ConnectionError:
            self.close_connection = True  # the client waited no longer

    def do_GET(self) -> None:
        self.server.requests.append(Request(self.path, self.headers.get("Authorization"), {}))
        self.send_error(405)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Print nothing."""


@contextmanager
def serving() -> Iterator[EmbeddingsEndpoint]:
    endpoint = EmbeddingsEndpoint()
    thread = threading.Thread(target=endpoint.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.shutdown()
        thread.join()
        endpoint.server_close()
