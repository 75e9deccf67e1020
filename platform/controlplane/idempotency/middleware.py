"""Around every POST that carries `Idempotency-Key`."""

import hashlib
import json
import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework.response import Response

from controlplane.api.authentication import token_of
from controlplane.api.errors import error_body
from controlplane.apikeys.verification import Principal, verify
from controlplane.audit.actions import Action
from controlplane.audit.callers import name_actor
from controlplane.audit.stream import record_read
from controlplane.idempotency.models import KeptAnswer

HEADER: Final = "Idempotency-Key"
_REPLAYED: Final = "Idempotent-Replayed"
_FORM: Final = re.compile(r"[\x21-\x7e]{1,255}")
KEPT: Final = timedelta(hours=24)
# An answer that takes longer is made again beside the first: its job has the same id, and is done
# once.
_BUSY: Final = timedelta(seconds=15)
_RETRY_SECONDS: Final = 1
_NAMESPACE: Final = uuid.UUID("8d3b5f0e-5c8b-4c7e-9a4e-0d2c3f1b7a60")


class IdempotentPosts:
    """Answers a repeated POST as the first one was, with `Idempotent-Replayed: true`.

    Another body under the same key is 422, one that is still being done 409. Refusals (4xx) are not
    kept: the request may be put right and sent again; nor are secrets. Other answers are kept for a
    day. Only requests with a good API key have keys of this kind.
    """

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, at most once."""
        key = request.headers.get(HEADER)
        token = token_of(request)
        if request.method != "POST" or key is None or token is None:
            return self._answer(request)
        # Whoever has no good key (any more) is for the address to refuse: no answer is theirs.
        principal = verify(token)
        if principal is None:
            return self._answer(request)
        if not _FORM.fullmatch(key):
            said = f"{HEADER} must be 1 to 255 visible ASCII characters."
            return _refused(HTTPStatus.BAD_REQUEST, said, "invalid_idempotency_key")
        try:
            asked = hashlib.sha256(request.body).hexdigest()
        except RequestDataTooBig:
            return self._answer(request)
        scope = _scope_of(request, principal, key)
        refusal = _take(scope, asked, principal.project_id, timezone.now())
        if refusal is not None:
            if _REPLAYED in refusal:
                _record_again(refusal, principal)
            return refusal
        return self._answer_first(request, scope)

    def _answer_first(self, request: HttpRequest, scope: str) -> HttpResponseBase:
        # The job of a request that was killed half-way is found again by it, as long as the row is
        # there.
        kept = KeptAnswer.objects.filter(scope=scope).first()
        made = "" if kept is None else f"{scope} {kept.asked} {kept.expires_at.isoformat()}"
        request.META[REQUEST_JOB] = str(uuid.uuid5(_NAMESPACE, made or scope))
        try:
            response = self._answer(request)
        except BaseException:
            KeptAnswer.objects.filter(scope=scope).delete()
            raise
        if _is_kept(response) and isinstance(response, HttpResponse):
            KeptAnswer.objects.filter(scope=scope).update(
                status=response.status_code, answer=response.content
            )
        else:
            KeptAnswer.objects.filter(scope=scope).delete()
        return response


# Set on a response that holds a secret, which is shown once and kept nowhere; and on those of an
# address that knows repeated requests itself.
NOT_KEPT: Final = "not_kept"
# Where in `request.META` the job's id stands.
REQUEST_JOB: Final = "remembrancer.job"


def shown_once(response: Response) -> Response:
    """Mark an answer that holds a secret: it is not kept."""
    setattr(response, NOT_KEPT, True)
    return response


def job_id_of(request: HttpRequest) -> uuid.UUID | None:
    """The id that the request's job has each time it is sent; None without an idempotency key."""
    found = request.META.get(REQUEST_JOB)
    return None if found is None else uuid.UUID(found)


def _is_kept(response: HttpResponseBase) -> bool:
    return response.status_code < HTTPStatus.BAD_REQUEST and not getattr(response, NOT_KEPT, False)


def _scope_of(request: HttpRequest, principal: Principal, key: str) -> str:
    """Whose key it is: another caller's, or another address's, is another key."""
    parts = "\0".join((str(principal.key_id), request.path.rstrip("/"), key))
    return hashlib.sha256(parts.encode()).hexdigest()


def _take(scope: str, asked: str, project_id: uuid.UUID, now: datetime) -> HttpResponse | None:
    """Begin the answer, or say why it is not this request's to make."""
    try:
        with transaction.atomic():
            KeptAnswer.objects.create(
                scope=scope,
                asked=asked,
                project_id=project_id,
                busy_until=now + _BUSY,
                expires_at=now + KEPT,
            )
    except IntegrityError:
        return _answer_again(scope, asked, project_id, now)
    return None


def _answer_again(
    scope: str, asked: str, project_id: uuid.UUID, now: datetime
) -> HttpResponse | None:
    kept = KeptAnswer.objects.filter(scope=scope).first()
    if kept is None or kept.expires_at <= now:
        KeptAnswer.objects.filter(scope=scope, expires_at__lte=now).delete()
        return _take(scope, asked, project_id, now)
    if kept.asked != asked:
        said = f"This {HEADER} was used with another body."
        return _refused(HTTPStatus.UNPROCESSABLE_ENTITY, said, "idempotency_key_reused")
    if kept.status is None:
        # Whoever made the answer died: one of those who ask again takes over.
        if KeptAnswer.objects.filter(scope=scope, status=None, busy_until__lte=now).update(
            busy_until=now + _BUSY
        ):
            return None
        response = _refused(
            HTTPStatus.CONFLICT, "The first request is still being done.", "in_flight"
        )
        response["Retry-After"] = str(_RETRY_SECONDS)
        return response
    response = HttpResponse(bytes(kept.answer), status=kept.status, content_type="application/json")
    response[_REPLAYED] = "true"
    return response


def _record_again(response: HttpResponse, principal: Principal) -> None:
    """What was served before is served again, and the trail says to whom."""
    said = json.loads(response.content)
    rows = said.get("results") if isinstance(said, dict) else said
    name_actor(principal.key_id)
    record_read(
        Action.ANSWER_REPEATED,
        [row["id"] for row in rows or () if isinstance(row, dict) and row.get("id")],
        organization_id=principal.organization_id,
        project_id=principal.project_id,
    )


def _refused(status: HTTPStatus, said: str, code: str) -> HttpResponse:
    return JsonResponse(error_body(status, said, code=code), status=status)
