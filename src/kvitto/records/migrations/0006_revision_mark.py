"""A random mark for each revision: processes remember agreements under it."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    """Revisions of before share one mark; their numbers tell them apart."""

    dependencies = [("records", "0005_identity")]

    operations = [
        migrations.AddField(
            model_name="revision", name="mark", field=models.UUIDField(default=uuid.uuid4, editable=False)
        ),
    ]
