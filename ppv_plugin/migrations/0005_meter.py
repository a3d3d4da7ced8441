import django.db.models.deletion
from django.db import migrations, models

from ppv_plugin.ledger import append_only
from ppv_plugin.metering import rules

# Rows that are written often: room in their page keeps an update in it, so that no index has to be touched.
_FILLFACTORS = {"ppv_plugin_account": 70, "ppv_plugin_hold": 70, "ppv_plugin_meteredsession": 60}
_PRICE = ("cpm", "free_ms", "shift_ms", "unit_ms", "minimum_ms", "limit_ms")


def install_triggers(apps, schema_editor):
    """SQLite changes a table by making it anew, which loses its triggers."""
    append_only.install(schema_editor.connection)


def leave_room(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table, percent in _FILLFACTORS.items():
            schema_editor.execute(f"ALTER TABLE {table} SET (fillfactor = {percent})")


def fill_prices(apps, schema_editor):
    sessions = apps.get_model("ppv_plugin", "MeteredSession").objects
    for row in sessions.filter(state="open").only("id", "tariff"):
        price = rules.price_of(rules.tariff_from(row.tariff))
        sessions.filter(pk=row.pk).update(
            phase=row.pk.int % 60, **{name: getattr(price, name) for name in _PRICE}
        )


class Migration(migrations.Migration):

    dependencies = [
        ('ppv_plugin', '0004_signed_receipt'),
    ]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, install_triggers),
        migrations.CreateModel(
            name='EngineClock',
            fields=[
                ('boot_id', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('mono_ms', models.BigIntegerField()),
                ('holder', models.CharField(max_length=64)),
                ('heard_at', models.DateTimeField()),
            ],
            options={
                'default_permissions': ('view',),
            },
        ),
        migrations.AlterModelOptions(
            name='entry',
            options={'default_permissions': ('view',), 'verbose_name_plural': 'entries'},
        ),
        migrations.RemoveIndex(
            model_name='meteredsession',
            name='ppv_session_open',
        ),
        migrations.AddField(
            model_name='meteredsession',
            name='anchor_ms',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='meteredsession',
            name='boot',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AddField(
            model_name='meteredsession',
            name='cpm',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='meteredsession',
            name='free_ms',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='meteredsession',
            name='limit_ms',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='meteredsession',
            name='minimum_ms',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='meteredsession',
            name='phase',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='meteredsession',
            name='shift_ms',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='meteredsession',
            name='unit_ms',
            field=models.BigIntegerField(default=1),
        ),
        migrations.AlterField(
            model_name='entry',
            name='transfer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='ppv_plugin.transfer'),
        ),
        migrations.AlterField(
            model_name='transfer',
            name='reverses',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversals', to='ppv_plugin.transfer'),
        ),
        migrations.AlterField(
            model_name='meteredsession',
            name='end_reason',
            field=models.CharField(blank=True, choices=[('client', 'ended by the client'), ('performer', 'ended by the performer'), ('funds', 'funds ran out'), ('limit', "the client's own limit was reached"), ('client_lost', "the client's connection was lost"), ('performer_lost', "the performer's connection was lost"), ('media_lost', 'sound and picture were lost'), ('never_started', 'sound and picture never started'), ('show_ended', 'the show ended'), ('mode_changed', "the room's mode changed"), ('staff', 'ended by the site')], default='', max_length=16),
        ),
        migrations.AddIndex(
            model_name='meteredsession',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['phase', 'id'], name='ppv_session_open'),
        ),
        migrations.AddIndex(
            model_name='meteredsession',
            index=models.Index(condition=models.Q(('final', True), ('state', 'open')), fields=['id'], name='ppv_session_final'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(condition=models.Q(('reverses__isnull', False)), fields=['reverses'], name='ppv_transfer_reverses'),
        ),
        migrations.RunPython(install_triggers, migrations.RunPython.noop),
        migrations.RunPython(leave_room, migrations.RunPython.noop),
        migrations.RunPython(fill_prices, migrations.RunPython.noop),
    ]
