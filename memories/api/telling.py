"""What clients of every version tell, read into what is to be remembered and learned."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from django.conf import settings

from controlplane.api.errors import RequestRefused
from memories import InvalidInput
from memories.api.parts import Told, content_of
from memories.api.reading import (
    decoded,
    expiry_of,
    flag_of,
    ids_in,
    instant_of,
    iso,
    object_field,
    owner_of,
    refuse,
    text_or_none,
)
from memories.engine.domain import JsonObject, JsonValue
from memories.engine.ingestion.limits import check_guidance
from memories.ingest.guiding import guidance_of
from memories.ingest.orders import AddOrder, ImportOrder, Owner

_MOST_CONVERSATIONS: Final = 1000
_PROCEDURAL: Final = "procedural_memory"
# As clients name what is to be learned, and as the engine does.
_GUIDANCE: Final[Mapping[str, str]] = {
    "custom_instructions": "instructions",
    "agent_custom_instructions": "agent_instructions",
    "includes": "includes",
    "excludes": "excludes",
}


def add_order(body: Mapping[str, object], *, now: datetime, may_fetch: bool = True) -> AddOrder:
    """What an add asks for.

    Args:
        body: of the request.
        now: when it came.
        may_fetch: its messages may name addresses.

    Raises:
        RequestRefused: what is off, by field.
    """
    owner, told = owner_of(body), Told(may_fetch)
    messages = messages_of(body.get("messages"), told)
    told.check()
    return AddOrder(
        owner=owner,
        messages=messages,
        files=tuple(told.files),
        timestamp=(instant_of(body.get("timestamp"), "timestamp") or now).isoformat(),
        metadata=object_field(body, "metadata"),
        expires_at=iso(expiry_of(body.get("expiration_date"))),
        immutable=flag_of(body, "immutable", usual=False),
        infer=flag_of(body, "infer", usual=True),
        timezone=text_or_none(body, "timezone"),
        guidance=_guidance_in(body),
        sums_up=_sums_up(body, owner, messages),
    )


def _sums_up(body: Mapping[str, object], owner: Owner, messages: Sequence[JsonObject]) -> bool:
    """True of an add that is to become a procedure; other types mean nothing here."""
    if text_or_none(body, "memory_type") != _PROCEDURAL:
        return False
    if owner.agent is None:
        raise refuse("agent_id", "must name the agent whose run is summed up")
    if settings.EXTRACTION_MODEL is None:
        raise refuse("memory_type", "needs a language model, and this server asks none")
    if not _are_texts(messages):
        raise refuse("messages", "a run is summed up from texts alone")
    return True


def import_order(body: Mapping[str, object], *, now: datetime) -> ImportOrder:
    """What an import asks for.

    Raises:
        RequestRefused: what is off, by field.
    """
    told = decoded(body.get("conversations"), "conversations")
    if not isinstance(told, list) or not 0 < len(told) <= _MOST_CONVERSATIONS:
        raise refuse("conversations", f"must be a list of 1 to {_MOST_CONVERSATIONS}")
    return ImportOrder(
        conversations=[_conversation(each, place, body, now) for place, each in enumerate(told)],
        batched=flag_of(body, "batched", usual=True),
        metadata=object_field(body, "metadata"),
        expires_at=iso(expiry_of(body.get("expiration_date"))),
        immutable=flag_of(body, "immutable", usual=False),
        timezone=text_or_none(body, "timezone"),
        guidance=_guidance_in(body),
    )


def _conversation(raw: object, place: int, body: Mapping[str, object], now: datetime) -> JsonObject:
    """One of an import; the ids of the import are its own where it names no others."""
    if not isinstance(raw, Mapping):
        raise refuse(f"conversations[{place}]", "must be an object with messages and ids")
    own = ids_in(raw)
    shared = {f"{kind}_id": name for kind, name in ids_in(body).items() if kind not in own}
    if not own and not shared:
        raise refuse(f"conversations[{place}]", "names nobody, nor does the import: user_id or so")
    said_at = instant_of(raw.get("timestamp"), f"conversations[{place}].timestamp") or now
    return {
        "owner": asdict(owner_of({**shared, **raw})),
        "messages": _texts_of(raw.get("messages"), place),
        "timestamp": said_at.isoformat(),
    }


def _texts_of(raw: object, place: int) -> Sequence[JsonObject]:
    messages = messages_of(raw, Told(may_fetch=False))
    if not _are_texts(messages):
        raise refuse(f"conversations[{place}].messages", "an import takes texts alone")
    return messages


def _are_texts(messages: Sequence[JsonObject]) -> bool:
    return all(isinstance(each["content"], str) for each in messages)


def _guidance_in(body: Mapping[str, object]) -> JsonObject:
    """What the add itself wants learned; refused here, where somebody is told."""
    asked: dict[str, JsonValue] = {}
    for field, name in _GUIDANCE.items():
        if text := _lines(body.get(field), field):
            asked[name] = text
    categories = decoded(body.get("custom_categories"), "custom_categories")
    if categories is not None and not isinstance(categories, list):
        raise refuse("custom_categories", "must be a list of {name: meaning}")
    if categories:
        asked["categories"] = categories
    try:
        check_guidance(guidance_of({}, asked))
    except InvalidInput as error:
        raise RequestRefused(str(error)) from error
    return asked


def _lines(raw: object, field: str) -> str:
    """A text; some clients send it in lines."""
    if isinstance(raw, list) and all(isinstance(line, str) for line in raw):
        raw = "\n".join(raw)
    if raw is not None and not isinstance(raw, str):
        raise refuse(field, "must be a string")
    return raw or ""


def messages_of(raw: object, told: Told) -> Sequence[JsonObject]:
    """What was said, as a list of messages; a text is one that the user said.

    Args:
        raw: as clients write it.
        told: takes the files in it.

    Raises:
        RequestRefused: there is nothing, or a message has no form that is known.
    """
    if isinstance(raw, str):
        raw = [{"role": "user", "content": raw}]
    if isinstance(raw, Mapping):
        raw = [raw]
    if not isinstance(raw, list) or not raw:
        raise refuse("messages", "must be a list of {role, content}, or a text, and not empty")
    return [_message(each, place, told) for place, each in enumerate(raw)]


def _message(raw: object, place: int, told: Told) -> JsonObject:
    field = f"messages[{place}]"
    if isinstance(raw, str):
        return {"role": "user", "content": raw}
    if not isinstance(raw, Mapping):
        raise refuse(field, "must be an object with role and content")
    content = content_of(raw.get("content"), place, told)
    known = {key: raw[key] for key in ("name", "id", "timestamp") if raw.get(key) is not None}
    return {"role": raw.get("role", "user"), "content": content, **known}
