"""What may be connected to. A URL is judged twice: as it is written, and by where it leads."""

import re
from dataclasses import dataclass
from typing import Final

import httpx

from controlplane.egress.addresses import is_loopback, is_public
from controlplane.egress.errors import EgressRefused
from controlplane.egress.resolving import literal_of

_USUAL_PORTS: Final = {"https": 443, "http": 80}
_NAME: Final = re.compile(
    r"(?=.{1,253}\.?$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\.?",
    re.ASCII,
)
# Of one's own net or machine: RFC 6761, 6762, 8375, and what ICANN keeps for private use.
_LOCAL_NAMES: Final = re.compile(
    r"(.*\.)?(localhost|localdomain|local|internal|intranet|lan|home\.arpa)\.?", re.ASCII
)
_LOCALHOST: Final = "localhost"
_NOT_PUBLIC: Final = "leads to an address that is not of the public internet"


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """What is allowed: by default https to public addresses, on ports 443 and 8443.

    Attributes:
        ports: of public addresses.
        to_loopback: this machine's own loopback addresses are allowed as well, with http and on
            every port: for development.
    """

    ports: frozenset[int] = frozenset({443, 8443})
    to_loopback: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A URL, read once: what was checked is what is used.

    Attributes:
        host: as it is resolved and as TLS names it: ASCII, without brackets.
        authority: as the header Host says it.
        path: with the query.
    """

    scheme: str
    host: str
    port: int
    authority: str
    path: bytes


def check_url(url: str, *, policy: EgressPolicy) -> None:
    """Refuse at once what can be refused without asking anybody.

    A URL that passes may still lead to a forbidden address: `sending.post` looks each time.

    Raises:
        EgressRefused: a rule forbids the URL, and which.
    """
    target = target_of(url, policy=policy)
    literal = literal_of(target.host)
    if literal is not None:
        check_address(literal, target, policy=policy)


def target_of(url: str, *, policy: EgressPolicy) -> Target:
    """Where the URL points to.

    Raises:
        EgressRefused: it can't be read, or a rule forbids it as it is written.
    """
    try:
        read = httpx.URL(url)
        host = read.raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError) as error:
        raise EgressRefused("is no URL") from error
    if read.scheme not in _USUAL_PORTS:
        raise EgressRefused("must begin with https://")
    if read.userinfo:
        raise EgressRefused("must hold no user name or password")
    port = _USUAL_PORTS[read.scheme] if read.port is None else read.port
    _check_host(host, to_loopback=policy.to_loopback)
    target = Target(read.scheme, host, port, read.netloc.decode("ascii"), read.raw_path)
    if not (policy.to_loopback and _is_local(host)):
        _check_way(target, policy)
    return target


def check_address(address: str, target: Target, *, policy: EgressPolicy) -> None:
    """Judge one address that the target's host leads to.

    Raises:
        EgressRefused: it is not allowed.
    """
    if policy.to_loopback and is_loopback(address):
        return
    if not is_public(address):
        raise EgressRefused(_NOT_PUBLIC)
    _check_way(target, policy)


def _check_way(target: Target, policy: EgressPolicy) -> None:
    if target.scheme != "https":
        raise EgressRefused("must begin with https://")
    if target.port not in policy.ports:
        ports = " or ".join(map(str, sorted(policy.ports)))
        raise EgressRefused(f"must use port {ports}")


def _check_host(host: str, *, to_loopback: bool) -> None:
    if not host:
        raise EgressRefused("names no host")
    if "%" in host:
        raise EgressRefused("must hold no zone and no encoded character in its host")
    if literal_of(host) is not None or (to_loopback and host == _LOCALHOST):
        return
    if _LOCAL_NAMES.fullmatch(host):
        raise EgressRefused("names a host of the local network")
    if not _NAME.fullmatch(host):
        raise EgressRefused("must name a host with its full name, such as hooks.example.com")


def _is_local(host: str) -> bool:
    literal = literal_of(host)
    return host == _LOCALHOST if literal is None else is_loopback(literal)
