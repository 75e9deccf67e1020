"""Whatever the spelling and whatever a name says, nothing forbidden is ever connected to."""

from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address

import pytest

from controlplane.egress import EgressPolicy, EgressRefused, ScriptedResolver, check_url, post
from tests.server.egress.servers import Listener, listening

_BAD_4 = """0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.254 100.64.0.1 100.100.100.200 127.0.0.1 127.1.2.3
    127.255.255.254 168.63.129.16 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1
    172.31.255.254 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.255.254 198.18.0.1
    198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255""".split()
_BAD_6 = """:: ::1 100::1 fc00::1 fd00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1 ff0e::1
    2001:db8::1 2001::1 2001:2::1 3fff::1 5f00::1 64:ff9b:1::1""".split()
_GOOD = "93.184.215.14"
_NAME = "hooks.example.com"


def _octets(address: str) -> list[int]:
    return [int(part) for part in address.split(".")]


def _number(address: str) -> int:
    return int(IPv4Address(address))


_LITERALS: Mapping[str, Callable[[str], str]] = {
    "dotted": str,
    "with a dot at the end": lambda a: f"{a}.",
    "one number": lambda a: str(_number(a)),
    "one hexadecimal number": lambda a: hex(_number(a)),
    "one octal number": lambda a: f"0{_number(a):o}",
    "octal parts": lambda a: ".".join(f"0{part:o}" for part in _octets(a)),
    "long octal parts": lambda a: ".".join(f"{part:08o}" for part in _octets(a)),
    "hexadecimal parts": lambda a: ".".join(map(hex, _octets(a))),
    "two parts": lambda a: f"{_octets(a)[0]}.{_number(a) & 0xFFFFFF}",
    "three parts": lambda a: "{}.{}.{}".format(*_octets(a)[:2], _number(a) & 0xFFFF),
    "wide digits": lambda a: a.translate({ord(d): 0xFF10 + int(d) for d in "0123456789"}),
    "circled digits": lambda a: a.translate({ord(d): 0x245F + int(d) for d in "123456789"}),
    "ideographic dots": lambda a: a.replace(".", "。"),
    "percent signs": lambda a: "".join(f"%{ord(each):02x}" for each in a),
    "after a user's name": lambda a: f"{_NAME}@{a}",
    "mapped": lambda a: f"[::ffff:{a}]",
    "mapped, in hexadecimal": lambda a: f"[{IPv6Address(0xFFFF << 32 | _number(a))}]",
    "compatible": lambda a: f"[::{a}]",
    "NAT64": lambda a: f"[64:ff9b::{a}]",
    "NAT64 of a net of one's own": lambda a: f"[64:ff9b:1::{a}]",
    "6to4": lambda a: f"[{IPv6Address(0x2002 << 112 | _number(a) << 80)}]",
    "Teredo": lambda a: f"[{IPv6Address(0x20010000 << 96 | _number(a) ^ 0xFFFFFFFF)}]",
}
# What the name server of somebody who means harm answers.
_ANSWERS: Mapping[str, Callable[[str], list[str]]] = {
    "alone": lambda a: [a],
    "after a good one": lambda a: [_GOOD, a],
    "before a good one": lambda a: [a, _GOOD],
    "with a zone": lambda a: [f"{a}%1"],
}
_ANSWERS_4: Mapping[str, Callable[[str], list[str]]] = {
    "mapped": lambda a: [f"::ffff:{a}"],
    "NAT64": lambda a: [f"64:ff9b::{a}"],
    "AAAA good and A bad": lambda a: ["2606:2800:220:1:248:1893:25c8:1946", a],
}

_HOSTS = [
    *((spelling, spell(each)) for spelling, spell in _LITERALS.items() for each in _BAD_4),
    *(("IPv6", f"[{each}]") for each in _BAD_6),
    *(("IPv6 with a zone", f"[{each}%25lo]") for each in _BAD_6),
]
_LOOKUPS = [
    *((how, answer(each)) for how, answer in _ANSWERS.items() for each in [*_BAD_4, *_BAD_6]),
    *((how, answer(each)) for how, answer in _ANSWERS_4.items() for each in _BAD_4),
]


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    """Sees every connection to this machine, and must see none."""
    with listening() as listener:
        yield listener
        assert listener.connections == 0


def _policy(listener: Listener) -> EgressPolicy:
    """As in production, but for the port, so that the listener would see a connection."""
    return EgressPolicy(ports=frozenset({listener.port}))


def test_the_forms_are_many() -> None:
    assert len(_HOSTS) + len(_LOOKUPS) >= 800


@pytest.mark.parametrize(("spelling", "host"), _HOSTS)
def test_a_forbidden_address_is_refused_in_every_spelling(
    spelling: str, host: str, listener: Listener
) -> None:
    url, policy = f"https://{host}:{listener.port}/", _policy(listener)
    with pytest.raises(EgressRefused):
        check_url(url, policy=policy)
    with pytest.raises(EgressRefused):
        post(url, b"{}", {}, policy=policy, timeout_seconds=5)


@pytest.mark.parametrize(("how", "answer"), _LOOKUPS)
def test_a_name_that_leads_to_a_forbidden_address_is_refused(
    how: str, answer: list[str], listener: Listener
) -> None:
    url, policy = f"https://{_NAME}:{listener.port}/", _policy(listener)
    check_url(url, policy=policy)
    resolver = ScriptedResolver({_NAME: [answer]})
    with pytest.raises(EgressRefused):
        post(url, b"{}", {}, policy=policy, timeout_seconds=5, resolver=resolver)
    assert resolver.asked == [_NAME]


@pytest.mark.parametrize("bad", ["10.0.0.1", "169.254.169.254", "::1", "192.168.0.1"])
def test_a_name_that_turns_bad_after_it_was_checked_is_refused(
    bad: str, listener: Listener
) -> None:
    resolver = ScriptedResolver({_NAME: [[bad], [_GOOD]]})
    url, policy = f"https://{_NAME}:{listener.port}/", _policy(listener)
    check_url(url, policy=policy)
    with pytest.raises(EgressRefused):
        post(url, b"{}", {}, policy=policy, timeout_seconds=5, resolver=resolver)


def test_the_listener_would_have_seen_a_connection() -> None:
    with listening() as listener:
        policy = EgressPolicy(to_loopback=True)
        url = f"http://127.0.0.1:{listener.port}/"
        with pytest.raises(Exception, match="did not answer in time"):
            post(url, b"{}", {}, policy=policy, timeout_seconds=0.2)
        assert listener.connections == 1
