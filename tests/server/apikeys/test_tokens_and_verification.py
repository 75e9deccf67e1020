"""Keys: how they look, how they are kept, how fast and how long they are believed."""

import random
import string
import time
from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from controlplane.apikeys.models import ApiKey
from controlplane.apikeys.services import issue_key, revoke_key, rotate_key
from controlplane.apikeys.tokens import PREFIX, is_token, new_token
from controlplane.apikeys.verification import FRESH_SECONDS, verify
from tests.conftest import RecordFigure
from tests.server.conftest import Ask, Tenant


def test_every_key_has_its_form_and_no_two_are_alike() -> None:
    tokens = {new_token() for _ in range(2000)}
    assert len(tokens) == 2000
    assert all(map(is_token, tokens))
    assert {len(token) for token in tokens} == {len(PREFIX) + 30}


def test_what_is_no_key_is_told_by_its_checksum() -> None:
    draw = random.Random(7)  # noqa: S311 - repeatable on purpose
    letters = string.ascii_letters + string.digits
    made_up = (PREFIX + "".join(draw.choices(letters, k=30)) for _ in range(20_000))
    assert not any(map(is_token, made_up))
    token = new_token()
    swapped = token[:10] + ("a" if token[10] != "a" else "b") + token[11:]
    assert not is_token(swapped)
    for odd in ("", PREFIX, token + "x", token[:-1], token.upper(), f" {token}", token + "\n"):
        assert not is_token(odd)


def test_a_key_is_kept_as_a_hash_alone(acme: Tenant) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM apikeys_apikey")
        assert acme.token[8:] not in str(cursor.fetchall())


def test_a_warm_verification_asks_the_database_nothing_and_is_quick(
    acme: Tenant, record_figure: RecordFigure
) -> None:
    assert verify(acme.token) is not None
    with CaptureQueriesContext(connection) as asked:
        started = time.perf_counter()
        for _ in range(200):
            assert verify(acme.token) is not None
        milliseconds = (time.perf_counter() - started) * 1000 / 200
    assert len(asked) == 0
    record_figure("warm verification of a key: milliseconds", milliseconds)
    assert milliseconds < 1


def test_a_revoked_key_is_refused_at_once_here_and_within_a_second_elsewhere(
    acme: Tenant, client: Ask
) -> None:
    key = ApiKey.objects.get()
    assert verify(acme.token) is not None
    revoke_key(key, now=timezone.now())
    assert verify(acme.token) is None
    other = issue_key(key.project_id, name="other")
    assert verify(other.token) is not None
    # As another process would: it only writes the row.
    ApiKey.objects.filter(id=other.key.id).update(revoked_at=timezone.now())
    assert FRESH_SECONDS <= 1
    time.sleep(FRESH_SECONDS)
    assert verify(other.token) is None


def test_keys_in_use_are_looked_up_together(acme: Tenant) -> None:
    tokens = [acme.token, *(issue_key(acme.project.id, name=name).token for name in "abc")]
    for token in tokens:
        assert verify(token) is not None
    time.sleep(FRESH_SECONDS)
    with CaptureQueriesContext(connection) as asked:
        for token in tokens:
            assert verify(token) is not None
    assert len(asked) == 1


def test_of_keys_that_are_looked_up_together_a_revoked_one_is_refused(acme: Tenant) -> None:
    revoked = issue_key(acme.project.id, name="revoked")
    for token in (acme.token, revoked.token):
        assert verify(token) is not None
    ApiKey.objects.filter(id=revoked.key.id).update(revoked_at=timezone.now())
    time.sleep(FRESH_SECONDS)
    assert verify(acme.token) is not None
    assert verify(revoked.token) is None


def test_a_rotated_key_stays_good_for_the_overlap(acme: Tenant) -> None:
    key, now = ApiKey.objects.get(), timezone.now()
    issued = rotate_key(key, now=now, overlap=timedelta(hours=1))
    assert verify(issued.token) is not None
    assert verify(acme.token) is not None
    key.refresh_from_db()
    assert key.expires_at == now + timedelta(hours=1)
    ApiKey.objects.filter(id=key.id).update(expires_at=now)
    time.sleep(FRESH_SECONDS)
    assert verify(acme.token) is None


def test_when_a_key_was_last_used_is_kept_to_the_minute(acme: Tenant) -> None:
    verify(acme.token)
    used_at = ApiKey.objects.get().last_used_at
    assert used_at is not None
    time.sleep(FRESH_SECONDS)
    verify(acme.token)
    assert ApiKey.objects.get().last_used_at == used_at


def test_a_key_without_a_scope_may_not(acme: Tenant, client: Ask) -> None:
    reader = client(issue_key(acme.project.id, name="reader", scopes=["read"]).token)
    body = {"messages": "I own a boat.", "user_id": "ana"}
    assert reader.post("/v3/memories/add/", body, format="json").status_code == 403
    assert reader.delete("/v1/memories/?user_id=ana").status_code == 403
    listed = reader.post("/v3/memories/", {"filters": {"user_id": "ana"}}, format="json")
    assert listed.status_code == 200
