import django.db.models.deletion
from django.db import migrations, models

from ppv_plugin.ledger import append_only


def install(apps, schema_editor):
    append_only.install(schema_editor.connection, append_only.LIMIT_TABLES)


def remove(apps, schema_editor):
    append_only.remove(schema_editor.connection, append_only.LIMIT_TABLES)


class Migration(migrations.Migration):

    dependencies = [
        ('ppv_plugin', '0005_meter'),
    ]

    operations = [
        migrations.AddField(
            model_name='account',
            name='limited',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name='SpendLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('session', 'Each session'), ('day', 'Each day'), ('week', 'Each week'), ('month', 'Each month'), ('break', 'Break')], max_length=8)),
                ('amount', models.BigIntegerField(blank=True, null=True)),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('actor', models.CharField(blank=True, default='', max_length=64)),
                ('asked_at', models.DateTimeField()),
                ('takes_effect_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spend_limits', to='ppv_plugin.account')),
            ],
            options={
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['account', 'kind', 'takes_effect_at'], name='ppv_limit_in_force')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'break'), ('until__isnull', False), ('amount__isnull', True)), models.Q(models.Q(('kind', 'break'), _negated=True), ('until__isnull', True)), _connector='OR'), name='ppv_limit_break_has_end'), models.CheckConstraint(condition=models.Q(('amount__isnull', True), ('amount__gte', 0), _connector='OR'), name='ppv_limit_positive'), models.CheckConstraint(condition=models.Q(('takes_effect_at__gte', models.F('asked_at'))), name='ppv_limit_takes_effect_later')],
            },
        ),
        migrations.RunPython(install, remove),
    ]
