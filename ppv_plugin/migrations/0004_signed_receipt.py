import django.db.models.deletion
from django.db import migrations, models

from ppv_plugin.ledger import append_only

TABLES = ("ppv_plugin_signedreceipt",)


def install(apps, schema_editor):
    append_only.install(schema_editor.connection, TABLES)


def remove(apps, schema_editor):
    append_only.remove(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [("ppv_plugin", "0003_refunds")]
    operations = [
        migrations.CreateModel(
            name="SignedReceipt",
            fields=[
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="signed_receipt",
                        serialize=False,
                        to="ppv_plugin.meteredsession",
                    ),
                ),
                ("document", models.TextField()),
                ("key_id", models.CharField(max_length=64)),
                ("signature", models.CharField(max_length=88, unique=True)),
                ("signed_at", models.DateTimeField()),
            ],
            options={"default_permissions": ("view",)},
        ),
        migrations.RunPython(install, remove),
    ]
