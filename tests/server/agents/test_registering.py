"""Agents that register themselves, and people who claim what they made."""

import hashlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connections
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from controlplane.accounts.codes import MOST_TRIES
from controlplane.accounts.models import OneTimeCode, User
from controlplane.apikeys.models import ApiKey
from controlplane.apikeys.services import issue_key
from controlplane.organizations.models import Membership
from tests.server.conftest import Ask

AGENT_MODE = "/api/v1/auth/agent_mode/"
CODE, VERIFY = "/api/v1/auth/email_code/", "/api/v1/auth/email_code/verify/"


def register(address: str = "203.0.113.7") -> dict[str, str]:
    response = APIClient().post(AGENT_MODE, {}, format="json", REMOTE_ADDR=address)
    assert response.status_code == 200, response.content
    found: dict[str, str] = response.json()
    return found


def mailed_code(email: str) -> str:
    response = APIClient().post(CODE, {"email": email}, format="json")
    assert response.status_code == 200, response.content
    found: list[str] = re.findall(r"\b\d{6}\b", str(mail.outbox[-1].body))
    (code,) = found
    return code


def verify(email: str, code: str, **more: str) -> tuple[int, dict[str, object]]:
    body = {"email": email, "code": code, **more}
    response = APIClient().post(VERIFY, body, format="json")
    return response.status_code, response.json()


def test_an_agent_gets_a_tenant_of_its_own_in_one_call(database: None, client: Ask) -> None:
    agent = register()
    assert agent["default_user_id"]
    ping = client(agent["api_key"]).get("/v1/ping/").json()
    assert (ping["org_id"], ping["project_id"]) == (agent["org_id"], agent["project_id"])
    other = register()
    assert other["project_id"] != agent["project_id"]


def test_an_unclaimed_agent_has_small_quotas(
    database: None, client: Ask, settings: Settings, do_jobs: Callable[[], int]
) -> None:
    asking = client(register()["api_key"])
    settings.UNCLAIMED_ADDS_PER_DAY = 2
    body = {"messages": "I live in Porto.", "user_id": "ana"}
    codes = [asking.post("/v3/memories/add/", body, format="json") for _ in range(3)]
    assert [each.status_code for each in codes] == [200, 200, 429]
    assert int(codes[-1]["Retry-After"]) > 0
    assert asking.get("/api/v1/keys/").status_code == 403
    do_jobs()


def test_an_address_registers_five_agents_a_day(database: None) -> None:
    statuses = [
        APIClient().post(AGENT_MODE, {}, format="json", REMOTE_ADDR="203.0.113.7") for _ in range(7)
    ]
    assert [each.status_code for each in statuses] == [200] * 5 + [429] * 2
    assert 0 < int(statuses[-1]["Retry-After"]) <= 24 * 3600
    register("203.0.113.8")


def test_a_household_counts_as_one_address(database: None) -> None:
    for number in range(5):
        register(f"2001:db8:1:2::{number + 1}")
    response = APIClient().post(AGENT_MODE, {}, format="json", REMOTE_ADDR="2001:db8:1:2::99")
    assert response.status_code == 429
    register("2001:db8:1:3::1")


def test_what_a_caller_writes_into_x_forwarded_for_is_not_believed(database: None) -> None:
    spoofed = [
        APIClient().post(
            AGENT_MODE,
            {},
            format="json",
            REMOTE_ADDR="203.0.113.7",
            headers={"X-Forwarded-For": f"198.51.100.{number}"},
        )
        for number in range(8)
    ]
    assert [each.status_code for each in spoofed].count(200) == 5


def test_at_the_same_time_as_many_register_as_one_after_the_other(database: None) -> None:
    def ask(number: int) -> int:
        try:
            response = APIClient().post(AGENT_MODE, {}, format="json", REMOTE_ADDR="203.0.113.9")
            return int(response.status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(ask, range(24)))
    assert sorted(set(statuses)) == [200, 429]
    assert statuses.count(200) == 5


def test_it_can_be_switched_off(database: None, settings: Settings) -> None:
    settings.AGENT_MODE = False
    response = APIClient().post(AGENT_MODE, {}, format="json")
    assert response.status_code == 503


def test_a_person_claims_what_an_agent_made_and_the_key_stays(database: None, client: Ask) -> None:
    agent = register()
    other = issue_key(ApiKey.objects.get().project_id, name="made before the claim")
    code = mailed_code("ana@example.org")
    status, said = verify("ana@example.org", code, agent_mode_api_key=agent["api_key"])
    assert (status, said["claimed"]) == (200, True)
    assert client(agent["api_key"]).get("/v1/ping/").json()["user_email"] == "ana@example.org"
    assert client(other.token).get("/v1/ping/").status_code == 401
    key = ApiKey.objects.get(last_four=agent["api_key"][-4:])
    assert (key.is_provisional, key.expires_at) == (False, None)
    assert Membership.objects.get().role == "OWNER"
    again = verify(
        "bob@example.org", mailed_code("bob@example.org"), agent_mode_api_key=agent["api_key"]
    )
    assert again[0] == 409


def test_a_code_logs_in_to_a_key_of_ones_own(database: None, client: Ask) -> None:
    status, said = verify("ana@example.org", mailed_code("Ana@Example.org"))
    assert status == 200
    ping = client(str(said["api_key"])).get("/v1/ping/").json()
    assert (ping["org_id"], ping["project_id"]) == (said["org_id"], said["project_id"])
    again = verify("ana@example.org", mailed_code("ana@example.org"))[1]
    assert again["org_id"] == said["org_id"]


def test_a_code_is_good_once_and_for_ten_minutes(database: None) -> None:
    code = mailed_code("ana@example.org")
    assert verify("ana@example.org", code)[0] == 200
    assert verify("ana@example.org", code)[0] == 400
    code = mailed_code("ana@example.org")
    OneTimeCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert verify("ana@example.org", code)[0] == 400


def test_after_five_guesses_a_code_is_dead(database: None) -> None:
    code = mailed_code("ana@example.org")
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    said = [verify("ana@example.org", wrong)[0] for _ in range(MOST_TRIES)]
    assert said == [400] * MOST_TRIES
    assert verify("ana@example.org", code)[0] == 400


def test_an_address_is_mailed_so_often_a_day(database: None) -> None:
    said = [APIClient().post(CODE, {"email": "ana@example.org"}, format="json") for _ in range(11)]
    assert [each.status_code for each in said] == [200] * 10 + [429]
    assert len(mail.outbox) == 10


def test_guesses_are_counted_over_all_codes_of_a_mailbox(database: None) -> None:
    for _ in range(4):
        code = mailed_code("ana@example.org")
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        said = [verify("ana@example.org", wrong)[0] for _ in range(MOST_TRIES)]
        assert said == [400] * MOST_TRIES
    assert verify("ana@example.org", mailed_code("ana@example.org"))[0] == 429


def test_one_place_asks_for_codes_so_often_a_day(database: None, settings: Settings) -> None:
    settings.CODES_PER_ADDRESS_PER_DAY = 5
    said = [
        APIClient().post(CODE, {"email": f"u{number}@example.org"}, format="json").status_code
        for number in range(6)
    ]
    assert said == [200] * 5 + [429]


def test_a_code_by_mail_is_not_enough_for_a_closed_or_guarded_account(database: None) -> None:
    user = User.objects.create_user("ana@example.org")
    guard = Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    status, said = verify(user.email, mailed_code(user.email))
    assert (status, said["code"]) == (403, "second_factor")
    guard.delete()
    User.objects.update(is_active=False)
    assert verify(user.email, mailed_code(user.email))[0] == 400


def test_a_second_address_leads_to_the_same_person(database: None) -> None:
    user = User.objects.create_user("ana@example.org")
    EmailAddress.objects.create(user=user, email="ana@example.com", verified=True)
    assert verify("ana@example.com", mailed_code("ana@example.com"))[0] == 200
    assert User.objects.get() == user


@pytest.mark.parametrize("email", ["", "ana", "ana@", "a b@example.org", 5])
def test_what_is_no_address_gets_no_code(database: None, email: object) -> None:
    response = APIClient().post(CODE, {"email": email}, format="json")
    assert response.status_code == 400
    assert response.json()["error"]


def test_which_agent_uses_the_key_is_kept(database: None, client: Ask) -> None:
    asking = client(register()["api_key"])
    path = "/api/v1/auth/agent_mode/caller/"
    said = asking.patch(path, {"agent_caller": " claude  code "}, format="json").json()
    assert said == {"agent_caller": "claude code"}
    assert asking.patch(path, {}, format="json").status_code == 400


def test_an_unclaimed_key_ends_by_itself(database: None, client: Ask) -> None:
    agent = register()
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client(agent["api_key"]).get("/v1/ping/").status_code == 401


def proven(challenge: str, bits: int) -> str:
    """A nonce that meets it."""
    for nonce in map(str, count()):
        digest = hashlib.sha256(f"{challenge}:{nonce}".encode()).digest()
        if int.from_bytes(digest) >> (256 - bits) == 0:
            return nonce
    raise AssertionError


def test_work_leads_past_the_budget_of_an_address_once(database: None, settings: Settings) -> None:
    settings.AGENT_MODE_PER_ADDRESS_PER_DAY, settings.AGENT_PROOF_BITS = 1, 8

    def ask(address: str = "203.0.113.7", **body: object) -> tuple[int, dict[str, object]]:
        response = APIClient().post(AGENT_MODE, body, format="json", REMOTE_ADDR=address)
        return response.status_code, response.json()

    assert ask()[0] == 200
    status, refusal = ask()
    assert (status, refusal["code"]) == (429, "too_many")
    asked = refusal["proof_of_work"]
    assert isinstance(asked, dict)
    assert asked["bits"] == 8
    proof = {"challenge": asked["challenge"], "nonce": proven(asked["challenge"], 8)}
    wrong = next(n for n in map(str, count()) if n != proof["nonce"] and not meets(asked, n))
    for body in (
        {**proof, "nonce": wrong},
        {**proof, "challenge": asked["challenge"].replace(".8.", ".1.", 1)},
        {"nonce": proof["nonce"]},
        "x",
    ):
        status, refusal = ask(proof_of_work=body)
        assert (status, refusal["code"]) == (400, "wrong_proof"), body
        assert refusal["proof_of_work"]
    assert ask("203.0.113.8", proof_of_work=proof)[0] == 400
    status, agent = ask(proof_of_work=proof)
    assert (status, "api_key" in agent) == (200, True)
    assert ask(proof_of_work=proof)[0] == 400

    settings.AGENT_MODE_PER_HOUR = 2
    status, refusal = ask()
    again = refusal["proof_of_work"]
    assert isinstance(again, dict)
    proof = {"challenge": again["challenge"], "nonce": proven(again["challenge"], 8)}
    assert ask(proof_of_work=proof)[0] == 429

    settings.AGENT_PROOF_BITS = 0
    assert "proof_of_work" not in ask()[1]
    assert ask(proof_of_work=proof)[0] == 400


def meets(asked: dict[str, object], nonce: str) -> bool:
    digest = hashlib.sha256(f"{asked['challenge']}:{nonce}".encode()).digest()
    return digest[0] == 0
