import django.core.validators
import ppv_plugin.rooms.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ppv_plugin', '0013_studios'),
    ]

    operations = [
        migrations.AddField(
            model_name='meteredsession',
            name='own_rule',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='meteredsession',
            name='reserve',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='pricingsettings',
            name='reserve_minutes',
            field=models.PositiveIntegerField(default=0, help_text='A paid session ends when what is left would fall below the price of so many minutes. Fewer than those needed to start; 0 = all may be spent.', validators=[django.core.validators.MaxValueValidator(120)], verbose_name='minutes that stay in the wallet'),
        ),
        migrations.AddField(
            model_name='roommode',
            name='features',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AlterField(
            model_name='meteredsession',
            name='end_reason',
            field=models.CharField(blank=True, choices=[('client', 'ended by the client'), ('performer', 'ended by the performer'), ('funds', 'funds ran out'), ('reserve', 'ended with the reserve kept'), ('limit', 'the own limit of the client was reached'), ('client_lost', 'the connection of the client was lost'), ('performer_lost', 'the connection of the performer was lost'), ('media_lost', 'sound and picture were lost'), ('never_started', 'sound and picture never started'), ('show_ended', 'the show ended'), ('mode_changed', 'the mode of the room changed'), ('staff', 'ended by the site'), ('no_rule', 'its billing rule is not there any more')], default='', max_length=16),
        ),
        migrations.AlterField(
            model_name='pricingsettings',
            name='rule',
            field=models.CharField(choices=ppv_plugin.rooms.models.selectable_rules, default='per_second', help_text='For private shows, and for room modes without a rule of their own.', max_length=24, verbose_name='billing rule'),
        ),
        migrations.AlterField(
            model_name='roommode',
            name='rule',
            field=models.CharField(blank=True, choices=ppv_plugin.rooms.models.selectable_rules, default='', help_text="Empty = the site's rule.", max_length=24, verbose_name='billing rule'),
        ),
    ]
