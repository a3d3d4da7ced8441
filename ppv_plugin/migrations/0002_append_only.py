from django.db import migrations

from ppv_plugin.ledger import append_only


def install(apps, schema_editor):
    append_only.install(schema_editor.connection)


def remove(apps, schema_editor):
    append_only.remove(schema_editor.connection)
    append_only.forget(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("ppv_plugin", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
