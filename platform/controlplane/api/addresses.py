"""Where a request comes from."""

import ipaddress
from typing import TypeAlias

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


def caller_address(request: HttpRequest | Request) -> Address:
    """The caller's address; of proxies, only as many as are trusted are believed.

    What somebody writes into X-Forwarded-For himself stands before what trusted proxies add.
    """
    hops = [request.META.get("REMOTE_ADDR") or "127.0.0.1"]
    forwarded = request.headers.get("X-Forwarded-For", "")
    hops = [*(hop.strip() for hop in forwarded.split(",") if hop.strip()), *hops]
    believed = hops[max(0, len(hops) - 1 - settings.TRUSTED_PROXIES)]
    try:
        address = ipaddress.ip_address(believed)
    except ValueError:
        return ipaddress.ip_address("0.0.0.0")  # noqa: S104 - one budget for all such callers
    mapped = getattr(address, "ipv4_mapped", None)
    return address if mapped is None else mapped


def household(address: Address) -> str:
    """Who has one IPv6 address has 2**64: the smallest net that is one household's."""
    return _net(address, 32, 64)


def network(address: Address) -> str:
    """The net around it that one provider hands out."""
    return _net(address, 24, 48)


def _net(address: Address, version_4: int, version_6: int) -> str:
    bits = version_4 if address.version == 4 else version_6  # noqa: PLR2004 - IP version 4
    return str(ipaddress.ip_network((address, bits), strict=False))
