import django.db.models.deletion
from django.db import migrations, models

from ppv_plugin.ledger import append_only


def install(apps, schema_editor):
    """Entries are only inserted and accounts stay: that is what lets entries do without foreign keys."""
    append_only.install(schema_editor.connection)
    append_only.install(schema_editor.connection, append_only.KEPT_TABLES)


def undo(apps, schema_editor):
    append_only.remove(schema_editor.connection, append_only.KEPT_TABLES)


def install_entries(apps, schema_editor):
    append_only.install(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('ppv_plugin', '0008_mode_switch'),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, install_entries),
        migrations.AlterField(
            model_name='entry',
            name='credit',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='credits', to='ppv_plugin.account'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='debit',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='debits', to='ppv_plugin.account'),
        ),
        migrations.AlterField(
            model_name='entry',
            name='transfer',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ppv_plugin.transfer'),
        ),
        migrations.AlterField(
            model_name='meteredsession',
            name='client_account',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ppv_plugin.account'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['debit', 'transfer'], name='ppv_entry_debit'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['credit', 'transfer'], name='ppv_entry_credit'),
        ),
        migrations.RunPython(install, undo),
    ]
