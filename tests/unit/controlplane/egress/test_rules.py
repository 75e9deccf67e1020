import pytest

from controlplane.egress import EgressPolicy, EgressRefused, check_url
from controlplane.egress.rules import check_address, target_of

_PRODUCTION = EgressPolicy()
_DEVELOPMENT = EgressPolicy(to_loopback=True)


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com",
        "https://hooks.example.com/a/b?c=d#e",
        "https://hooks.example.com:443/",
        "https://hooks.example.com:8443/",
        "HTTPS://Hooks.Example.COM/",
        "https://hooks.example.com./",
        "https://bücher.example/",
        "https://xn--bcher-kva.example/",
        "https://a_b.example.com/",
        "https://localhost.example.com/",
        "https://internal.example.com/",
        "https://8.8.8.8/",
        "https://[2001:4860:4860::8888]/",
        "https://[64:ff9b::808:808]:8443/",
    ],
)
@pytest.mark.parametrize("policy", [_PRODUCTION, _DEVELOPMENT])
def test_a_good_url_passes(url: str, policy: EgressPolicy) -> None:
    check_url(url, policy=policy)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "must begin with https://"),
        ("hooks.example.com", "must begin with https://"),
        ("//hooks.example.com", "must begin with https://"),
        ("http://hooks.example.com/", "must begin with https://"),
        ("ftp://hooks.example.com/", "must begin with https://"),
        ("file:///etc/passwd", "must begin with https://"),
        ("gopher://hooks.example.com/", "must begin with https://"),
        ("unix:///run/docker.sock", "must begin with https://"),
        ("https:///path", "names no host"),
        ("https://user@hooks.example.com/", "must hold no user name or password"),
        ("https://user:word@hooks.example.com/", "must hold no user name or password"),
        ("https://hooks.example.com\\@127.0.0.1/", "must hold no user name or password"),
        ("https://hooks.example.com:80/", "must use port 443 or 8443"),
        ("https://hooks.example.com:0/", "must use port 443 or 8443"),
        ("https://hooks.example.com:22/", "must use port 443 or 8443"),
        ("https://hooks.example.com:99999/", "must use port 443 or 8443"),
        ("https://hooks.example.com:44 3/", "is no URL"),
        ("https://hooks.example.com\n.evil.example/", "is no URL"),
        ("https://hooks.example.com/\r\nHost: other", "is no URL"),
        ("https://[::1", "is no URL"),
        ("https://①②⑦.⓪.⓪.①/", "is no URL"),
        ("https://0177.0.0.1/", "is no URL"),
        ("https://ex%61mple.com/", "must hold no zone and no encoded character in its host"),
        ("https://exa mple.com/", "must hold no zone and no encoded character in its host"),
        ("https://%31%32%37.0.0.1/", "must hold no zone and no encoded character in its host"),
        ("https://[fe80::1%25eth0]/", "must hold no zone and no encoded character in its host"),
        ("https://[fe80::1%1]/", "must hold no zone and no encoded character in its host"),
        ("https://localhost/", "names a host of the local network"),
        ("https://LOCALHOST./", "names a host of the local network"),
        ("https://a.localhost/", "names a host of the local network"),
        ("https://localhost.localdomain/", "names a host of the local network"),
        ("https://printer.local/", "names a host of the local network"),
        ("https://metadata.google.internal/", "names a host of the local network"),
        ("https://metadata.google.internal./", "names a host of the local network"),
        ("https://nas.home.arpa/", "names a host of the local network"),
        ("https://redis/", "must name a host with its full name, such as hooks.example.com"),
        ("https://a..example.com/", "must name a host with its full name, such as"),
        ("https://.example.com/", "must name a host with its full name, such as"),
        ("https://-a.example.com/", "must name a host with its full name, such as"),
        (f"https://{'a' * 64}.example.com/", "must name a host with its full name, such as"),
        (f"https://{'a.' * 130}example.com/", "must name a host with its full name, such as"),
        ("https://127.0.0.1/", "leads to an address that is not of the public internet"),
        ("https://127。0。0。1/", "leads to an address that is not of the public internet"),
        ("https://0x7f.1/", "leads to an address that is not of the public internet"),
        ("https://2130706433/", "leads to an address that is not of the public internet"),
        ("https://127.1/", "leads to an address that is not of the public internet"),
        ("https://0/", "leads to an address that is not of the public internet"),
        ("https://[::]/", "leads to an address that is not of the public internet"),
        ("https://[::ffff:10.0.0.1]/", "leads to an address that is not of the public internet"),
    ],
)
def test_a_bad_url_is_refused_with_the_reason(url: str, reason: str) -> None:
    with pytest.raises(EgressRefused) as refused:
        check_url(url, policy=_PRODUCTION)
    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:5000/hook",
        "http://localhost:5000/hook",
        "http://[::1]:5000/hook",
        "https://localhost:5000/hook",
        "http://127.1/",
    ],
)
def test_development_may_reach_its_own_machine(url: str) -> None:
    check_url(url, policy=_DEVELOPMENT)
    with pytest.raises(EgressRefused):
        check_url(url, policy=_PRODUCTION)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://hooks.example.com:5000/",
        "http://8.8.8.8/",
        "http://10.0.0.1/",
        "https://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0:5000/",
        "http://[::ffff:127.0.0.1]:5000/",
        "http://a.localhost:5000/",
        "http://redis:6379/",
        "ftp://localhost/",
    ],
)
def test_development_may_reach_nothing_else(url: str) -> None:
    with pytest.raises(EgressRefused):
        check_url(url, policy=_DEVELOPMENT)


def test_localhost_that_leads_to_a_public_address_gets_no_plain_http() -> None:
    target = target_of("http://localhost:5000/", policy=_DEVELOPMENT)
    check_address("127.0.0.1", target, policy=_DEVELOPMENT)
    with pytest.raises(EgressRefused):
        check_address("93.184.215.14", target, policy=_DEVELOPMENT)


def test_a_url_is_read_once_for_all_that_use_it() -> None:
    target = target_of("https://Bücher.example:8443/a b?c=d#e", policy=_PRODUCTION)
    assert (target.scheme, target.host, target.port) == ("https", "xn--bcher-kva.example", 8443)
    assert (target.authority, target.path) == ("xn--bcher-kva.example:8443", b"/a%20b?c=d")
