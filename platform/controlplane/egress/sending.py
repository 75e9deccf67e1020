"""Sends a request to where a user said, and to nowhere else.

httpcore, without a client around it: there are no proxies, redirects, cookies or decompression to
switch off. The name is resolved once, in the callback that opens the socket, every address of the
answer is judged, and the socket is opened to one that was: whatever the name says a moment later is
never asked. The header Host and the name that TLS checks stay those of the URL.
"""

import ssl
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Final

import httpcore
import httpx

from controlplane.egress.errors import EgressFailed
from controlplane.egress.resolving import Resolver, SystemResolver
from controlplane.egress.rules import EgressPolicy, Target, check_address, target_of

# No more of an answer is read.
MOST_BODY_BYTES: Final = 64 * 1024
_WRITTEN_AT_ONCE: Final = 16 * 1024
_TOO_SLOW: Final = "did not answer in time"


@dataclass(frozen=True, slots=True)
class EgressReply:
    """What came back: of whoever a user named, so not to be shown or logged as it is.

    Attributes:
        status: the HTTP status.
        body_excerpt: the beginning of the body, at most `MOST_BODY_BYTES`.
    """

    status: int
    body_excerpt: bytes


@dataclass(frozen=True, slots=True)
class Fetched:
    """What is at a URL: of whoever a user named, so not to be shown or logged as it is.

    Attributes:
        status: the HTTP status.
        body: all of it.
    """

    status: int
    body: bytes


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    policy: EgressPolicy,
    timeout_seconds: float,
    resolver: Resolver | None = None,
    trust: ssl.SSLContext | None = None,
) -> EgressReply:
    """POST to a URL that a user gave. Redirects are not followed.

    Args:
        url: where to.
        body: is sent as it is.
        headers: beside Host and Content-Length.
        policy: what is allowed.
        timeout_seconds: for all of it, from resolving the name to the end of the answer.
        resolver: the operating system's, if none is given.
        trust: certificates that are believed; those of public authorities, if none are given.

    Raises:
        EgressRefused: a rule forbids it; nothing was connected to.
        EgressFailed: it could not be reached, broke off, or took too long.
    """
    sent = [("Content-Length", str(len(body))), *headers.items()]
    way = _Way(policy, timeout_seconds, resolver, trust)
    with _answer_to("POST", url, sent, body, way=way) as response:
        return EgressReply(response.status, _beginning(response))


def get(
    url: str,
    headers: Mapping[str, str],
    *,
    most_bytes: int,
    policy: EgressPolicy,
    timeout_seconds: float,
    resolver: Resolver | None = None,
    trust: ssl.SSLContext | None = None,
) -> Fetched:
    """GET all of what a URL that a user gave leads to. Redirects are not followed.

    Args:
        url: where to.
        headers: beside Host.
        most_bytes: of the body; one that is longer is no answer, and is not read to its end.
        policy: as of `post`; likewise the rest.
        timeout_seconds: likewise.
        resolver: likewise.
        trust: likewise.

    Raises:
        EgressRefused: a rule forbids it; nothing was connected to.
        EgressFailed: it could not be reached, broke off, took too long or holds too much.
    """
    way = _Way(policy, timeout_seconds, resolver, trust)
    with _answer_to("GET", url, list(headers.items()), None, way=way) as response:
        return Fetched(response.status, _whole(response, most_bytes))


@dataclass(frozen=True, slots=True)
class _Way:
    """How a request goes out: the arguments of `post`."""

    policy: EgressPolicy
    timeout_seconds: float
    resolver: Resolver | None
    trust: ssl.SSLContext | None


@contextmanager
def _answer_to(
    method: str, url: str, headers: list[tuple[str, str]], body: bytes | None, *, way: _Way
) -> Iterator[httpcore.Response]:
    """What comes back, to be read until the block ends."""
    target = target_of(url, policy=way.policy)
    deadline = _Deadline(way.timeout_seconds)
    resolver = way.resolver or SystemResolver()
    backend = _CheckedBackend(target, way.policy, resolver, deadline)
    pool = httpcore.ConnectionPool(
        ssl_context=way.trust or _public_authorities(), network_backend=backend, max_connections=1
    )
    sent = [("Host", target.authority), *headers]
    destination = httpcore.URL(
        scheme=target.scheme, host=target.host, port=target.port, target=target.path
    )
    try:
        with pool, pool.stream(method, destination, headers=sent, content=body) as response:
            yield response
    except httpcore.TimeoutException as error:
        raise EgressFailed(_TOO_SLOW) from error
    except httpcore.ConnectError as error:
        raise EgressFailed("could not be connected to") from error
    except httpcore.ProtocolError as error:
        raise EgressFailed("did not answer as HTTP") from error
    except httpcore.NetworkError as error:
        raise EgressFailed("broke the connection off") from error


class _Deadline:
    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds that are left, more than 0."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise EgressFailed(_TOO_SLOW)
        return left


class _CheckedBackend(httpcore.NetworkBackend):
    """Opens sockets to addresses that the policy allows."""

    def __init__(
        self, target: Target, policy: EgressPolicy, resolver: Resolver, deadline: _Deadline
    ) -> None:
        self._target = target
        self._policy = policy
        self._resolver = resolver
        self._deadline = deadline
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A stream to the first address that answers, if all of them are allowed."""
        addresses = self._resolver.addresses(host, timeout_seconds=self._deadline.left())
        for address in addresses:
            check_address(address, self._target, policy=self._policy)
        return _HurriedStream(self._first_of(addresses, port), self._deadline)

    def _first_of(self, addresses: Sequence[str], port: int) -> httpcore.NetworkStream:
        failure: Exception = EgressFailed("names a host without an address")
        for place, address in enumerate(addresses):
            # One that is silent leaves time for the others.
            patience = self._deadline.left() / (len(addresses) - place)
            try:
                return self._sockets.connect_tcp(address, port, timeout=patience)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _HurriedStream(httpcore.NetworkStream):
    """A stream whose every step is bounded by one deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, timeout=self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _WRITTEN_AT_ONCE):
            part = buffer[start : start + _WRITTEN_AT_ONCE]
            self._stream.write(part, timeout=self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        except httpcore.ConnectError as error:
            raise EgressFailed(_why_no_tls(error.__cause__)) from error
        return _HurriedStream(stream, self._deadline)

    def get_extra_info(self, name: str) -> object:
        return self._stream.get_extra_info(name)


@cache
def _public_authorities() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


def _beginning(response: httpcore.Response) -> bytes:
    found = b""
    for part in response.iter_stream():
        found += part
        if len(found) >= MOST_BODY_BYTES:
            break
    return found[:MOST_BODY_BYTES]


def _whole(response: httpcore.Response, most_bytes: int) -> bytes:
    found: list[bytes] = []
    size = 0
    for part in response.iter_stream():
        size += len(part)
        if size > most_bytes:
            raise EgressFailed(f"holds more than {most_bytes} bytes")
        found.append(part)
    return b"".join(found)


def _why_no_tls(cause: BaseException | None) -> str:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"has a certificate that is not good: {cause.verify_message}"
    return "could not agree on TLS"
