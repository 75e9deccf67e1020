"""Who a key belongs to."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from controlplane.api.authentication import principal_of
from controlplane.api.openapi import described
from controlplane.apikeys.models import ApiKey
from memories.api.schemas import PingAnswer


@described(answers={"GET": PingAnswer})
class Ping(APIView):
    """`GET /v1/ping/`: what clients ask before anything else."""

    def get(self, request: Request) -> Response:
        """The key's organisation and project; the address is its owner's, or says that none is."""
        principal = principal_of(request)
        email = (
            ApiKey.objects.filter(id=principal.key_id)
            .values_list("created_by__email", flat=True)
            .first()
        )
        return Response(
            {
                "status": "ok",
                "org_id": str(principal.organization_id),
                "project_id": str(principal.project_id),
                "user_email": email or f"{principal.default_user_id or 'key'}@agents.invalid",
            }
        )
