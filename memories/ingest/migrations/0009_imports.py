import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingest", "0008_consolidation"),
        ("organizations", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="job",
            name="kind",
            field=models.CharField(
                choices=[
                    ("ADD", "Add"),
                    ("DELETE", "Delete"),
                    ("CONSOLIDATE", "Consolidate"),
                    ("PROFILE", "Profile"),
                    ("IMPORT", "Import"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="ModelBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("batch", models.CharField(max_length=200)),
                ("is_counted", models.BooleanField(default=False)),
                ("submitted_at", models.DateTimeField()),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="model_batches",
                        to="organizations.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("project", "batch"), name="model_batch_once")
                ],
            },
        ),
    ]
