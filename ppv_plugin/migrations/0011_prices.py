import django.core.validators
import django.db.models.deletion
import ppv_plugin.ledger.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ppv_plugin', '0010_roles'),
    ]

    operations = [
        migrations.AlterField(
            model_name='pricingsettings',
            name='cpm_max',
            field=ppv_plugin.ledger.fields.TokensField(default=500, help_text='Per minute. An own price that is higher already counts as this one.', verbose_name='highest price a performer may set'),
        ),
        migrations.AlterField(
            model_name='pricingsettings',
            name='cpm_min',
            field=ppv_plugin.ledger.fields.TokensField(default=10, help_text='Per minute. An own price that is lower already counts as this one.', verbose_name='lowest price a performer may set'),
        ),
        migrations.AlterField(
            model_name='pricingsettings',
            name='grace_seconds',
            field=models.PositiveIntegerField(default=10, help_text='Free seconds at the start, 3600 at most. Up-front minutes without grace ignore them.', validators=[django.core.validators.MaxValueValidator(3600)], verbose_name='grace in private shows'),
        ),
        migrations.AlterField(
            model_name='pricingsettings',
            name='minutes_to_start',
            field=models.PositiveIntegerField(default=5, help_text='To ask for a private show or to enter a paid one, 120 at most. All of it may then be spent.', validators=[django.core.validators.MaxValueValidator(120)], verbose_name='minutes a client must be able to pay'),
        ),
        migrations.AlterField(
            model_name='pricingsettings',
            name='performer_pricing',
            field=models.BooleanField(default=True, help_text="Off = every private show costs the site's price; own prices are kept for later, and not used.", verbose_name='performers set their own prices'),
        ),
        migrations.AlterField(
            model_name='pricingsettings',
            name='private_cpm',
            field=ppv_plugin.ledger.fields.TokensField(default=50, help_text='Where a performer has no price of their own. Between the lowest and the highest price below.', verbose_name='private show, per minute'),
        ),
        migrations.AlterField(
            model_name='pricingsettings',
            name='request_seconds',
            field=models.PositiveIntegerField(default=120, help_text='From 15 to 900. A request that nobody answered ends by itself and costs nothing.', validators=[django.core.validators.MinValueValidator(15), django.core.validators.MaxValueValidator(900)], verbose_name='seconds to answer a request'),
        ),
        migrations.AlterField(
            model_name='pricingsettings',
            name='rule',
            field=models.CharField(choices=[('per_second', 'Per second, after grace'), ('started_minutes', 'Started minutes, after grace'), ('upfront_minutes', 'Up-front minutes, no grace'), ('upfront_after_grace', 'Up-front minutes, after grace'), ('threshold', 'Per second, free below a threshold'), ('steps', 'Steps of some seconds, after grace'), ('minimum', 'A minimum, then per second')], default='per_second', help_text='For private shows, and for room modes without a rule of their own.', max_length=24, verbose_name='billing rule'),
        ),
        migrations.AlterField(
            model_name='roommode',
            name='active',
            field=models.BooleanField(default=True, help_text='Off = performers do not see it; shows that run in it go on.', verbose_name='can be chosen'),
        ),
        migrations.AlterField(
            model_name='roommode',
            name='description',
            field=models.CharField(blank=True, default='', help_text='One sentence for performers who choose a mode.', max_length=240, verbose_name='description'),
        ),
        migrations.AlterField(
            model_name='roommode',
            name='grace_seconds',
            field=models.PositiveIntegerField(default=10, help_text='Free seconds at the start of each visit, 3600 at most. Up-front minutes without grace ignore them.', validators=[django.core.validators.MaxValueValidator(3600)], verbose_name='grace'),
        ),
        migrations.AlterField(
            model_name='roommode',
            name='key',
            field=models.SlugField(help_text='The short name in addresses and imports, the same in every language.', max_length=40, verbose_name='key'),
        ),
        migrations.AlterField(
            model_name='roommode',
            name='name',
            field=models.CharField(help_text='What performers choose and clients read.', max_length=60, verbose_name='name'),
        ),
        migrations.AlterField(
            model_name='roommode',
            name='requests_enabled',
            field=models.BooleanField(default=True, help_text='Clients may ask for a private show while this mode runs.', verbose_name='private requests'),
        ),
        migrations.AlterField(
            model_name='roommode',
            name='snapshot_seconds',
            field=models.PositiveIntegerField(default=15, help_text='From 5 to 3600.', validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(3600)], verbose_name='seconds between pictures'),
        ),
        migrations.AlterField(
            model_name='roommode',
            name='snapshots_enabled',
            field=models.BooleanField(default=True, help_text='The listing shows a still picture while live.', verbose_name='pictures in the listing'),
        ),
        migrations.AlterField(
            model_name='roommode',
            name='viewers_max',
            field=models.PositiveIntegerField(blank=True, help_text='How many may be inside at once. Empty = no limit.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='places'),
        ),
        migrations.CreateModel(
            name='ClientPrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cpm', ppv_plugin.ledger.fields.TokensField()),
                ('set_at', models.DateTimeField()),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='ppv_plugin.client')),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='client_prices', to='ppv_plugin.room')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('room', 'client'), name='ppv_client_price_once'), models.CheckConstraint(condition=models.Q(('cpm__gte', 0)), name='ppv_client_price_positive')],
            },
        ),
    ]

