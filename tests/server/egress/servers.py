"""Real servers on the loopback address, for what is sent out."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ssl import SSLContext
from typing import Self


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came in; the names of its headers in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receiver says."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: that the other side breaks off is what some tests are about."""


class Receiver:
    """An HTTP server that keeps what it is sent, and answers in turn, the last one for ever."""

    def __init__(self, *answers: Answer, tls: SSLContext | None = None) -> None:
        self.received: list[Received] = []
        self.answers = list(answers) or [Answer()]
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), self._requests())
        if tls is not None:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, request: Received) -> Answer:
        with self._lock:
            self.received.append(request)
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def _requests(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Requests(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = receiver.take(Received(self.path, headers, body))
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                try:
                    self.wfile.write(answer.body)
                except ConnectionError:
                    # Who asked has read enough.
                    self.close_connection = True

            def log_message(self, *words: object) -> None:
                pass

        return Requests


@dataclass
class Listener:
    """A port, on every address of this machine, and how often somebody connected to it."""

    port: int
    connections: int = 0


@contextmanager
def listening(serve: Callable[[socket.socket], None] | None = None) -> Iterator[Listener]:
    """A bare server that does with each connection what it is told to, and then keeps it open."""
    stopping = threading.Event()

    def accept(server: socket.socket, listener: Listener, threads: list[threading.Thread]) -> None:
        server.settimeout(0.02)
        while not stopping.is_set():
            with suppress(TimeoutError):
                connection, _ = server.accept()
                listener.connections += 1
                threads.append(threading.Thread(target=answer, args=(connection,)))
                threads[-1].start()

    def answer(connection: socket.socket) -> None:
        # That the other side goes away is what the tests are about.
        with connection, suppress(OSError):
            connection.settimeout(5)
            if serve is not None:
                serve(connection)
            stopping.wait(5)

    with _everywhere() as server:
        listener = Listener(server.getsockname()[1])
        threads: list[threading.Thread] = []
        accepting = threading.Thread(target=accept, args=(server, listener, threads))
        accepting.start()
        try:
            yield listener
        finally:
            stopping.set()
            for thread in (accepting, *threads):
                thread.join()


def _everywhere() -> socket.socket:
    if socket.has_dualstack_ipv6():
        return socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server(("", 0))
