"""Addresses of the audit trail."""

from controlplane.api.routes import both
from controlplane.audit.views import AuditTrail, ExportedAuditTrail

urlpatterns = [
    *both("api/v1/audit/export", ExportedAuditTrail.as_view()),
    *both("api/v1/audit", AuditTrail.as_view()),
]
