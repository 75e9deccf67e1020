"""Addresses of keys."""

from controlplane.api.routes import both
from controlplane.apikeys.views import Keys, OneKey, RotateKey

urlpatterns = [
    *both("api/v1/keys", Keys.as_view()),
    *both("api/v1/keys/<name:key_id>", OneKey.as_view()),
    *both("api/v1/keys/<name:key_id>/rotate", RotateKey.as_view()),
]
