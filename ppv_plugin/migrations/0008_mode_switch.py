import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ppv_plugin', '0007_grace_window'),
    ]

    operations = [
        migrations.AddField(
            model_name='show',
            name='mode_number',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='visit',
            name='mode_number',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.CreateModel(
            name='ModeSwitch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('terms_before', models.JSONField()),
                ('terms', models.JSONField()),
                ('cid', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('mode', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ppv_plugin.roommode')),
                ('show', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mode_switches', to='ppv_plugin.show')),
            ],
            options={
                'default_permissions': ('view',),
                'constraints': [models.UniqueConstraint(fields=('show', 'number'), name='ppv_switch_number'), models.UniqueConstraint(fields=('show', 'cid'), name='ppv_switch_cid')],
            },
        ),
    ]
