from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingest", "0002_job_actor"),
        ("organizations", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="job",
            index=models.Index(
                condition=models.Q(("status__in", ["PENDING", "RUNNING"])),
                fields=["project", "-number"],
                name="job_open_of_project",
            ),
        ),
    ]
