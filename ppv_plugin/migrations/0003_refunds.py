import django.core.validators
import django.db.models.deletion
import ppv_plugin.ledger.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ppv_plugin', '0002_append_only'),
    ]

    operations = [
        migrations.AddField(
            model_name='pricingsettings',
            name='fault_refund_seconds',
            field=models.PositiveIntegerField(default=60, help_text="When the performer's side or the media is lost within so many seconds on the meter, everything is given back. 0 = never.", validators=[django.core.validators.MaxValueValidator(3600)], verbose_name='technical faults that are refunded by themselves'),
        ),
        migrations.AddField(
            model_name='pricingsettings',
            name='refund_alone_max',
            field=ppv_plugin.ledger.fields.TokensField(default=5000, help_text='In tokens, for one session or account. Above it a second person has to approve.', verbose_name='refunds one person may make alone'),
        ),
        migrations.AlterField(
            model_name='account',
            name='kind',
            field=models.CharField(choices=[('client', 'Client wallet'), ('performer', 'Performer earnings'), ('studio', 'Studio earnings'), ('house', 'House'), ('provider', 'Payment provider'), ('receivable', 'Owed to the house')], max_length=12),
        ),
        migrations.CreateModel(
            name='Adjustment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('cid', models.CharField(max_length=64)),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('state', models.CharField(choices=[('pending', 'Waits for a second person'), ('posted', 'Posted'), ('declined', 'Declined')], default='pending', max_length=8, verbose_name='state')),
                ('requested_by', models.CharField(max_length=64, verbose_name='asked for by')),
                ('requested_at', models.DateTimeField(verbose_name='asked for')),
                ('decided_by', models.CharField(blank=True, default='', max_length=64, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('amount', models.BigIntegerField(verbose_name='amount')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ppv_plugin.account')),
            ],
            options={
                'verbose_name': 'adjustment',
                'verbose_name_plural': 'adjustments',
                'permissions': [('adjust_account', 'Can adjust accounts')],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['state', '-requested_at'], name='ppv_adjustment_state')],
                'constraints': [models.UniqueConstraint(fields=('account', 'cid'), name='ppv_adjustment_key'), models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='ppv_adjustment_not_zero'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'pending'), ('decided_at__isnull', True)), models.Q(models.Q(('state', 'pending'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='ppv_adjustment_decided')],
            },
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('cid', models.CharField(max_length=64)),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('state', models.CharField(choices=[('pending', 'Waits for a second person'), ('posted', 'Posted'), ('declined', 'Declined')], default='pending', max_length=8, verbose_name='state')),
                ('requested_by', models.CharField(max_length=64, verbose_name='asked for by')),
                ('requested_at', models.DateTimeField(verbose_name='asked for')),
                ('decided_by', models.CharField(blank=True, default='', max_length=64, verbose_name='decided by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('amount', models.BigIntegerField(verbose_name='amount')),
                ('parts', models.JSONField(default=dict)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='ppv_plugin.meteredsession')),
            ],
            options={
                'verbose_name': 'refund',
                'verbose_name_plural': 'refunds',
                'permissions': [('refund_session', 'Can refund sessions'), ('approve_correction', 'Can approve refunds and adjustments above the limit')],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['state', '-requested_at'], name='ppv_refund_state')],
                'constraints': [models.UniqueConstraint(fields=('session', 'cid'), name='ppv_refund_key'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='ppv_refund_positive'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'pending'), ('decided_at__isnull', True)), models.Q(models.Q(('state', 'pending'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='ppv_refund_decided')],
            },
        ),
    ]
