"""Addresses for whoever watches the server."""

from django.urls import path

from controlplane.health.views import healthz, metrics, readyz

urlpatterns = [path("healthz", healthz), path("readyz", readyz), path("metrics", metrics)]
