import socket
import ssl
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from controlplane.egress import (
    EgressFailed,
    EgressPolicy,
    EgressRefused,
    EgressReply,
    Fetched,
    Resolver,
    ScriptedResolver,
    SystemResolver,
    get,
    post,
)
from tests.server.egress.servers import Answer, Receiver, listening

_LOCAL = EgressPolicy(to_loopback=True)
_NAME = "hooks.example.com"


def _post(
    url: str, body: bytes = b"{}", *, seconds: float = 5, resolver: Resolver | None = None
) -> EgressReply:
    return post(url, body, {}, policy=_LOCAL, timeout_seconds=seconds, resolver=resolver)


def test_a_request_arrives_as_it_was_sent() -> None:
    with Receiver(Answer(201, {"X": "y"}, b"thanks")) as receiver:
        url = f"http://localhost:{receiver.port}/a%20b?c=d"
        headers = {"Content-Type": "application/json", "webhook-id": "1"}
        resolver = ScriptedResolver({"localhost": [["127.0.0.1"]]})
        body = '{"text": "größer"}'.encode()
        reply = post(url, body, headers, policy=_LOCAL, timeout_seconds=5, resolver=resolver)
    assert reply == EgressReply(201, b"thanks")
    (request,) = receiver.received
    assert (request.path, request.body) == ("/a%20b?c=d", body)
    assert request.headers == {
        "host": f"localhost:{receiver.port}",
        "content-length": str(len(body)),
        "content-type": "application/json",
        "webhook-id": "1",
    }


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(status: int) -> None:
    with listening() as elsewhere, Receiver() as receiver:
        location = f"http://127.0.0.1:{elsewhere.port}/"
        receiver.answers = [Answer(status, {"Location": location})]
        assert _post(receiver.url).status == status
        assert len(receiver.received) == 1
        assert elsewhere.connections == 0


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening() as proxy, Receiver() as receiver:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert _post(receiver.url).status == 200
        assert proxy.connections == 0


@pytest.mark.parametrize("size", [65_536, 65_537, 5_000_000])
def test_no_more_than_64_kilobytes_of_an_answer_are_read(size: int) -> None:
    with Receiver(Answer(body=b"x" * size)) as receiver:
        assert len(_post(receiver.url).body_excerpt) == 65_536


def test_a_compressed_answer_is_not_unpacked() -> None:
    with Receiver(Answer(headers={"Content-Encoding": "gzip"}, body=b"\x1f\x8b bomb")) as receiver:
        assert _post(receiver.url).body_excerpt == b"\x1f\x8b bomb"


def _drip(begin: bytes) -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(begin)
        for _ in range(100):
            connection.sendall(b"x")
            time.sleep(0.02)

    return serve


@pytest.mark.parametrize(
    "serve",
    [
        pytest.param(None, id="never answers"),
        pytest.param(_drip(b""), id="drips a status line"),
        pytest.param(_drip(b"HTTP/1.1 200 OK\r\nA: "), id="drips a header"),
        pytest.param(_drip(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"), id="drips a body"),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_all_of_it_together_ends_in_time(
    serve: Callable[[socket.socket], None] | None, scheme: str
) -> None:
    with listening(serve) as listener:
        started = time.monotonic()
        with pytest.raises(EgressFailed):
            _post(f"{scheme}://127.0.0.1:{listener.port}/", seconds=0.3)
        assert time.monotonic() - started < 1


def test_a_receiver_that_does_not_read_is_given_up() -> None:
    with listening() as listener:
        started = time.monotonic()
        with pytest.raises(EgressFailed, match="in time"):
            _post(f"http://127.0.0.1:{listener.port}/", b"x" * 50_000_000, seconds=0.3)
        assert time.monotonic() - started < 2


def test_no_time_is_no_request() -> None:
    with Receiver() as receiver:
        with pytest.raises(EgressFailed, match="in time"):
            _post(receiver.url, seconds=0)
        assert receiver.received == []


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_nobody_listening_is_a_failure() -> None:
    with pytest.raises(EgressFailed, match="could not be connected to"):
        _post(f"http://127.0.0.1:{_closed_port()}/")


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH_9.6\r\n\r\n", b"HTTP/1.1 what\r\n\r\n"])
def test_what_does_not_speak_http_is_a_failure(said: bytes) -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(said)
        connection.shutdown(socket.SHUT_RDWR)

    with listening(serve) as listener, pytest.raises(EgressFailed):
        _post(f"http://127.0.0.1:{listener.port}/")


def test_a_name_that_nobody_knows_is_a_failure() -> None:
    url = f"https://{_NAME}/"
    with pytest.raises(EgressFailed, match="can't be resolved"):
        _post(url, resolver=ScriptedResolver({}))
    with pytest.raises(EgressFailed, match="without an address"):
        _post(url, resolver=ScriptedResolver({_NAME: [[]]}))


def test_the_system_knows_this_machine_and_not_every_name() -> None:
    resolver = SystemResolver()
    assert set(resolver.addresses("localhost", timeout_seconds=5)) <= {"127.0.0.1", "::1"}
    assert resolver.addresses("0x7f.1", timeout_seconds=5) == ["127.0.0.1"]
    with pytest.raises(EgressFailed, match="can't be resolved"):
        resolver.addresses("a..b", timeout_seconds=5)


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    with Receiver() as receiver:
        # The receiver listens on the IPv4 address alone.
        resolver = ScriptedResolver({"localhost": [["::1", "127.0.0.1"]]})
        assert _post(f"http://localhost:{receiver.port}/", resolver=resolver).status == 200


@pytest.mark.parametrize("answer", [["127.0.0.1", "10.0.0.1"], ["10.0.0.1", "127.0.0.1"]])
def test_one_forbidden_address_among_allowed_ones_is_enough(answer: Sequence[str]) -> None:
    with listening() as listener:
        resolver = ScriptedResolver({"localhost": [answer]})
        with pytest.raises(EgressRefused):
            _post(f"http://localhost:{listener.port}/", resolver=resolver)
        assert listener.connections == 0


def test_a_name_is_resolved_once_and_what_was_checked_is_connected_to() -> None:
    with Receiver() as receiver:
        # A second look would find another address.
        resolver = ScriptedResolver({"localhost": [["127.0.0.1"], ["10.0.0.1"]]})
        url = f"http://localhost:{receiver.port}/"
        assert _post(url, resolver=resolver).status == 200
        assert resolver.asked == ["localhost"]
        with pytest.raises(EgressRefused):
            _post(url, resolver=resolver)
        assert len(receiver.received) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate, and its key, of `_NAME`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _NAME)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(_NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def _ask_by_tls(certificate: Path, name: str, *, believed: bool = True) -> list[str | None]:
    """Post to the name over TLS; says which names the server was asked for."""
    asked: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _, said, __: asked.append(said)
    trust = ssl.create_default_context(cafile=str(certificate)) if believed else None
    with Receiver(tls=context) as receiver:
        reply = post(
            f"https://{name}:{receiver.port}/",
            b"{}",
            {},
            policy=EgressPolicy(ports=frozenset({receiver.port}), to_loopback=True),
            timeout_seconds=5,
            resolver=ScriptedResolver({name: [["127.0.0.1"]]}),
            trust=trust,
        )
        assert reply.status == 200
        assert receiver.received[0].headers["host"] == f"{name}:{receiver.port}"
    return asked


def test_tls_checks_the_name_of_the_url_though_an_address_is_connected_to(
    certificate: Path,
) -> None:
    assert _ask_by_tls(certificate, _NAME) == [_NAME]


def test_a_certificate_of_another_name_is_a_failure(certificate: Path) -> None:
    with pytest.raises(EgressFailed, match="has a certificate that is not good: Hostname mismatch"):
        _ask_by_tls(certificate, "other.example.com")


def test_a_certificate_of_nobody_known_is_a_failure(certificate: Path) -> None:
    with pytest.raises(EgressFailed, match="has a certificate that is not good: self-signed"):
        _ask_by_tls(certificate, _NAME, believed=False)


def test_plain_http_behind_https_is_a_failure() -> None:
    with Receiver() as receiver, pytest.raises(EgressFailed, match="TLS"):
        _post(f"https://127.0.0.1:{receiver.port}/")


def _get(url: str, *, most_bytes: int = 1000, seconds: float = 5) -> Fetched:
    return get(url, {"X": "y"}, most_bytes=most_bytes, policy=_LOCAL, timeout_seconds=seconds)


def test_a_file_is_read_whole_up_to_what_is_allowed() -> None:
    with Receiver(Answer(body=b"x" * 1000)) as receiver:
        assert _get(receiver.url) == Fetched(200, b"x" * 1000)
        (request,) = receiver.received
        assert (request.headers["x"], request.body) == ("y", b"")
        with pytest.raises(EgressFailed, match="holds more than 999 bytes"):
            _get(receiver.url, most_bytes=999)


def test_a_file_without_an_end_is_given_up_where_it_is_too_large() -> None:
    def serve(connection: socket.socket) -> None:
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(2000):
            connection.sendall(b"x" * 65_536)

    with listening(serve) as listener, pytest.raises(EgressFailed, match="holds more"):
        _get(f"http://127.0.0.1:{listener.port}/", most_bytes=100_000)


def test_a_file_that_drips_ends_in_time() -> None:
    drip = _drip(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n")
    with listening(drip) as listener, pytest.raises(EgressFailed, match="in time"):
        _get(f"http://127.0.0.1:{listener.port}/", seconds=0.3, most_bytes=1_000_000)


def test_no_redirect_to_a_file_is_followed() -> None:
    with listening() as elsewhere, Receiver() as receiver:
        location = f"http://127.0.0.1:{elsewhere.port}/"
        receiver.answers = [Answer(302, {"Location": location})]
        assert _get(receiver.url).status == 302
        assert elsewhere.connections == 0


def test_a_file_at_a_private_address_is_never_connected_to() -> None:
    with listening() as listener:
        resolver = ScriptedResolver({_NAME: [["127.0.0.1"]]})
        with pytest.raises(EgressRefused, match="not of the public internet"):
            get(
                f"https://{_NAME}:{listener.port}/",
                {},
                most_bytes=9,
                policy=EgressPolicy(ports=frozenset({listener.port})),
                timeout_seconds=5,
                resolver=resolver,
            )
        assert listener.connections == 0
