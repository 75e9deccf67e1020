from ipaddress import IPv6Address, ip_address

import pytest

from controlplane.egress.addresses import is_loopback, is_public

_PUBLIC = """1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.215.14 100.63.255.255 100.128.0.0
    126.255.255.255 128.0.0.0 168.63.129.15 169.253.255.255 172.15.255.255 172.32.0.0 192.167.1.1
    198.17.255.255 198.20.0.0 223.255.255.255 2606:2800:220:1:248:1893:25c8:1946
    2001:4860:4860::8888 2a00:1450:4001:800::200e 2620:fe::fe 64:ff9b::808:808""".split()
_NOT_PUBLIC_4 = """0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.0 100.100.100.200
    100.127.255.255 127.0.0.1 127.255.255.254 168.63.129.16 169.254.0.1 169.254.169.254
    169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1
    192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.255
    240.0.0.1 255.255.255.255""".split()
_NOT_PUBLIC_6 = """:: ::1 ::2 100::1 fc00::1 fd00::1 fd00:ec2::254 fe80::1 febf::1 fec0::1 feff::1
    ff01::1 ff02::1 ff0e::1 2001:db8::1 2001::1 2001:2::1 2001:10::1 2001:1ff::1 3fff::1 4000::1
    5f00::1 64:ff9b:1::1 64:ff9b:1::808:808 1fff::1""".split()


def in_ipv6(address: str) -> list[str]:
    """Every form in which an IPv6 address holds an IPv4 address."""
    bits = int(ip_address(address))
    forms = (
        bits,  # compatible
        0xFFFF << 32 | bits,  # mapped
        0xFFFF << 48 | bits,  # translated
        0x0064_FF9B << 96 | bits,  # NAT64
        0x0064_FF9B_0001 << 80 | bits,  # NAT64 of a net of one's own
        0x2002 << 112 | bits << 80 | 1,  # 6to4
        0x2001_0000 << 96 | 0x0808_0808 << 64 | bits ^ 0xFFFF_FFFF,  # Teredo
        0x2001_0000 << 96 | bits << 64 | 0x0808_0808 ^ 0xFFFF_FFFF,  # Teredo, as its server
        0xFE80 << 112 | 0x5EFE << 32 | bits,  # ISATAP
    )
    return [str(IPv6Address(each)) for each in forms]


@pytest.mark.parametrize("address", _PUBLIC)
def test_a_public_address_is_public(address: str) -> None:
    assert is_public(address)
    assert ip_address(address).is_global


@pytest.mark.parametrize("address", [*_NOT_PUBLIC_4, *_NOT_PUBLIC_6])
def test_an_address_of_a_special_purpose_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", _NOT_PUBLIC_4)
def test_no_form_inside_ipv6_makes_an_address_public(address: str) -> None:
    assert [form for form in in_ipv6(address) if is_public(form)] == []


def test_of_forms_inside_ipv6_only_nat64_of_a_public_address_is_public() -> None:
    assert [form for form in in_ipv6("8.8.8.8") if is_public(form)] == ["64:ff9b::808:808"]


@pytest.mark.parametrize("address", ["2606:4700::1%1", "fe80::1%eth0", "8.8.8.8%1", "::1%1"])
def test_an_address_with_a_zone_is_neither_public_nor_loopback(address: str) -> None:
    assert not is_public(address)
    assert not is_loopback(address)


@pytest.mark.parametrize(
    "spelling", ["", "localhost", "0177.0.0.1", "0x7f.1", "2130706433", "8.8.8", "8.8.8.8 ", "::g"]
)
def test_what_no_socket_says_is_not_public(spelling: str) -> None:
    assert not is_public(spelling)
    assert not is_loopback(spelling)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1"])
def test_loopback_is_recognised(address: str) -> None:
    assert is_loopback(address)


@pytest.mark.parametrize("address", ["::ffff:127.0.0.1", "::127.0.0.1", "::", "128.0.0.1"])
def test_nothing_else_counts_as_loopback(address: str) -> None:
    assert not is_loopback(address)


def test_whatever_is_public_is_global_to_the_standard_library_too() -> None:
    first_octets = (f"{first}.{second}.3.4" for first in range(256) for second in range(256))
    assert [
        each for each in first_octets if is_public(each) and not ip_address(each).is_global
    ] == []
