"""Mail, through a real SMTP server."""

import re
import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from ipaddress import ip_address

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone
from pytest_django import Settings

from controlplane.accounts.codes import redeem_code, send_code
from controlplane.settings import env

ANA = "ana@example.org"
HERE = ip_address("127.0.0.1")


class Mailbox:
    """Keeps what it is sent."""

    def __init__(self) -> None:
        self.received: list[tuple[list[str], Message]] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        assert envelope.content is not None
        content = envelope.content
        assert isinstance(content, bytes)
        self.received.append((envelope.rcpt_tos, message_from_bytes(content)))
        return "250 OK"


@pytest.fixture
def mailbox(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{port}")
    for name, value in env.mail().items():
        setattr(settings, name, value)
    yield box
    controller.stop()


def test_a_code_reaches_its_mailbox_and_is_good(database: None, mailbox: Mailbox) -> None:
    send_code(ANA, asked_from=HERE, now=timezone.now())
    ((to, message),) = mailbox.received
    assert to == [ANA]
    assert message["Subject"] == "Your Remembrancer code"
    (code,) = re.findall(r"\b\d{6}\b", str(message.get_payload()))
    assert redeem_code(ANA, code, asked_from=HERE, now=timezone.now()).email == ANA
