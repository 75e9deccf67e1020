"""Profiles: one object a user, of the shape that a project asks for."""

from collections import Counter
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
from controlplane.limits.choosing import shared_counters
from controlplane.limits.counters import Budget
from controlplane.organizations.models import Project
from memories import Memory
from memories.api.access import project_of, spend
from memories.api.filling import Shown, laid_out
from memories.api.models import ProfileJob
from memories.api.reading import refuse, whole_of
from memories.api.trail import served
from memories.engine.consolidation.shape import shape_of
from memories.ingest.models import Job
from memories.ingest.profiling import (
    SETTINGS,
    Seen,
    Wanted,
    are_built,
    ask_for,
    look_up,
    outcome_of,
    wanted_of,
)
from memories.ingest.queries import participants_of

_MOST_SAMPLED: Final = 10
_SAMPLED_EVERY_SECONDS: Final = 60


class UserProfile(APIView):
    """`GET /v2/entities/user/{id}/profile/`."""

    def get(self, request: Request, name: str) -> Response:
        """The profile: as it was built, or without a language model, from the newest memories."""
        project_id = principal_of(request).project_id
        if not participants_of(project_id).filter(kind="user", name=name).exists():
            raise RequestRefused("No such user.", status=HTTPStatus.NOT_FOUND, code="not_found")
        wanted = wanted_of(_all_settings_of(project_id))
        if wanted is None:
            return Response(_as_seen(name, Seen("not_enabled", {}, None, 0)))
        with project_of(request) as memory:
            if are_built():
                seen = look_up(name, wanted, memory, project_id=project_id, now=timezone.now())
            else:
                seen = _laid_out(name, wanted, memory)
        if seen.status == "succeeded":
            served(request, Action.MEMORY_READ, seen.memory_ids)
        return Response(_as_seen(name, seen))


def _laid_out(name: str, wanted: Wanted, memory: Memory) -> Seen:
    """By rules, whenever it is read."""
    filters = {"user_id": name}
    newest = memory.browse(filters=filters, limit=1).memories
    if not newest:
        return Seen("insufficient_data", {}, None, 0)
    shown = Shown(memory, filters)
    content = laid_out(wanted.schema, shown)
    ids = tuple(sorted(shown.ids))
    return Seen("succeeded", content, newest[0].updated_at, 1, memory_ids=ids)


def _as_seen(name: str, seen: Seen) -> dict[str, object]:
    return {
        "profile": seen.content,
        "status": seen.status,
        "entity_type": "user",
        "entity_id": name,
        "updated_at": None if seen.updated_at is None else seen.updated_at.isoformat(),
        "generation_count": seen.generation_count,
        **({"error": seen.error} if seen.error else {}),
    }


class ProfileSettings(APIView):
    """`/v2/profiles/settings/`."""

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.ADMIN}

    def get(self, request: Request) -> Response:
        """The settings as they are kept."""
        return Response(_as_told(_settings_of(principal_of(request).project_id)))

    def post(self, request: Request) -> Response:
        """Change what is named; null clears it."""
        body = object_of(request)
        if unsupported := sorted(body.keys() - {"enabled", "entities", "capabilities"}):
            raise RequestRefused(f"Unsupported settings: {', '.join(unsupported)}.")
        project = Project.objects.get(id=principal_of(request).project_id)
        kept = dict(project.settings.get(SETTINGS, {}))
        if "enabled" in body:
            kept["enabled"] = bool(body["enabled"])
        if (user := _user_in(body)) is not None:
            kept["user"] = _changed(dict(kept.get("user", {})), user)
        project.settings[SETTINGS] = kept
        with transaction.atomic():
            project.save(update_fields=["settings", "updated_at"])
            record_in(project.id, Action.PROJECT_CHANGED, [project.id])
        return Response(_as_told(kept))


class ProfileJobs(APIView):
    """`POST /v2/profiles/jobs/`."""

    def post(self, request: Request) -> Response:
        """Have profiles built. Without a language model they are laid out when they are read."""
        body, project_id = object_of(request), principal_of(request).project_id
        if wanted_of(_all_settings_of(project_id)) is None:
            raise RequestRefused("Profiles are not enabled for this project.", code="not_enabled")
        key = request.headers.get("Idempotency-Key", "")
        known = ProfileJob.objects.filter(project_id=project_id, idempotency_key=key).first()
        if key and known is not None:
            return _answer_to_job(known, replayed=True)
        names = _names_wanted(body, project_id)
        spend(request, "adds")
        with transaction.atomic():
            now = timezone.now()
            builds = names if are_built() else []
            jobs = [str(ask_for(name, project_id=project_id, now=now).id) for name in builds]
            job = ProfileJob.objects.create(
                project_id=project_id,
                operation=str(body.get("operation", "trigger")),
                entity_ids=names,
                jobs=jobs,
                idempotency_key=key,
                created_at=now,
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
        counts = _counts(job)
        return Response(
            {
                "job": {
                    "id": str(job.id),
                    "operation": job.operation,
                    "entity_type": "user",
                    "status": _status(counts),
                    "total": counts.total(),
                    "enumeration_complete": True,
                    "completed": counts.total() - counts["pending"],
                    "succeeded": counts["succeeded"],
                    "failed": counts["failed"],
                    "skipped": counts["skipped"],
                }
            }
        )


def _counts(job: ProfileJob) -> Counter[str]:
    """How many of its profiles are in which state."""
    if not job.jobs:
        return Counter({"succeeded": len(job.entity_ids)})
    rows = Job.objects.filter(id__in=job.jobs, project_id=job.project_id)
    return Counter(outcome_of(row) for row in rows)


def _status(counts: Counter[str]) -> str:
    if counts["pending"]:
        return "pending"
    return "failed" if counts["failed"] and not counts["succeeded"] else "succeeded"


def _all_settings_of(project_id: UUID) -> Mapping[str, object]:
    found: Mapping[str, object] = Project.objects.values_list("settings", flat=True).get(
        id=project_id
    )
    return found


def _settings_of(project_id: UUID) -> Mapping[str, object]:
    """A project's settings of profiles."""
    kept = _all_settings_of(project_id).get(SETTINGS)
    return kept if isinstance(kept, Mapping) else {}


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
        if are_built() and schema:
            shape_of(schema)
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
        "capabilities": {"entities": ["user"], "without_language_model": not are_built()},
    }


def _names_wanted(body: Mapping[str, object], project_id: UUID) -> list[str]:
    users = participants_of(project_id).filter(kind="user")
    if body.get("operation") == "sample":
        limit = whole_of(body, "limit", _MOST_SAMPLED, most=_MOST_SAMPLED)
        budget = Budget(f"profile samples of {project_id}", 1, _SAMPLED_EVERY_SECONDS)
        verdict = shared_counters().take([budget])
        if not verdict.allowed:
            raise RequestRefused(
                "Profiles were sampled very recently.",
                status=HTTPStatus.TOO_MANY_REQUESTS,
                code="sampled_recently",
                headers={"Retry-After": str(verdict.resets_in_seconds)},
            )
        return [each.name for each in users[:limit]]
    name = str(body.get("entity_id", ""))
    if not users.filter(name=name).exists():
        raise RequestRefused("No such user.", status=HTTPStatus.NOT_FOUND, code="not_found")
    return [name]


def _answer_to_job(job: ProfileJob, *, replayed: bool) -> Response:
    return shown_once(Response(_job_as_told(job, replayed=replayed)))


def _job_as_told(job: ProfileJob, *, replayed: bool) -> dict[str, object]:
    said: dict[str, object] = {
        "job_id": str(job.id),
        "status": _status(_counts(job)),
        "status_url": f"/v2/profiles/jobs/{job.id}/",
        "operation": job.operation,
        "entity_type": "user",
        "entity_count_reserved": len(job.entity_ids),
        "event_id": job.jobs[0] if len(job.jobs) == 1 else None,
        "replayed": replayed,
    }
    if job.operation == "sample":
        said |= {"sampled": len(job.entity_ids), "entity_ids": job.entity_ids}
    return said
