"""Addresses of webhooks."""

from controlplane.api.routes import both
from controlplane.webhooks.views import (
    OneWebhook,
    ProjectWebhooks,
    ReplayedDelivery,
    RotatedSecret,
    WebhookDeliveries,
)

urlpatterns = [
    *both("api/v1/webhooks/projects/<name:project_id>", ProjectWebhooks.as_view()),
    *both("api/v1/webhooks/deliveries/<name:delivery_id>/replay", ReplayedDelivery.as_view()),
    *both("api/v1/webhooks/<name:webhook_id>/deliveries", WebhookDeliveries.as_view()),
    *both("api/v1/webhooks/<name:webhook_id>/rotate_secret", RotatedSecret.as_view()),
    *both("api/v1/webhooks/<name:webhook_id>", OneWebhook.as_view()),
]
