"""Pages as mem0's clients read them: `{count, next, previous, results}`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from rest_framework.request import Request

from controlplane.api.errors import RequestRefused

# Further on, a row's place is no number that a database counts with.
_LAST_PAGE: Final = 10**9


@dataclass(frozen=True, slots=True)
class PageWanted:
    """Which page of which size; counted from 1."""

    number: int
    size: int

    @property
    def first(self) -> int:
        """Place of the page's first row, counted from 0."""
        return (self.number - 1) * self.size


def page_wanted(
    request: Request, *, most: int, usual: int = 100, body: Mapping[str, object] | None = None
) -> PageWanted:
    """What the query asks for, or else the body.

    Raises:
        RequestRefused: it is no page.
    """
    given = body or {}
    number = _whole(request.query_params.get("page", given.get("page")), "page", 1)
    size = _whole(request.query_params.get("page_size", given.get("page_size")), "page_size", usual)
    if not 1 <= number <= _LAST_PAGE:
        raise RequestRefused("Invalid page.", status=HTTPStatus.NOT_FOUND, code="not_found")
    if not 1 <= size <= most:
        raise RequestRefused(f"page_size must be from 1 to {most}.", fields={"page_size": ["off"]})
    return PageWanted(number, size)


def _whole(raw: object, name: str, usual: int) -> int:
    if raw is None or raw == "":
        return usual
    try:
        return int(str(raw))
    except ValueError as error:
        raise RequestRefused(f"{name} must be a whole number.", fields={name: ["off"]}) from error


def cursor_wanted(request: Request, body: Mapping[str, object] | None = None) -> str | None:
    """Where a page is to begin that is named by the one before it; None if pages are counted.

    Raises:
        RequestRefused: it is no text.
    """
    cursor = request.query_params.get("cursor", (body or {}).get("cursor"))
    if cursor is None or cursor == "":
        return None
    if not isinstance(cursor, str):
        raise RequestRefused("cursor must be a string.", fields={"cursor": ["off"]})
    return cursor


def page_behind(
    request: Request, results: Sequence[object], count: int, *, next_cursor: str | None
) -> dict[str, object]:
    """A page that was asked for by cursor: what comes in or goes meanwhile moves no row."""
    following = None
    if next_cursor is not None:
        query = request.query_params.copy()
        query.pop("page", None)
        query["cursor"] = next_cursor
        following = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
    return {
        "count": count,
        "next": following,
        "previous": None,
        "next_cursor": next_cursor,
        "results": list(results),
    }


def page_of(
    request: Request,
    wanted: PageWanted,
    results: Sequence[object],
    count: int,
    *,
    next_cursor: str | None = None,
) -> dict[str, object]:
    """The page as it is answered.

    Args:
        request: asked for it.
        wanted: which.
        results: its rows.
        count: of all rows.
        next_cursor: where the next page begins, for lists that take cursors.

    Raises:
        RequestRefused: it lies beyond the end.
    """
    if wanted.number > 1 and wanted.first >= count:
        raise RequestRefused("Invalid page.", status=HTTPStatus.NOT_FOUND, code="not_found")
    has_next = wanted.first + wanted.size < count
    return {
        "count": count,
        "next": _address(request, wanted.number + 1, wanted.size) if has_next else None,
        "previous": _address(request, wanted.number - 1, wanted.size)
        if wanted.number > 1
        else None,
        **({} if next_cursor is None else {"next_cursor": next_cursor}),
        "results": list(results),
    }


def _address(request: Request, number: int, size: int) -> str:
    query = request.query_params.copy()
    query["page"], query["page_size"] = str(number), str(size)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
