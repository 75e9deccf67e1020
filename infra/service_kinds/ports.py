"""Ports of this machine that nobody listens on."""

import contextlib
import random
import socket

# Below the ports that systems give to connections on their way out: one of those may otherwise sit
# on the port of a service that is about to be started again.
_LOWEST, _HIGHEST = 20_000, 32_000


def free_ports(count: int) -> range:
    """So many ports in a row that nobody listens on now."""
    chosen = random.SystemRandom()
    while True:
        first = chosen.randrange(_LOWEST, _HIGHEST)
        ports = range(first, first + count)
        with contextlib.ExitStack() as probes, contextlib.suppress(OSError):
            for port in ports:
                probes.enter_context(socket.socket()).bind(("", port))
            return ports
