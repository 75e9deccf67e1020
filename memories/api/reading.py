"""Requests as clients of every version write them, read into what the product knows."""

import ast
import json
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final

from rest_framework.request import Request

from controlplane.api.bodies import check_storable, read_json
from controlplane.api.errors import RequestRefused
from memories.engine.domain import JsonObject
from memories.engine.ingestion.limits import flaw_of_id
from memories.ingest.orders import Owner

# As clients name them, and as the product does; JavaScript's spellings too.
ID_KEYS: Final[Mapping[str, str]] = {
    "user_id": "user",
    "agent_id": "agent",
    "app_id": "app",
    "run_id": "run",
    "session_id": "run",
    "userId": "user",
    "agentId": "agent",
    "appId": "app",
    "runId": "run",
}
EVERYONE: Final = "*"
# What a list or search is narrowed by: see `filters_of`.
NARROWING: Final = (
    *ID_KEYS,
    "filters",
    "categories",
    "metadata",
    "keywords",
    "start_date",
    "end_date",
)
_TRUE: Final = ("true", "1")


def refuse(field: str, said: str) -> RequestRefused:
    """A refusal that names the field."""
    return RequestRefused(f"{field}: {said}", fields={field: [said]})


def ids_in(given: Mapping[str, object]) -> dict[str, str]:
    """The ids that an object names at its top, by the product's names."""
    found: dict[str, str] = {}
    for key, kind in ID_KEYS.items():
        value = given.get(key)
        if value is None or value == "":
            continue
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise refuse(key, "must be a string")
        found.setdefault(kind, str(value).strip())
    return found


def owner_to_delete(query: Mapping[str, object], *, known: frozenset[str]) -> dict[str, str]:
    """Whose memories a deletion is about, by kind; `*` stands for everybody of a kind.

    Raises:
        RequestRefused: it names nobody, somebody empty or two of a kind, or narrows what is deleted
            in a way that is not known: then nothing is deleted.
    """
    if unknown := sorted(query.keys() - known - ID_KEYS.keys()):
        raise refuse(unknown[0], "can't narrow what is deleted here; nothing was deleted")
    ids: dict[str, str] = {}
    for given in [query, *_parts_of(query.get("filters"))]:
        for key in ID_KEYS.keys() & given.keys():
            value = given[key]
            if not isinstance(value, str) or not value.strip():
                raise refuse(key, "is empty; nothing was deleted")
            if ids.setdefault(ID_KEYS[key], value.strip()) != value.strip():
                raise refuse(key, "names two of a kind; nothing was deleted")
    if not ids:
        raise refuse(
            "user_id",
            "name whose memories to delete: at least one of user_id, agent_id, app_id, run_id; "
            "all four as * delete the whole project",
        )
    return ids


def _parts_of(raw: object) -> list[Mapping[str, object]]:
    """Filters of a deletion: ids alone, or it would reach further than was meant."""
    if raw is None:
        return []
    filters = decoded(raw, "filters")
    parts = filters.get("AND", [filters]) if isinstance(filters, Mapping) else [None]
    found: list[Mapping[str, object]] = []
    for part in parts if isinstance(parts, list) else [None]:
        if not isinstance(part, Mapping) or not part or part.keys() - ID_KEYS.keys():
            raise refuse("filters", "only ids can say what is deleted here; nothing was deleted")
        found.append(part)
    return found


def owner_of(body: Mapping[str, object]) -> Owner:
    """Whose memories an add becomes.

    Raises:
        RequestRefused: it names nobody.
    """
    ids = ids_in(body)
    filters = body.get("filters")
    if isinstance(filters, Mapping):
        ids = {**ids_in(filters), **_ids_of_all(filters.get("AND")), **ids}
    if not ids:
        raise RequestRefused(
            "Name whose memories they are: at least one of user_id, agent_id, app_id, run_id.",
            code="no_scope",
        )
    # Here and not when the job is done, where nobody is told.
    for kind, name in ids.items():
        if flaw := flaw_of_id(name):
            raise refuse(f"{kind}_id", flaw)
    return Owner(**ids)


def _ids_of_all(parts: object) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, Mapping):
            found |= ids_in(part)
    return found


def filters_of(body: Mapping[str, object], *, top_level_ids: bool) -> dict[str, object]:
    """The filters of a list or search.

    Args:
        body: the request's.
        top_level_ids: older clients name ids beside the filters; newer addresses refuse that.

    Raises:
        RequestRefused: they are no object, or ids stand where they may not.
    """
    raw = decoded(body.get("filters"), "filters")
    if raw is not None and not isinstance(raw, Mapping):
        raise refuse("filters", "must be an object")
    ids = ids_in(body)
    if ids and not top_level_ids:
        raise RequestRefused(
            "Top-level ids are not read here: put them into filters, "
            'such as {"filters": {"user_id": "ana"}}.',
            fields={"filters": ["name ids here"]},
        )
    parts: list[object] = [{f"{kind}_id": name} for kind, name in ids.items()]
    if raw:
        parts.append(dict(raw))
    for key in ("categories", "metadata"):
        wanted = decoded(body.get(key), key)
        parts += [{key: {"in": wanted} if isinstance(wanted, list) else wanted}] if wanted else []
    if keywords := body.get("keywords"):
        parts.append({"keywords": {"icontains": keywords}})
    dates = {
        operator: body[key] for key, operator in _DATES.items() if body.get(key) not in (None, "")
    }
    if dates:
        parts.append({"created_at": dates})
    return {"AND": parts}


_DATES: Final = {"start_date": "gte", "end_date": "lte"}


def decoded(raw: object, field: str) -> object:
    """Objects in a query string come as text: JSON, or Python's own form of one client."""
    if not isinstance(raw, str) or not raw.lstrip().startswith(("{", "[")):
        return raw
    try:
        return read_json(raw, field)
    except json.JSONDecodeError:
        pass
    try:
        found: object = ast.literal_eval(raw)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise refuse(field, "can't be read: write it as JSON") from error
    check_storable(found, field)
    return found


def instant_of(raw: object, field: str) -> datetime | None:
    """Seconds since 1970, or ISO 8601; without an offset it is UTC.

    Raises:
        RequestRefused: it is neither.
    """
    if raw is None or raw == "":
        return None
    try:
        # True would be read as the second after 1970 began.
        raw = "none" if isinstance(raw, bool) else raw
        if isinstance(raw, str) and not raw.replace(".", "", 1).lstrip("-").isdigit():
            read = datetime.fromisoformat(raw)
            # Asked for here, where the first and last days of the calendar can be refused.
            read.astimezone(UTC)
            return read if read.tzinfo else read.replace(tzinfo=UTC)
        return datetime.fromtimestamp(float(str(raw)), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise refuse(field, "must be seconds since 1970 or an ISO 8601 date") from error


def expiry_of(raw: object) -> datetime | None:
    """The instant after the last day on which something is shown.

    Raises:
        RequestRefused: it is no day.
    """
    if raw is None:
        return None
    try:
        day = datetime.strptime(str(raw), "%Y-%m-%d").date()  # noqa: DTZ007 - a day, UTC below
        return datetime.combine(day, time(), UTC) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise refuse("expiration_date", "must be a day such as 2026-12-31, or null") from error


def object_field(body: Mapping[str, object], field: str) -> JsonObject:
    """An object; empty if it is missing.

    Raises:
        RequestRefused: it is something else.
    """
    found = decoded(body.get(field), field)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise refuse(field, "must be an object")
    return found


def flag_of(body: Mapping[str, object], field: str, *, usual: bool) -> bool:
    """True or false, also as a text.

    Raises:
        RequestRefused: it is neither.
    """
    value = body.get(field)
    if value is None:
        return usual
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in (*_TRUE, "false", "0", ""):
        return value.lower() in _TRUE
    raise refuse(field, "must be true or false")


def whole_of(body: Mapping[str, object], field: str, usual: int, *, most: int) -> int:
    """A whole number from 1.

    Raises:
        RequestRefused: it is none.
    """
    value = body.get(field)
    if value is None or value == "":
        return usual
    try:
        number = int(str(value))
    except ValueError as error:
        raise refuse(field, "must be a whole number") from error
    if not 1 <= number <= most:
        raise refuse(field, f"must be from 1 to {most}")
    return number


def share_of(body: Mapping[str, object], field: str, usual: float) -> float:
    """A number from 0 to 1.

    Raises:
        RequestRefused: it is none.
    """
    value = body.get(field)
    if value is None or value == "":
        return usual
    try:
        number = float(str(value))
    except ValueError as error:
        raise refuse(field, "must be a number") from error
    if not 0 <= number <= 1:
        raise refuse(field, "must be from 0 to 1")
    return number


def fields_of(body: Mapping[str, object]) -> frozenset[str]:
    """Keys that an answer is cut down to; all if empty."""
    wanted = body.get("fields")
    if isinstance(wanted, str):
        wanted = wanted.split(",")
    return frozenset(map(str, wanted)) if isinstance(wanted, list) else frozenset()


def query_of(request: Request) -> dict[str, object]:
    """The query string as a body: the last of each name."""
    return {name: request.query_params[name] for name in request.query_params}


def iso(instant: datetime | None) -> str | None:
    """ISO 8601, where there is an instant."""
    return None if instant is None else instant.isoformat()


def text_or_none(body: Mapping[str, object], field: str) -> str | None:
    """A text; None if it is missing or empty.

    Raises:
        RequestRefused: it is something else.
    """
    value = body.get(field)
    if value is None or isinstance(value, str):
        return value or None
    raise refuse(field, "must be a string")
