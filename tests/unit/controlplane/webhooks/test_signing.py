import base64
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from controlplane.webhooks.signing import new_secret, signed_headers

_BODY = '{"text": "größer"}'


def test_secrets_differ_and_have_the_form_of_the_standard() -> None:
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    for secret in secrets:
        assert secret.startswith("whsec_")
        assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32


def test_every_secret_verifies_what_all_of_them_signed() -> None:
    old, new, other = new_secret(), new_secret(), new_secret()
    headers = signed_headers("m1", _BODY, at=datetime.now(UTC), signed_with=[new, old])
    for secret in (old, new):
        assert Webhook(secret).verify(_BODY.encode(), headers) == {"text": "größer"}
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(_BODY.encode(), headers)


@pytest.mark.parametrize(
    "changed", [{"webhook-id": "m2"}, {"webhook-timestamp": "1"}, {"webhook-signature": "v1,AAAA"}]
)
def test_id_time_and_body_are_signed(changed: dict[str, str]) -> None:
    secret = new_secret()
    headers = signed_headers("m1", _BODY, at=datetime.now(UTC), signed_with=[secret])
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(_BODY, headers | changed)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(_BODY + " ", headers)


def test_the_example_of_the_standard_comes_out() -> None:
    # https://github.com/standard-webhooks/standard-webhooks, tests of its libraries.
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        '{"test": 2432232314}',
        at=datetime.fromtimestamp(1614265330, UTC) + timedelta(milliseconds=900),
        signed_with=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )
    assert headers["webhook-timestamp"] == "1614265330"
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
