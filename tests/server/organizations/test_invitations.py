"""Inviting people who have no account."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from controlplane.accounts.models import User
from controlplane.organizations.models import Invitation, Membership
from tests.server.conftest import Ask
from tests.server.organizations.conftest import Owned

EVE = "eve@example.org"


def invite(
    initech: Owned, client: Ask, *, email: str = EVE, role: str = "MEMBER", of: str = ""
) -> str:
    """The token that was mailed."""
    address = f"{of or initech.address}/members/"
    body = {"email": email, "role": role}
    response = client(initech.token).post(address, body, format="json")
    assert response.status_code in (200, 201), response.content
    (token,) = re.findall(r"accept#(\S+)", str(mail.outbox[-1].body))
    found: str = token
    assert found not in response.content.decode()
    return found


def accept(token: object) -> tuple[int, dict[str, object]]:
    body = {"token": token}
    response = APIClient().post("/api/v1/invitations/accept/", body, format="json")
    return response.status_code, response.json()


def shown(initech: Owned, client: Ask) -> list[dict[str, str]]:
    found: list[dict[str, str]] = (
        client(initech.token).get(f"{initech.address}/").json()["invitations"]
    )
    return found


def test_whoever_reads_the_address_becomes_a_member(initech: Owned, client: Ask) -> None:
    token = invite(initech, client, email="Eve@Example.org")
    assert mail.outbox[-1].to == [EVE]
    assert not User.objects.filter(email=EVE).exists()
    (invitation,) = shown(initech, client)
    assert (invitation["email"], invitation["role"]) == (EVE, "MEMBER")
    assert token not in str(invitation)
    status, said = accept(token)
    assert (status, said["org_id"], said["role"]) == (200, str(initech.organization.id), "MEMBER")
    membership = Membership.objects.get(organization=initech.organization, user__email=EVE)
    assert membership.role == "MEMBER"
    assert shown(initech, client) == []


def test_a_token_is_good_once(initech: Owned, client: Ask) -> None:
    token = invite(initech, client)
    assert accept(token)[0] == 200
    status, said = accept(token)
    assert (status, said["code"]) == (400, "invitation_over")


@pytest.mark.parametrize("token", ["guess", "", None, 5, ["x"]])
def test_a_token_that_was_never_mailed_opens_nothing(
    initech: Owned, client: Ask, token: object
) -> None:
    invite(initech, client)
    assert accept(token)[0] == 400
    assert not User.objects.filter(email=EVE).exists()


def test_an_invitation_of_who_was_made_less_since_opens_nothing(
    initech: Owned, client: Ask
) -> None:
    token = invite(initech, client)
    Membership.objects.filter(user=initech.owner).update(role="READER")
    status, said = accept(token)
    assert (status, said["code"]) == (400, "invitation_over")
    assert not Membership.objects.filter(user__email=EVE).exists()


def test_who_took_the_address_before_is_not_let_in(initech: Owned, client: Ask) -> None:
    token = invite(initech, client)
    squatter = User.objects.create_user(EVE, "correct horse battery")
    EmailAddress.objects.create(user=squatter, email=EVE, primary=True)
    assert accept(token)[0] == 200
    squatter.refresh_from_db()
    assert not squatter.has_usable_password()


def test_an_invitation_ends_after_two_weeks(initech: Owned, client: Ask) -> None:
    token = invite(initech, client)
    ended = timezone.now() - timedelta(days=14, seconds=1)
    Invitation.objects.update(created_at=ended, expires_at=ended + timedelta(days=14))
    assert shown(initech, client) == []
    assert accept(token)[0] == 400
    address, body = f"{initech.address}/members/", {"email": EVE, "role": "OWNER"}
    assert client(initech.token).put(address, body, format="json").status_code == 404


def test_inviting_again_ends_the_earlier_invitation(initech: Owned, client: Ask) -> None:
    first = invite(initech, client, role="OWNER")
    second = invite(initech, client, role="READER")
    assert accept(first)[0] == 400
    assert accept(second)[1]["role"] == "READER"


def test_an_invitation_can_be_changed_and_withdrawn(initech: Owned, client: Ask) -> None:
    token = invite(initech, client, role="OWNER")
    asking, address = client(initech.token), f"{initech.address}/members/"
    assert asking.put(address, {"email": EVE, "role": "READER"}, format="json").status_code == 200
    assert [each["role"] for each in shown(initech, client)] == ["READER"]
    assert asking.delete(address, {"email": EVE}, format="json").status_code == 200
    assert shown(initech, client) == []
    assert accept(token)[0] == 400


def test_a_removed_member_cant_come_back_with_an_old_token(initech: Owned, client: Ask) -> None:
    token = invite(initech, client)
    User.objects.create_user(EVE)
    asking, address = client(initech.token), f"{initech.address}/members/"
    assert asking.post(address, {"email": EVE}, format="json").status_code == 201
    assert asking.delete(address, {"email": EVE}, format="json").status_code == 200
    assert accept(token)[0] == 400


def test_an_invitation_to_a_project_is_to_that_alone(initech: Owned, client: Ask) -> None:
    of = initech.project_address
    token = invite(initech, client, role="READER", of=of)
    (invitation,) = shown(initech, client)
    assert invitation["project_id"] == str(initech.project.id)
    assert accept(token)[1]["project_id"] == str(initech.project.id)
    assert not Membership.objects.filter(user__email=EVE).exists()
    members = client(initech.token).get(f"{of}/members/").json()["members"]
    assert {each["username"]: each["role"] for each in members}[EVE] == "READER"


def test_accepting_leaves_a_place_that_there_is_as_it_is(initech: Owned, client: Ask) -> None:
    token = invite(initech, client, role="READER")
    eve = User.objects.create_user(EVE)
    Membership.objects.create(organization=initech.organization, user=eve, role="ADMIN")
    assert accept(token)[0] == 200
    assert Membership.objects.get(user=eve).role == "ADMIN"


def test_one_address_gets_few_mails(initech: Owned, client: Ask) -> None:
    for _ in range(10):
        invite(initech, client)
    body = {"email": EVE, "role": "READER"}
    response = client(initech.token).post(f"{initech.address}/members/", body, format="json")
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0
    assert len(mail.outbox) == 10


def test_a_mail_that_cant_be_sent_leaves_no_invitation(
    initech: Owned, client: Ask, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    body = {"email": EVE, "role": "READER"}
    response = client(initech.token).post(f"{initech.address}/members/", body, format="json")
    assert (response.status_code, response.json()["code"]) == (503, "mail_failed")
    assert not Invitation.objects.exists()


def test_an_organizations_name_puts_no_link_into_a_mail(initech: Owned, client: Ask) -> None:
    initech.organization.name = "Win at https://evil.example/now\nnow"
    initech.organization.save()
    invite(initech, client)
    words = str(mail.outbox[-1].body)
    assert "evil.example" not in words
    assert '"Win at https evil example now now"' in words


def test_the_mailed_page_accepts_an_invitation(initech: Owned, client: Ask) -> None:
    token = invite(initech, client)
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/invitations/accept")
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    form = {"csrfmiddlewaretoken": page.cookies["csrftoken"].value, "token": f" {token} "}
    assert browser.post("/invitations/accept", {"token": token}).status_code == 403
    wrong = browser.post("/invitations/accept", {**form, "token": "wrong"})
    assert wrong.status_code == 400
    assert "not good any more" in wrong.content.decode()
    welcome = browser.post("/invitations/accept", form)
    assert welcome.status_code == 200
    assert "Welcome to" in welcome.content.decode()
    assert token not in welcome.content.decode()
    assert Membership.objects.filter(user__email=EVE).exists()
    assert browser.post("/invitations/accept", form).status_code == 400
