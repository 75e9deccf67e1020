"""From a host's name to the addresses of its sockets."""

import socket
import threading
from collections.abc import Mapping, Sequence
from typing import Protocol

from controlplane.egress.errors import EgressFailed


class Resolver(Protocol):
    """Knows where a name leads to now; the next answer may be another."""

    def addresses(self, host: str, *, timeout_seconds: float) -> Sequence[str]:
        """Numeric addresses, the preferred one first; a zone stands behind a percent sign.

        Raises:
            EgressFailed: the name is not known, or nobody answered in time.
        """
        ...


class SystemResolver:
    """What the operating system says."""

    def addresses(self, host: str, *, timeout_seconds: float) -> Sequence[str]:
        """As the port says."""
        answer: list[Sequence[str] | OSError | UnicodeError] = []

        def ask() -> None:
            try:
                answer.append(_looked_up(host))
            except (OSError, UnicodeError) as error:
                answer.append(error)

        # The system's call takes no timeout; a thread that nobody waits for any longer ends alone.
        asking = threading.Thread(target=ask, name="egress-resolver", daemon=True)
        asking.start()
        asking.join(timeout_seconds)
        if not answer:
            raise EgressFailed("names a host that was not resolved in time")
        (found,) = answer
        if isinstance(found, OSError | UnicodeError):
            raise EgressFailed("names a host that can't be resolved") from found
        return found


class ScriptedResolver:
    """The fake: says for each name what it is told to, the last answer again and again.

    A host that stands for an address is answered as the system does, which asks nobody.
    """

    def __init__(self, answers: Mapping[str, Sequence[Sequence[str]]]) -> None:
        """Take the answers of each name, in turn."""
        self._answers = {host: list(each) for host, each in answers.items()}
        self.asked: list[str] = []

    def addresses(self, host: str, *, timeout_seconds: float) -> Sequence[str]:
        """As the port says."""
        self.asked.append(host)
        if (literal := literal_of(host)) is not None:
            return [literal]
        answers = self._answers.get(host)
        if not answers:
            raise EgressFailed("names a host that can't be resolved")
        return answers.pop(0) if len(answers) > 1 else answers[0]


def literal_of(host: str) -> str | None:
    """The address that a host stands for without asking anybody, in whatever spelling.

    `0x7f.1`, `127.1` and `2130706433` are all 127.0.0.1: the system's own reading decides.
    """
    try:
        return _looked_up(host, socket.AI_NUMERICHOST)[0]
    except (OSError, UnicodeError):
        return None


def _looked_up(host: str, flags: int = 0) -> list[str]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=flags)
    addresses: dict[str, None] = {}
    for *_, place in found:
        address = str(place[0])
        zone = place[3] if len(place) > 3 else 0  # noqa: PLR2004 - IPv6: address, port, flow, zone
        addresses[f"{address}%{zone}" if zone and "%" not in address else address] = None
    return list(addresses)
