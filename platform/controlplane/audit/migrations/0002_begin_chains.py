"""Organisations that were founded before the audit trail was kept get a chain."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from controlplane.audit.chain import BEGINNING, seal_of


def begin(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    AuditHead = apps.get_model("audit", "AuditHead")
    Organization = apps.get_model("organizations", "Organization")
    AuditHead.objects.bulk_create(
        AuditHead(organization_id=id_, number=0, digest=BEGINNING, seal=seal_of(id_, 0, BEGINNING))
        for id_ in Organization.objects.values_list("id", flat=True)
    )


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
