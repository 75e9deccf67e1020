"""Profiles of users: built by jobs, kept with what they rest on, and gone when that is."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import F

from controlplane.organizations.models import Project
from memories import Memory, MemoryRecord, RemembrancerError
from memories.engine.consolidation.profiling import NOTHING_KNOWN
from memories.engine.domain import JsonObject
from memories.engine.text.fingerprints import digest
from memories.ingest.models import Job, JobStatus, KeptProfile, Participant
from memories.ingest.orders import Owner, ProfileOrder
from memories.ingest.projects import PROJECTS
from memories.ingest.services import accept
from memories.ingest.spending import dollars

SETTINGS: Final = "profiles"
NOT_WANTED: Final = "profiles are not enabled for this project"
# Unless what it rests on is gone, a profile is built anew by itself no more often.
_FRESH_FOR: Final = timedelta(days=1)
_LOOKED_THROUGH: Final = 100
_OPEN: Final = (JobStatus.PENDING, JobStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a project's profiles hold.

    Attributes:
        schema: a JSON Schema.
        instructions: what else is wanted.
    """

    schema: JsonObject
    instructions: str

    @property
    def digest(self) -> str:
        """The same for the same."""
        return digest(json.dumps(self.schema, sort_keys=True), self.instructions).hex()


@dataclass(frozen=True, slots=True)
class Seen:
    """A profile as it is shown.

    Attributes:
        status: in the words that clients read.
        error: why there is none, where the last attempt failed.
        memory_ids: what it rests on.
    """

    status: str
    content: JsonObject
    updated_at: datetime | None
    generation_count: int
    error: str = ""
    memory_ids: tuple[str, ...] = ()


def wanted_of(project_settings: Mapping[str, object]) -> Wanted | None:
    """What a project wants to be known of each user; None if nothing."""
    kept = project_settings.get(SETTINGS)
    user = kept.get("user") if isinstance(kept, Mapping) and kept.get("enabled") else None
    schema = user.get("schema") if isinstance(user, Mapping) else None
    if not isinstance(user, Mapping) or not isinstance(schema, Mapping) or not schema:
        return None
    return Wanted(schema, str(user.get("custom_instructions") or ""))


def are_built() -> bool:
    """True where a language model builds profiles; else they are laid out when they are read."""
    return settings.EXTRACTION_MODEL is not None


def ask_for(name: str, *, project_id: UUID, now: datetime) -> Job:
    """Have a user's profile built, anew if there is one."""
    job = accept(ProfileOrder(Owner(user=name)), project_id=project_id, now=now)
    KeptProfile.objects.update_or_create(project_id=project_id, name=name, defaults={"job": job.id})
    return job


def look_up(name: str, wanted: Wanted, memory: Memory, *, project_id: UUID, now: datetime) -> Seen:
    """A user's profile as it may be shown; what is missing or outdated is asked for."""
    newest = memory.browse(filters={"user_id": name}, limit=1).memories
    if not newest:
        return Seen("insufficient_data", {}, None, 0)
    kept, _ = KeptProfile.objects.get_or_create(project_id=project_id, name=name)
    job = None if kept.job is None else Job.objects.filter(id=kept.job).first()
    is_open = job is not None and job.status in _OPEN
    sources = _sources(kept, memory)
    if kept.built_at is not None and kept.wanted == wanted.digest and sources is not None:
        may_change = not is_open and kept.built_at <= now - _FRESH_FOR
        if may_change and _has_changed(kept, sources, newest[0]):
            ask_for(name, project_id=project_id, now=now)
        ids = tuple(sorted(sources))
        return Seen("succeeded", kept.content, kept.built_at, kept.generation_count, "", ids)
    _forget(kept)
    if is_open:
        return Seen("pending", {}, None, kept.generation_count)
    if job is not None and (error := _failure(job, kept, wanted, now)):
        return Seen("failed", {}, None, kept.generation_count, error)
    ask_for(name, project_id=project_id, now=now)
    return Seen("pending", {}, None, kept.generation_count)


def _sources(kept: KeptProfile, memory: Memory) -> dict[str, MemoryRecord] | None:
    """The memories that a profile rests on; None if one of them is gone."""
    ids = list(kept.sources)
    if not ids:
        return {}
    filters = {"AND": [{"user_id": kept.name}, {"id": {"in": ids}}]}
    found = {
        each.id: each for each in memory.list(filters=filters, include_merged=True, limit=1000)
    }
    return found if len(found) == len(ids) else None


def _has_changed(
    kept: KeptProfile, sources: Mapping[str, MemoryRecord], newest: MemoryRecord
) -> bool:
    if kept.built_at is None or newest.recorded_at > kept.built_at:
        return True
    return any(
        each.version != kept.sources[each.id] or each.superseded_by is not None
        for each in sources.values()
    )


def _failure(job: Job, kept: KeptProfile, wanted: Wanted, now: datetime) -> str:
    """Why the last attempt gave nothing, if it is too soon for the next one."""
    is_other = kept.wanted not in ("", wanted.digest)
    ended = job.completed_at
    if is_other or ended is None or ended <= now - _FRESH_FOR:
        return ""
    return kept.error or job.error


def _forget(kept: KeptProfile) -> None:
    """Let go what a profile says."""
    if kept.built_at is not None:
        KeptProfile.objects.filter(id=kept.id).update(content={}, sources={}, built_at=None)


def build(
    order: ProfileOrder,
    memory: Memory,
    project_settings: Mapping[str, object],
    *,
    project_id: UUID,
    now: datetime,
) -> tuple[str, dict[str, object]]:
    """Build a user's profile and keep it.

    Returns:
        Why there is none, if so; and by what it was learned and what that took.

    Raises:
        NotFound: something that it rests on was deleted meanwhile.
    """
    wanted = wanted_of(project_settings)
    if wanted is None:
        return NOT_WANTED, {}
    found = memory.profile(
        wanted.schema, scope=order.owner.within(memory), instructions=wanted.instructions
    )
    kept = KeptProfile.objects.filter(project_id=project_id, name=order.owner.user)
    if found.reason is None:
        kept.update(
            content=found.content,
            sources={id_: memory.get(id_).version for id_ in sorted(found.memory_ids)},
            built_at=now,
            generation_count=F("generation_count") + 1,
            # A deletion may have come in between.
            is_checked=False,
            wanted=wanted.digest,
            error="",
        )
    else:
        kept.update(wanted=wanted.digest, error=found.reason)
    learning: dict[str, object] = {
        "extractor": found.learned_by,
        "dropped": dict(found.dropped),
        "usage": asdict(found.usage),
        "dollars": dollars(found.usage),
    }
    return found.reason or "", learning


def outcome_of(job: Job) -> str:
    """What became of a job that was to build a profile, in the words that clients read."""
    if job.status in _OPEN:
        return "pending"
    if job.status == JobStatus.SUCCEEDED and job.reason in ("", NOTHING_KNOWN):
        return "skipped" if job.reason else "succeeded"
    return "failed"


def check_profiles_of(project_id: UUID) -> None:
    """Something of a project was deleted: its profiles are to be looked through for it."""
    KeptProfile.objects.filter(project_id=project_id, is_checked=True).update(is_checked=False)


def look_through(now: datetime) -> int:
    """Let go what profiles say that rest on what is gone, some at a time; says how many did.

    Until then they are not shown either: whoever asks for one has it looked at first.
    """
    del now
    rows = KeptProfile.objects.filter(is_checked=False).order_by("id")[:_LOOKED_THROUGH]
    return sum(_look_at(each) for each in rows)


def _look_at(kept: KeptProfile) -> bool:
    project = Project.objects.only("organization_id").get(id=kept.project_id)
    # First, so that a deletion that comes meanwhile has it looked at once more.
    KeptProfile.objects.filter(id=kept.id).update(is_checked=True)
    try:
        with PROJECTS.use(kept.project_id, organization_id=project.organization_id) as memory:
            sources = _sources(kept, memory)
    except RemembrancerError:
        KeptProfile.objects.filter(id=kept.id).update(is_checked=False)
        return False
    whose = {"project_id": kept.project_id, "kind": "user", "name": kept.name}
    if not Participant.objects.filter(**whose).exists():
        KeptProfile.objects.filter(id=kept.id).delete()
    elif sources is None:
        _forget(kept)
    else:
        return False
    return True
