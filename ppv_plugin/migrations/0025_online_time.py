from typing import Any

from django.db import migrations, models


def seen_until_the_end(apps: Any, schema_editor: Any) -> None:
    """Of shows before this version no better sign of life is known than their end."""
    shows = apps.get_model("ppv_plugin", "Show").objects.using(schema_editor.connection.alias)
    shows.filter(ended_at__isnull=False).update(seen_at=models.F("ended_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('ppv_plugin', '0020_check_ins'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='checkin',
            index=models.Index(fields=['performer', 'left_at'], name='ppv_check_in_online'),
        ),
        migrations.AddIndex(
            model_name='show',
            index=models.Index(fields=['performer', 'seen_at'], name='ppv_show_online'),
        ),
        migrations.RunPython(seen_until_the_end, migrations.RunPython.noop),
    ]
