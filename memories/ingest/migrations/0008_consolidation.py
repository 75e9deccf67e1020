import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingest", "0005_learning"),
        ("organizations", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[("ADD", "Add"), ("DELETE", "Delete"), ("CONSOLIDATE", "Consolidate")],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="DueConsolidation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scope", models.CharField(max_length=32)),
                ("owner", models.JSONField()),
                ("due_at", models.DateTimeField()),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="due_consolidations",
                        to="organizations.project",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["due_at"], name="due_consolidation_next")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "scope"), name="due_consolidation_once"
                    )
                ],
            },
        ),
    ]
