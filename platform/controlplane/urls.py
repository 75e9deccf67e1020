"""Every address of the server. Apps of other layers are named, not imported."""

from pathlib import Path

import drf_spectacular_sidecar
from django.http import Http404
from django.urls import include, path
from django.views.static import serve
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView

from controlplane.api.errors import answer_not_found

# The page that describes the API needs these files and no others.
_SIDECAR = Path(drf_spectacular_sidecar.__file__).parent / "static" / "drf_spectacular_sidecar"

handler404 = "controlplane.api.errors.answer_not_found"
handler500 = "controlplane.api.errors.answer_failure"
handler400 = "controlplane.api.errors.answer_bad_request"

urlpatterns = [
    path("", include("controlplane.health.urls")),
    path("", include("controlplane.agents.urls")),
    path("", include("controlplane.organizations.urls")),
    path("", include("controlplane.apikeys.urls")),
    path("", include("controlplane.webhooks.urls")),
    path("", include("controlplane.audit.urls")),
    path("openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="openapi")),
    path("static/drf_spectacular_sidecar/<path:path>", serve, {"document_root": _SIDECAR}),
    path("accounts/", include("allauth.urls")),
    # Nobody has a telephone here, and the library's own answer would be a failure.
    *(
        path(f"_allauth/{client}/v1/account/phone", answer_not_found, {"exception": Http404()})
        for client in ("app", "browser")
    ),
    path("_allauth/", include("allauth.headless.urls")),
    path("", include("memories.api.urls")),
]
