"""Registration, log-in and claim as mem0's command line calls them."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.accounts.codes import (
    SecondFactorMissing,
    TooManyCodes,
    WrongCode,
    redeem_code,
    send_code,
)
from controlplane.accounts.models import User
from controlplane.agents.access import sign_in
from controlplane.agents.proofs import (
    GOOD_FOR_SECONDS,
    WrongProof,
    challenge_for,
    redeem_proof,
)
from controlplane.agents.services import (
    AgentModeOff,
    AlreadyClaimed,
    TooManyAgents,
    claim,
    name_caller,
    register_agent,
)
from controlplane.api.addresses import Address, caller_address
from controlplane.api.authentication import principal_of
from controlplane.api.bodies import object_of
from controlplane.api.errors import RequestRefused
from controlplane.apikeys.verification import verify
from controlplane.limits.counters import Verdict

_LONGEST: Final = 100


class AgentMode(APIView):
    """`POST /api/v1/auth/agent_mode/`: a tenant of one's own, without a person."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def post(self, request: Request) -> Response:
        """The key and what it opens."""
        body, address, now = object_of(request), caller_address(request), timezone.now()
        try:
            agent = register_agent(
                address,
                source=_word(body, "source"),
                caller=_word(body, "agent_caller"),
                now=now,
                has_proof=_has_proof(body, address, now),
            )
        except AgentModeOff as error:
            raise RequestRefused(
                "Agents can't register themselves on this server.",
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                code="agent_mode_off",
            ) from error
        except TooManyAgents as error:
            refusal = _too_many("Too many agents registered from here.", error.verdict)
            refusal.more |= _way_past(address, now)
            raise refusal from error
        base = settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
        return Response(
            {
                "api_key": agent.token,
                "default_user_id": agent.user_id,
                "org_id": str(agent.organization_id),
                "project_id": str(agent.project_id),
                "expires_at": agent.expires_at.isoformat(),
                "smoke_test_url": f"{base}/v1/ping/",
                "claim_command": "mem0 init --email you@example.org",
                "mem0_notice": (
                    f"Unclaimed: this key ends on {agent.expires_at:%Y-%m-%d}. "
                    "A person keeps it with: mem0 init --email you@example.org"
                ),
            }
        )


def _has_proof(body: Mapping[str, object], address: Address, now: datetime) -> bool:
    proof = body.get("proof_of_work")
    if proof is None:
        return False
    given = proof if isinstance(proof, Mapping) else {}
    challenge, nonce = str(given.get("challenge", "")), str(given.get("nonce", ""))
    try:
        redeem_proof(challenge, nonce, address=address, now=now)
    except WrongProof as error:
        raise RequestRefused(
            "The proof of work is wrong, used or too old. Ask for a new challenge.",
            code="wrong_proof",
            fields={"proof_of_work": ["must hold a challenge and a nonce that meets it"]},
            more=_way_past(address, now),
        ) from error
    return True


def _way_past(address: Address, now: datetime) -> dict[str, object]:
    """What else the agent can do than wait."""
    challenge = challenge_for(address, now=now)
    if challenge is None:
        return {}
    return {
        "proof_of_work": {
            "challenge": challenge.text,
            "bits": challenge.bits,
            "algorithm": "sha256",
            "good_for_seconds": GOOD_FOR_SECONDS,
        }
    }


class AgentCaller(APIView):
    """`PATCH /api/v1/auth/agent_mode/caller/`: which agent uses the key."""

    def patch(self, request: Request) -> Response:
        """The name as it is kept."""
        caller = _word(object_of(request), "agent_caller")
        if not caller:
            raise RequestRefused("agent_caller is missing.", fields={"agent_caller": ["missing"]})
        return Response({"agent_caller": name_caller(principal_of(request), caller)})


class EmailCode(APIView):
    """`POST /api/v1/auth/email_code/`: mail a code."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def post(self, request: Request) -> Response:
        """The same whether the address is known or not."""
        email = _email(object_of(request))
        try:
            send_code(email, asked_from=caller_address(request), now=timezone.now())
        except TooManyCodes as error:
            raise _too_many("Too many codes for this address.", error.verdict) from error
        return Response({"message": "A code is on its way, if the address can receive it."})


class VerifyEmailCode(APIView):
    """`POST /api/v1/auth/email_code/verify/`: log in with a code, or claim an agent's tenant."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def post(self, request: Request) -> Response:
        """A key of the person's own, or that the tenant is theirs."""
        body = object_of(request)
        agent_key = body.get("agent_mode_api_key")
        principal = None
        if agent_key is not None:
            principal = verify(str(agent_key))
            if principal is None:
                raise RequestRefused("The agent's API key is not good.", code="invalid_key")
        user = _person(request, body)
        if principal is None:
            key = sign_in(user)
            return Response(
                {
                    "api_key": key.token,
                    "org_id": str(key.key.project.organization_id),
                    "project_id": str(key.key.project_id),
                }
            )
        try:
            claimed_at = claim(principal, user_id=user.id, now=timezone.now())
        except AlreadyClaimed as error:
            raise RequestRefused(
                "There is nothing to claim with this key any more.",
                status=HTTPStatus.CONFLICT,
                code="already_claimed",
            ) from error
        return Response({"claimed": True, "claimed_at": claimed_at.isoformat()})


def _person(request: Request, body: Mapping[str, object]) -> User:
    code = str(body.get("code", ""))
    try:
        return redeem_code(
            _email(body), code, asked_from=caller_address(request), now=timezone.now()
        )
    except WrongCode as error:
        raise RequestRefused(
            "The code is wrong, used or too old. Ask for a new one.", code="wrong_code"
        ) from error
    except TooManyCodes as error:
        raise _too_many("Too many codes were tried.", error.verdict) from error
    except SecondFactorMissing as error:
        raise RequestRefused(
            "This account asks for a second factor: log in on the server's pages instead.",
            status=HTTPStatus.FORBIDDEN,
            code="second_factor",
        ) from error


def _word(body: Mapping[str, object], name: str) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RequestRefused(f"{name} must be a string.", fields={name: ["must be a string"]})
    return " ".join(value.split())[:_LONGEST]


def _email(body: Mapping[str, object]) -> str:
    email = str(body.get("email", "")).strip()
    try:
        validate_email(email)
    except ValidationError as error:
        raise RequestRefused(
            "email must be an e-mail address.", fields={"email": ["not an address"]}
        ) from error
    return email


def _too_many(detail: str, verdict: Verdict) -> RequestRefused:
    return RequestRefused(
        f"{detail} Try again in {verdict.resets_in_seconds} seconds.",
        status=HTTPStatus.TOO_MANY_REQUESTS,
        code="too_many",
        headers={"Retry-After": str(verdict.resets_in_seconds)},
    )
