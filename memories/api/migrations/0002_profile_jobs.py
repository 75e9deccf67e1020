from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("memories_api", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="profilejob",
            name="jobs",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
    ]
