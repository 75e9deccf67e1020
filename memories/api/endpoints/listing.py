"""Reading through memories, a page at a time."""

from collections import ChainMap
from collections.abc import Mapping
from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.bodies import object_of
from controlplane.api.openapi import described
from controlplane.api.pagination import (
    PageWanted,
    cursor_wanted,
    page_behind,
    page_of,
    page_wanted,
)
from controlplane.apikeys.models import KeyScope
from controlplane.audit.actions import Action
from memories.api.access import project_of
from memories.api.reading import fields_of, filters_of, flag_of, query_of, whole_of
from memories.api.schemas import ListRequest, MemoryPage
from memories.api.trail import served
from memories.api.wire import memory_object, only_fields
from memories.engine.domain import Shelf

_LARGEST_PAGE = 200
_LARGEST_LIST = 1000


@described(asks={"POST": ListRequest}, answers={"POST": MemoryPage})
class ListMemories(APIView):
    """`POST /v3/memories/`: the memories that fit, newest first, as a page.

    `next_cursor` of one page is the `cursor` of the next, and then what was added or deleted
    meanwhile moves none of the others.
    """

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.READ}

    def post(self, request: Request) -> Response:
        """The page."""
        body = object_of(request)
        filters = filters_of(body, top_level_ids=False)
        wanted = page_wanted(request, most=_LARGEST_PAGE, body=body)
        cursor = cursor_wanted(request, body)
        shelf, rows = shelf_of(request, body, filters, wanted, cursor=cursor)
        if cursor is not None:
            return Response(page_behind(request, rows, shelf.total, next_cursor=shelf.cursor))
        return Response(page_of(request, wanted, rows, shelf.total, next_cursor=shelf.cursor))


class ListMemoriesOfOld(APIView):
    """`POST /v2/memories/`: the same as a bare list; a page, if page and page_size are given."""

    scopes: ClassVar[dict[str, KeyScope]] = {"POST": KeyScope.READ}

    def post(self, request: Request) -> Response:
        """The list."""
        body = object_of(request)
        return answer_of_old(request, body, ChainMap(body, query_of(request)))


def answer_of_old(
    request: Request, body: Mapping[str, object], paging: Mapping[str, object]
) -> Response:
    """As clients before version 2 read it."""
    filters = filters_of(body, top_level_ids=True)
    if paging.get("page") and paging.get("page_size"):
        wanted = page_wanted(request, most=_LARGEST_LIST, body=paging)
        rows, total = rows_of(request, body, filters, wanted)
        return Response(page_of(request, wanted, rows, total))
    rows, _ = rows_of(request, body, filters, PageWanted(1, _limit(paging)))
    return Response(rows)


def rows_of(
    request: Request,
    body: Mapping[str, object],
    filters: Mapping[str, object],
    wanted: PageWanted,
) -> tuple[list[dict[str, object]], int]:
    """The memories of a page, and how many there are in all."""
    shelf, rows = shelf_of(request, body, filters, wanted)
    return rows, shelf.total


def shelf_of(
    request: Request,
    body: Mapping[str, object],
    filters: Mapping[str, object],
    wanted: PageWanted,
    *,
    cursor: str | None = None,
) -> tuple[Shelf, list[dict[str, object]]]:
    """The memories of a page, and as clients read them."""
    with project_of(request) as memory:
        found = memory.browse(
            filters=filters,
            cursor=cursor,
            skip=0 if cursor else wanted.first,
            limit=wanted.size,
            latest_only=flag_of(body, "latest_only", usual=False),
            include_merged=flag_of(body, "include_merged", usual=False),
            show_expired=flag_of(body, "show_expired", usual=False),
        )
    served(request, Action.MEMORY_LISTED, [each.id for each in found.memories])
    fields = fields_of(body)
    return found, [only_fields(memory_object(each), fields) for each in found.memories]


def _limit(paging: Mapping[str, object]) -> int:
    field = "limit" if paging.get("limit") else "page_size"
    return whole_of(paging, field, 100, most=_LARGEST_PAGE)
