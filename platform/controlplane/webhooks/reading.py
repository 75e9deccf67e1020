"""Requests about webhooks. Fields that are unknown here are passed over: clients send some."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from controlplane.api.errors import RequestRefused
from controlplane.webhooks.models import EventType

_LONGEST_NAME: Final = 200
_LONGEST_URL: Final = 2000
_LONGEST_QUOTED: Final = 50
_KNOWN: Final = ", ".join(EventType.values)


@dataclass(frozen=True, slots=True)
class WebhookWanted:
    """What a webhook is to be; None for what the body does not say."""

    name: str | None
    url: str | None
    event_types: Sequence[EventType] | None
    is_active: bool | None


def webhook_wanted(body: Mapping[str, object]) -> WebhookWanted:
    """What the body asks for.

    Raises:
        RequestRefused: a field is off.
    """
    is_active = body.get("is_active")
    if is_active is not None and not isinstance(is_active, bool):
        raise refuse("is_active", "must be true or false")
    return WebhookWanted(
        name=_text(body, "name", _LONGEST_NAME),
        url=_text(body, "url", _LONGEST_URL),
        # Older clients for JavaScript write the name their own way.
        event_types=_event_types(body.get("event_types", body.get("eventTypes"))),
        is_active=is_active,
    )


def refuse(field: str, said: str) -> RequestRefused:
    """A refusal that names the field."""
    return RequestRefused(f"{field}: {said}", fields={field: [said]})


def _text(body: Mapping[str, object], field: str, longest: int) -> str | None:
    value = body.get(field)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise refuse(field, "must be a string that is not empty")
    if len(value) > longest:
        raise refuse(field, f"must have at most {longest} characters")
    return value.strip()


def _event_types(value: object) -> list[EventType] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not value:
        raise refuse("event_types", f"must be a list of at least one of: {_KNOWN}")
    for each in value:
        if each not in EventType.values:
            said = repr(each)[:_LONGEST_QUOTED]
            raise refuse("event_types", f"{said} is none of: {_KNOWN}")
    return [EventType(each) for each in dict.fromkeys(value)]
