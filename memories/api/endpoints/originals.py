"""The files that messages were made of, as they were handed in."""

from typing import Final

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.bodies import refuse_unknown
from controlplane.api.openapi import described
from controlplane.audit.actions import Action
from memories import NotFound
from memories.api.access import memory_id_of, project_of
from memories.api.schemas import Originals
from memories.api.trail import served

_MOST_DIGITS: Final = 5


@described(answers={"GET": Originals})
class MessageOriginals(APIView):
    """`GET /v3/memories/messages/{id}/originals/`."""

    def get(self, request: Request, message_id: str) -> Response:
        """The files that parts of the message were, without their bytes."""
        refuse_unknown(request.query_params, ())
        id_ = memory_id_of(message_id)
        with project_of(request) as memory:
            originals = memory.originals(id_)
        served(request, Action.MEMORY_READ, [id_])
        return Response(
            {
                "results": [
                    {
                        "part": each.part,
                        "media_type": each.media_type,
                        "size": each.size,
                        "digest": each.digest,
                        "read_by": each.read_by,
                    }
                    for each in originals
                ]
            }
        )


@described(answers={"GET": OpenApiTypes.BINARY})
class OneOriginal(APIView):
    """`GET /v3/memories/messages/{id}/originals/{part}/`."""

    def get(self, request: Request, message_id: str, part: str) -> HttpResponse:
        """The bytes of one. Whatever they hold, no browser shows them as a page of this server."""
        refuse_unknown(request.query_params, ())
        id_ = memory_id_of(message_id)
        with project_of(request) as memory:
            original = memory.original(id_, _place_of(part))
        served(request, Action.MEMORY_READ, [id_])
        end = original.media_type.rpartition("/")[2]
        headers = {
            "Content-Disposition": f'attachment; filename="part-{original.part}.{end}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "private, no-store",
        }
        return HttpResponse(original.content, content_type=original.media_type, headers=headers)


def _place_of(part: str) -> int:
    """The place of a part.

    Raises:
        NotFound: no message has so many.
    """
    if not (part.isascii() and part.isdigit() and len(part) <= _MOST_DIGITS):
        raise NotFound("no such part")
    return int(part)
