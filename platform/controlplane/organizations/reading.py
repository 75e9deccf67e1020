"""Requests about organisations and projects, read into what the services take."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from rest_framework.request import Request

from controlplane.api.bodies import object_of
from controlplane.api.errors import RequestRefused
from controlplane.organizations.services import ProjectChanges
from memories.engine.ingestion.limits import LIMITS

_LONGEST_NAME: Final = 200
_LONGEST_DESCRIPTION: Final = 2000
_LONGEST_TEXT: Final = LIMITS.guidance_characters
_LONGEST_JSON: Final = 32_768
# The engine's own limits on what says what is to be learned.
_MOST_CATEGORIES: Final = LIMITS.categories
_MOST_CENTS: Final = 100_000_000
_LONGEST_CATEGORY: Final = LIMITS.category_characters
_LONGEST_MEANING: Final = LIMITS.category_meaning_characters
_MOST_DAYS: Final = 36_500
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)


def _refuse(field: str, said: str) -> RequestRefused:
    return RequestRefused(f"{field}: {said}", fields={field: [said]})


def name_of(body: Mapping[str, object]) -> str:
    """The name to give.

    Raises:
        RequestRefused: it is missing, or no name.
    """
    name = body.get("name")
    if not isinstance(name, str) or not name.strip():
        raise _refuse("name", "must be a string that is not empty")
    name = " ".join(name.split())
    if len(name) > _LONGEST_NAME:
        raise _refuse("name", f"has at most {_LONGEST_NAME} characters")
    return name


def description_of(body: Mapping[str, object]) -> str:
    """The description; empty if there is none.

    Raises:
        RequestRefused: it is no text, or a long one.
    """
    text = body.get("description")
    if text is None:
        return ""
    if not isinstance(text, str) or len(text) > _LONGEST_DESCRIPTION:
        raise _refuse("description", f"must be a string of at most {_LONGEST_DESCRIPTION}")
    return text


def email_of(request: Request) -> str:
    """The address that the query or the body names, in lower case.

    Raises:
        RequestRefused: it is none.
    """
    email = request.query_params.get("email") or object_of(request).get("email")
    try:
        if not isinstance(email, str):
            raise _refuse("email", "must be an e-mail address")
        validate_email(email.strip())
    except ValidationError as error:
        raise _refuse("email", "must be an e-mail address") from error
    return email.strip().lower()


def role_of(request: Request, roles: Collection[str], *, usual: str | None = None) -> str:
    """The role that the body names.

    Args:
        request: its body has it.
        roles: those there are.
        usual: where it names none; None if it must.

    Raises:
        RequestRefused: it is not among them.
    """
    role = object_of(request).get("role") or usual
    if not isinstance(role, str) or role.upper() not in roles:
        raise _refuse("role", f"must be one of {', '.join(roles)}")
    return role.upper()


def project_changes(body: Mapping[str, object]) -> ProjectChanges:
    """What a project is to be told.

    Raises:
        RequestRefused: a field is off.
    """
    columns: dict[str, str] = {}
    if "name" in body:
        columns["name"] = name_of(body)
    if "description" in body:
        columns["description"] = description_of(body)
    settings = {
        name: None if body[name] is None else read(name, body[name])
        for name, read in SETTINGS.items()
        if name in body
    }
    return ProjectChanges(columns, settings)


def _text(field: str, value: object) -> str | None:
    """A text; an empty one clears the setting. Some clients send it in lines."""
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "\n".join(value)
    if not isinstance(value, str):
        raise _refuse(field, "must be a string")
    if len(value) > _LONGEST_TEXT:
        raise _refuse(field, f"has at most {_LONGEST_TEXT} characters")
    return value if value.strip() else None


def _flag(field: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _refuse(field, "must be true or false")
    return value


def _categories(field: str, value: object) -> object:
    """`[{name: description}]`, or names alone; kept as it came."""
    if not isinstance(value, list):
        raise _refuse(field, "must be a list of {name: description}")
    found: list[tuple[object, object]] = []
    for place, each in enumerate(value):
        rows = {each: ""} if isinstance(each, str) else each
        if not isinstance(rows, dict) or not rows:
            raise _refuse(f"{field}[{place}]", "must be an object {name: description}")
        found += rows.items()
    if len(found) > _MOST_CATEGORIES:
        raise _refuse(field, f"has at most {_MOST_CATEGORIES} categories")
    for name, description in found:
        if not _is_text(name, _LONGEST_CATEGORY) or name == "":
            raise _refuse(field, f"a name has 1 to {_LONGEST_CATEGORY} characters")
        if not _is_text(description, _LONGEST_MEANING):
            raise _refuse(field, f"a description is a string of at most {_LONGEST_MEANING}")
    return value or None


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest


def _time_zone(field: str, value: object) -> str | None:
    if value == "":
        return None
    try:
        if not isinstance(value, str):
            raise _refuse(field, "must be a string")
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _refuse(field, "must be a time zone such as Europe/Lisbon") from error
    return value


def _language(field: str, value: object) -> str | None:
    if value == "":
        return None
    if not isinstance(value, str) or _LANGUAGE.fullmatch(value) is None:
        raise _refuse(field, "must be a language tag such as en or pt-BR")
    return value


def _days(field: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST_DAYS:
        raise _refuse(field, f"must be a whole number from 1 to {_MOST_DAYS}, or null")
    return value


def _cents(field: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST_CENTS:
        raise _refuse(field, f"must be a whole number from 0 to {_MOST_CENTS}, or null")
    return value


def _anything(field: str, value: object) -> object:
    if len(json.dumps(value)) > _LONGEST_JSON:
        raise _refuse(field, f"has at most {_LONGEST_JSON} bytes as JSON")
    return value


# What a project keeps, each with how it is read. docs/projects.md says which have an effect.
SETTINGS: Final[Mapping[str, Callable[[str, object], object]]] = {
    "custom_instructions": _text,
    "agent_custom_instructions": _text,
    "custom_categories": _categories,
    "extraction_cents_per_day": _cents,
    "multilingual": _flag,
    "decay": _flag,
    "consolidation": _flag,
    "timezone": _time_zone,
    "language": _language,
    "retention_days": _days,
    "memory_depth": _anything,
    "usecase_setting": _anything,
    "version": _anything,
    "retrieval_criteria": _anything,
    "enable_graph": _flag,
    "inclusion_prompt": _text,
    "exclusion_prompt": _text,
}
