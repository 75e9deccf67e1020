"""Profiles: one object a user, of the shape that a project asks for."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.bodies import object_of
from controlplane.api.errors import RequestRefused
from controlplane.apikeys.models import KeyScope
from controlplane.audit.actions import Action
from controlplane.audit.services import record_in
from controlplane.idempotency.middleware import shown_once
from controlplane.organizations.models import Project
from memories.api.access import project_of
from memories.api.filling import Shown, laid_out
from memories.api.models import ProfileJob
from memories.api.reading import refuse
from memories.api.trail import served
from memories.ingest.queries import participants_of

_SETTINGS: Final = "profiles"
_MOST_SAMPLED: Final = 10


class UserProfile(APIView):
    """`GET /v2/entities/user/{id}/profile/`."""

    def get(self, request: Request, name: str) -> Response:
        """The profile, laid out from the newest memories."""
        project_id = principal_of(request).project_id
        if not participants_of(project_id).filter(kind="user", name=name).exists():
            raise RequestRefused("No such user.", status=HTTPStatus.NOT_FOUND, code="not_found")
        settings = settings_of(project_id)
        schema = _schema_in(settings)
        said: dict[str, object] = {"profile": {}, "entity_type": "user", "entity_id": name}
        if not settings.get("enabled") or not schema:
            return Response({**said, "status": "not_enabled", **_NEVER})
        filters = {"user_id": name}
        with project_of(request) as memory:
            newest = memory.browse(filters=filters, limit=1).memories
            if not newest:
                return Response({**said, "status": "insufficient_data", **_NEVER})
            shown = Shown(memory, filters)
            said["profile"] = laid_out(schema, shown)
        served(request, Action.MEMORY_READ, sorted(shown.ids))
        updated_at = newest[0].updated_at.isoformat()
        return Response(
            {**said, "status": "succeeded", "updated_at": updated_at, "generation_count": 1}
        )


_NEVER: Final = {"updated_at": None, "generation_count": 0}


class ProfileSettings(APIView):
    """`/v2/profiles/settings/`."""

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.ADMIN}

    def get(self, request: Request) -> Response:
        """The settings as they are kept."""
        return Response(_as_told(settings_of(principal_of(request).project_id)))

    def post(self, request: Request) -> Response:
        """Change what is named; null clears it."""
        body = object_of(request)
        if unsupported := sorted(body.keys() - {"enabled", "entities", "capabilities"}):
            raise RequestRefused(f"Unsupported settings: {', '.join(unsupported)}.")
        project = Project.objects.get(id=principal_of(request).project_id)
        kept = dict(project.settings.get(_SETTINGS, {}))
        if "enabled" in body:
            kept["enabled"] = bool(body["enabled"])
        if (user := _user_in(body)) is not None:
            kept["user"] = _changed(dict(kept.get("user", {})), user)
        project.settings[_SETTINGS] = kept
        with transaction.atomic():
            project.save(update_fields=["settings", "updated_at"])
            record_in(project.id, Action.PROJECT_CHANGED, [project.id])
        return Response(_as_told(kept))


class ProfileJobs(APIView):
    """`POST /v2/profiles/jobs/`."""

    def post(self, request: Request) -> Response:
        """Profiles are laid out whenever they are read, so that a job is over at once."""
        body, project_id = object_of(request), principal_of(request).project_id
        settings = settings_of(project_id)
        if not settings.get("enabled") or not _schema_in(settings):
            raise RequestRefused("Profiles are not enabled for this project.", code="not_enabled")
        key = request.headers.get("Idempotency-Key", "")
        known = ProfileJob.objects.filter(project_id=project_id, idempotency_key=key).first()
        if key and known is not None:
            return _answer_to_job(known, replayed=True)
        job = ProfileJob.objects.create(
            project_id=project_id,
            operation=str(body.get("operation", "trigger")),
            entity_ids=_names_wanted(body, project_id),
            idempotency_key=key,
            created_at=timezone.now(),
        )
        return _answer_to_job(job, replayed=False)


class OneProfileJob(APIView):
    """`GET /v2/profiles/jobs/{id}/`."""

    def get(self, request: Request, job_id: str) -> Response:
        """How far it is."""
        try:
            job = ProfileJob.objects.filter(
                id=UUID(job_id), project_id=principal_of(request).project_id
            ).first()
        except ValueError:
            job = None
        if job is None:
            raise RequestRefused("No such job.", status=HTTPStatus.NOT_FOUND, code="not_found")
        total = len(job.entity_ids)
        return Response(
            {
                "job": {
                    "id": str(job.id),
                    "operation": job.operation,
                    "entity_type": "user",
                    "status": "succeeded",
                    "total": total,
                    "enumeration_complete": True,
                    "completed": total,
                    "succeeded": total,
                    "failed": 0,
                    "skipped": 0,
                }
            }
        )


def settings_of(project_id: UUID) -> Mapping[str, object]:
    """A project's settings of profiles."""
    found = Project.objects.values_list("settings", flat=True).get(id=project_id)
    kept: Mapping[str, object] = found.get(_SETTINGS, {})
    return kept


def _schema_in(settings: Mapping[str, object]) -> Mapping[str, object]:
    user = settings.get("user")
    schema = user.get("schema") if isinstance(user, Mapping) else None
    return schema if isinstance(schema, Mapping) else {}


def _user_in(body: Mapping[str, object]) -> Mapping[str, object] | None:
    entities = body.get("entities")
    if entities is None:
        return None
    user = entities.get("user") if isinstance(entities, Mapping) else None
    if not isinstance(user, Mapping):
        raise refuse("entities", "must be an object with user")
    return user


def _changed(kept: dict[str, object], asked: Mapping[str, object]) -> dict[str, object]:
    for name in ("schema", "custom_instructions"):
        if name in asked:
            kept[name] = asked[name]
    schema = kept.get("schema")
    if isinstance(schema, Mapping):
        properties = schema.get("properties")
        each = properties.values() if isinstance(properties, Mapping) else [None]
        if not all(isinstance(one, Mapping) and one.get("description") for one in each):
            raise refuse("schema", "each of its properties needs a description")
    return kept


def _as_told(settings: Mapping[str, object]) -> dict[str, object]:
    user = settings.get("user")
    told = dict(user) if isinstance(user, Mapping) else {}
    return {
        "enabled": bool(settings.get("enabled")),
        "entities": {
            "user": {
                "schema": told.get("schema"),
                "custom_instructions": told.get("custom_instructions"),
            }
        },
        "capabilities": {"entities": ["user"], "without_language_model": True},
    }


def _names_wanted(body: Mapping[str, object], project_id: UUID) -> list[str]:
    users = participants_of(project_id).filter(kind="user")
    if body.get("operation") == "sample":
        return [each.name for each in users[:_MOST_SAMPLED]]
    name = str(body.get("entity_id", ""))
    if not users.filter(name=name).exists():
        raise RequestRefused("No such user.", status=HTTPStatus.NOT_FOUND, code="not_found")
    return [name]


def _answer_to_job(job: ProfileJob, *, replayed: bool) -> Response:
    return shown_once(Response(_job_as_told(job, replayed=replayed)))


def _job_as_told(job: ProfileJob, *, replayed: bool) -> dict[str, object]:
    said: dict[str, object] = {
        "job_id": str(job.id),
        "status": "succeeded",
        "status_url": f"/v2/profiles/jobs/{job.id}/",
        "operation": job.operation,
        "entity_type": "user",
        "entity_count_reserved": len(job.entity_ids),
        "event_id": None,
        "replayed": replayed,
    }
    if job.operation == "sample":
        said |= {"sampled": len(job.entity_ids), "entity_ids": job.entity_ids}
    return said
