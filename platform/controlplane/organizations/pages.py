"""The page that a mailed invitation leads to."""

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from controlplane.organizations.errors import OrganizationError
from controlplane.organizations.invitations import accept_invitation

_PAGE: Final = "organizations/invitation.html"


class InvitationPage(View):
    """`/invitations/accept`: the token stands behind the `#` of the address, or is typed in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The form."""
        return render(request, _PAGE)

    def post(self, request: HttpRequest) -> HttpResponse:
        """What the person belongs to now, or the form with what stands against it."""
        try:
            accepted = accept_invitation(request.POST.get("token", "").strip(), now=timezone.now())
        except OrganizationError as error:
            refused = {"refusal": str(error)}
            return render(request, _PAGE, refused, status=HTTPStatus.BAD_REQUEST)
        welcome = {"organization": accepted.organization.name, "role": accepted.role.lower()}
        return render(request, _PAGE, welcome)
