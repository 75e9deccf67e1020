"""A loopback endpoint that speaks OpenAI's embeddings protocol for one of our embedders."""

import base64
import json
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol, Self

if TYPE_CHECKING:
    import numpy as np

# A model may embed questions otherwise than texts; the protocol can only say so by the name.
PASSAGES: Final = "passages"
QUERIES: Final = "queries"


class TextEmbedder(Protocol):
    """What the endpoint needs of an embedder."""

    @property
    def model(self) -> str:
        """Its name."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        ...

    def embed_passages(
        self, texts: Sequence[str]
    ) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
        """Vectors of texts to be found, shape (texts, dimensions)."""
        ...

    def embed_query(self, text: str) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
        """A question's vector, shape (dimensions,)."""
        ...


class EmbeddingEndpoint(ThreadingHTTPServer):
    """Serves an embedder while it is entered, and counts what embedding itself takes."""

    daemon_threads = True

    def __init__(self, embedder: TextEmbedder) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self._embedder = embedder
        self._embedding = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self.seconds = 0.0
        self.texts = 0

    @property
    def base_url(self) -> str:
        """The address up to, and without, `/embeddings`."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def vectors(
        self, texts: Sequence[str], *, model: str
    ) -> list["np.ndarray[tuple[int], np.dtype[np.float32]]"]:
        """A vector for each text, as questions or as texts to be found."""
        with self._embedding:
            started = time.perf_counter()
            if model == QUERIES:
                vectors = [self._embedder.embed_query(text) for text in texts]
            else:
                vectors = list(self._embedder.embed_passages(texts))
            self.seconds += time.perf_counter() - started
            self.texts += len(texts)
        return vectors

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Answering(BaseHTTPRequestHandler):
    server: EmbeddingEndpoint
    protocol_version = "HTTP/1.1"
    # Headers and body in one packet, at once: otherwise the kernel may hold the body back for
    # 40 ms, which the client would be blamed for.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        try:
            status, answer = 200, self._answer(json.loads(body))
        except Exception as error:  # noqa: BLE001 - whatever it is, the client has to be told
            status, answer = 500, {"error": {"message": f"{type(error).__name__}: {error}"}}
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _answer(self, request: dict[str, object]) -> dict[str, object]:
        asked, model = request["input"], str(request["model"])
        texts = [str(text) for text in asked] if isinstance(asked, list) else [str(asked)]
        packed = request.get("encoding_format") == "base64"
        data = [
            {
                "object": "embedding",
                "index": index,
                "embedding": (
                    base64.b64encode(vector.astype("<f4").tobytes()).decode()
                    if packed
                    else vector.tolist()
                ),
            }
            for index, vector in enumerate(self.server.vectors(texts, model=model))
        ]
        usage = {"prompt_tokens": 0, "total_tokens": 0}
        return {"object": "list", "model": model, "data": data, "usage": usage}

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Print nothing."""
