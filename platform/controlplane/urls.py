"""Every address of the server. Apps of other layers are named, not imported."""

from django.urls import include, path

handler404 = "controlplane.api.errors.answer_not_found"
handler500 = "controlplane.api.errors.answer_failure"
handler400 = "controlplane.api.errors.answer_bad_request"

urlpatterns = [
    path("", include("controlplane.health.urls")),
    path("", include("controlplane.agents.urls")),
    path("", include("controlplane.organizations.urls")),
    path("", include("controlplane.apikeys.urls")),
    path("", include("controlplane.webhooks.urls")),
    path("", include("memories.api.urls")),
]
