"""People: signing up, proving an address, logging in, a second factor; headless and as pages."""

import base64
import hashlib
import hmac
import json
import re
import struct
import time
from ipaddress import ip_address
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from controlplane.accounts.codes import redeem_code, send_code
from controlplane.accounts.models import User

ANA, PASSWORD = "ana@example.org", "correct horse battery"
HERE = ip_address("127.0.0.1")
BASE = "/_allauth/app/v1"


class App:
    """A client without cookies, as apps use the headless calls."""

    def __init__(self) -> None:
        self._client = Client()
        self._token = ""

    def call(self, method: str, path: str, body: object = None, status: int = 200) -> Any:
        headers = {"X-Session-Token": self._token} if self._token else {}
        response = self._client.generic(
            method,
            f"{BASE}/{path}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers=headers,
        )
        assert response.status_code == status, response.content
        said = response.json()
        self._token = said.get("meta", {}).get("session_token") or self._token
        return said


def mailed_code() -> str:
    """The code in the newest mail."""
    found = re.findall(
        r"^\s*([0-9A-Z]{3,8}(?:-[0-9A-Z]{3,8})?)\s*$", str(mail.outbox[-1].body), re.MULTILINE
    )
    assert found, mail.outbox[-1].body
    return str(found[-1])


def signed_up(email: str = ANA) -> App:
    app = App()
    app.call("POST", "auth/signup", {"email": email, "password": PASSWORD}, 401)
    app.call("POST", "auth/email/verify", {"key": mailed_code()})
    return app


def test_who_signs_up_proves_the_address_with_a_code(database: None) -> None:
    app = App()
    pending = app.call(
        "POST", "auth/signup", {"email": "Ana@Example.org", "password": PASSWORD}, 401
    )
    flows = {flow["id"]: flow for flow in pending["data"]["flows"]}
    assert flows["verify_email"]["is_pending"]
    app.call("POST", "auth/email/verify", {"key": "WRONG1"}, 400)
    done = app.call("POST", "auth/email/verify", {"key": mailed_code()})
    assert done["data"]["user"]["email"] == ANA
    assert User.objects.get().email == ANA


def test_who_has_not_proved_the_address_cant_log_in(database: None) -> None:
    App().call("POST", "auth/signup", {"email": ANA, "password": PASSWORD}, 401)
    # Else it would be too soon for another mail with a code.
    cache.clear()
    pending = App().call("POST", "auth/login", {"email": ANA, "password": PASSWORD}, 401)
    assert any(flow.get("is_pending") for flow in pending["data"]["flows"])


def test_people_log_in_with_a_password_and_with_a_mailed_code(database: None) -> None:
    signed_up()
    app = App()
    app.call("POST", "auth/login", {"email": ANA, "password": "wrong"}, 400)
    assert app.call("POST", "auth/login", {"email": ANA, "password": PASSWORD})["meta"][
        "is_authenticated"
    ]
    by_code = App()
    by_code.call("POST", "auth/code/request", {"email": ANA}, 401)
    assert by_code.call("POST", "auth/code/confirm", {"code": mailed_code()})["meta"][
        "is_authenticated"
    ]


def test_a_forgotten_password_is_replaced_with_a_mailed_code(database: None) -> None:
    signed_up()
    app = App()
    app.call("POST", "auth/password/request", {"email": ANA}, 401)
    body = {"key": mailed_code(), "password": "another horse battery"}
    app.call("POST", "auth/password/reset", body, 401)
    App().call("POST", "auth/login", {"email": ANA, "password": PASSWORD}, 400)
    App().call("POST", "auth/login", {"email": ANA, "password": "another horse battery"})


def test_an_address_that_is_known_is_answered_as_one_that_is_not(database: None) -> None:
    signed_up()
    cache.clear()
    known = App().call("POST", "auth/signup", {"email": ANA, "password": PASSWORD}, 401)
    other = App().call(
        "POST", "auth/signup", {"email": "bo@example.org", "password": PASSWORD}, 401
    )
    assert [flow["id"] for flow in known["data"]["flows"]] == [
        flow["id"] for flow in other["data"]["flows"]
    ]


def totp(secret: str) -> str:
    """The code of the present 30 seconds: RFC 6238, as an authenticator app makes it."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, hashlib.sha1)
    place = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06d}"


def test_a_second_factor_is_asked_for_once_it_is_set_up(database: None) -> None:
    app = signed_up()
    app.call("POST", "auth/reauthenticate", {"password": PASSWORD})
    secret = app.call("GET", "account/authenticators/totp", None, 404)["meta"]["secret"]
    app.call("POST", "account/authenticators/totp", {"code": totp(secret)})
    again = App()
    pending = again.call("POST", "auth/login", {"email": ANA, "password": PASSWORD}, 401)
    assert any(
        flow["id"] == "mfa_authenticate" and flow["is_pending"] for flow in pending["data"]["flows"]
    )
    again.call("POST", "auth/2fa/authenticate", {"code": "000000"}, 400)


def test_passkeys_are_offered(database: None) -> None:
    app = signed_up()
    app.call("POST", "auth/reauthenticate", {"password": PASSWORD})
    options = app.call("GET", "account/authenticators/webauthn")
    assert options["data"]["creation_options"]["publicKey"]["challenge"]
    assert App().call("GET", "auth/webauthn/login")["data"]["request_options"]


@pytest.mark.parametrize(
    "path", ["login/", "signup/", "password/reset/", "login/code/", "logout/", "email/", "2fa/"]
)
def test_the_pages_are_there(database: None, path: str) -> None:
    response = Client().get(f"/accounts/{path}")
    assert response.status_code in (200, 302)
    if response.status_code == 200:
        assert b"<form" in response.content


def test_who_took_an_address_without_reading_it_loses_what_opens_the_account(
    database: None,
) -> None:
    attacker = App()
    attacker.call("POST", "auth/signup", {"email": ANA, "password": PASSWORD}, 401)
    send_code(ANA, asked_from=HERE, now=timezone.now())
    (code,) = re.findall(r"\b\d{6}\b", str(mail.outbox[-1].body))
    user = redeem_code(ANA, code, asked_from=HERE, now=timezone.now())
    assert not user.has_usable_password()
    App().call("POST", "auth/login", {"email": ANA, "password": PASSWORD}, 400)


def test_a_session_opens_no_memories(database: None) -> None:
    browser = Client()
    browser.force_login(User.objects.create_user(ANA), "django.contrib.auth.backends.ModelBackend")
    assert browser.get("/v1/ping/").status_code == 401
