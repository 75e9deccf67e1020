"""A port in front of a server, which passes what it is asked, refuses it or never answers."""

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from enum import Enum
from typing import Final

_CHUNK: Final = 65536


class State(Enum):
    """What becomes of what is asked."""

    PASSES = "passes"
    # As of a process that died.
    REFUSES = "refuses"
    # As of a machine that was cut off: connections stay, and nobody hears what is said on them,
    # then or later.
    HANGS = "hangs"


class _Connection:
    """Bytes between one that asks and the server."""

    def __init__(self, asking: socket.socket, answering: socket.socket, *, is_cut: bool) -> None:
        self._other = {asking: answering, answering: asking}
        self.is_cut = is_cut

    def pass_on(self) -> None:
        while True:
            heard, _, _ = select.select([*self._other], [], [])
            for end in heard:
                said = end.recv(_CHUNK)
                if not said:
                    return
                if not self.is_cut:
                    self._other[end].sendall(said)

    def end(self) -> None:
        for end in self._other:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class FaultyPort:
    """Passes on what comes to its own port, as long as it is told to."""

    def __init__(self, target: int) -> None:
        """Listen.

        Args:
            target: the port on this machine that it stands before.
        """
        self._target = target
        self._state = State.PASSES
        self._lock = threading.Lock()
        self._connections: set[_Connection] = set()
        self._listening: socket.socket | None = None
        self.port = 0
        self._listen()

    def become(self, state: State) -> None:
        """Do that from now on."""
        self._state = state
        with self._lock:
            connections = list(self._connections)
        if state is State.REFUSES:
            self._stop_listening()
            for each in connections:
                each.end()
            return
        for each in connections:
            each.is_cut |= state is State.HANGS
        if self._listening is None:
            self._listen()

    def _listen(self) -> None:
        listening = socket.create_server(("127.0.0.1", self.port), backlog=128)
        self._listening, self.port = listening, listening.getsockname()[1]

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    asking, _ = listening.accept()
                    threading.Thread(target=self._serve, args=(asking,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()

    def _stop_listening(self) -> None:
        if self._listening is not None:
            # Whoever waits in accept() wakes.
            self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._listening = None

    def _serve(self, asking: socket.socket) -> None:
        with (
            contextlib.suppress(OSError),
            asking,
            socket.create_connection(("127.0.0.1", self._target)) as answering,
        ):
            connection = _Connection(asking, answering, is_cut=self._state is State.HANGS)
            with self._lock:
                self._connections.add(connection)
            try:
                connection.pass_on()
            finally:
                with self._lock:
                    self._connections.discard(connection)


@contextlib.contextmanager
def faulty_port(target: int) -> Iterator[FaultyPort]:
    """A port before that one, closed when the block ends."""
    port = FaultyPort(target)
    try:
        yield port
    finally:
        port.become(State.REFUSES)
