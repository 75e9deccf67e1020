"""Which addresses are of the public internet.

The properties of `ipaddress` don't say: `is_global` is true of multicast and of the NAT64 form of a
metadata service. So the nets are listed, from the IANA registries of special-purpose addresses
(https://www.iana.org/assignments/iana-ipv4-special-registry, and its IPv6 sister).
"""

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)
from typing import Final

_CLOSED_4: Final = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this host and net
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # behind a carrier's NAT
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # Azure's host
            "169.254.0.0/16",  # link-local, and metadata of clouds
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocols, and metadata of Oracle's cloud
            "192.0.2.0/24",  # documentation
            "192.88.99.0/24",  # relays of 6to4
            "192.168.0.0/16",  # private
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, and broadcast
        ),
    )
)
# All that is handed out; what lies outside is loopback, link-local, private, multicast, or an IPv4
# address in disguise.
_OPEN_6: Final = IPv6Network("2000::/3")
_CLOSED_6: Final = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocols, and Teredo, which holds an IPv4 address
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4, which holds an IPv4 address
            "3fff::/20",  # documentation
        ),
    )
)
# How a net without IPv4 reaches an IPv4 address: as public as the address in its last 32 bits.
_NAT64: Final = IPv6Network("64:ff9b::/96")
_LAST_32_BITS: Final = 0xFFFF_FFFF
_LOOPBACK_4: Final = IPv4Network("127.0.0.0/8")
_LOOPBACK_6: Final = IPv6Address("::1")


def is_public(address: str) -> bool:
    """True of an address, in the numeric form of a socket's, that anybody may be sent to."""
    found = _parsed(address)
    if found is None:
        return False
    if isinstance(found, IPv4Address):
        return not any(found in net for net in _CLOSED_4)
    if found.scope_id is not None:
        return False
    if found in _NAT64:
        return is_public(str(IPv4Address(int(found) & _LAST_32_BITS)))
    return found in _OPEN_6 and not any(found in net for net in _CLOSED_6)


def is_loopback(address: str) -> bool:
    """True of 127.0.0.0/8 and ::1, and of no other spelling of them."""
    found = _parsed(address)
    if isinstance(found, IPv4Address):
        return found in _LOOPBACK_4
    return found == _LOOPBACK_6


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None
