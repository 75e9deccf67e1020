"""How much a project holds."""

from collections import Counter

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from memories.api.access import project_of
from memories.ingest.models import JobKind
from memories.ingest.orders import IDS
from memories.ingest.queries import jobs_of


class Stats(APIView):
    """`GET /v1/stats/`."""

    def get(self, request: Request) -> Response:
        """Totals."""
        with project_of(request) as memory:
            stats, participants = memory.stats(), memory.participants()
        kinds = Counter(each.kind.value for each in participants)
        adds = jobs_of(principal_of(request).project_id, kind=JobKind.ADD).count()
        averages = {
            f"average_memories_per_{kind}": round(stats.memories / kinds[kind], 2)
            if kinds[kind]
            else 0
            for kind in IDS
        }
        return Response(
            {
                "total_memories": stats.memories,
                "total_messages": stats.messages,
                "total_entities": stats.entities,
                "total_add_events": adds,
                "bytes_on_disk": stats.bytes_on_disk,
                "languages": list(stats.languages),
                **{f"total_{kind}s": kinds[kind] for kind in IDS},
                **averages,
            }
        )
