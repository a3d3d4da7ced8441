import django.core.validators
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ppv_plugin', '0022_calls'),
        ('wagtailcore', '0094_alter_page_locale'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='privaterequest',
            name='recording',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='privateshow',
            name='recorded',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='roommode',
            name='recorded',
            field=models.BooleanField(default=False, help_text="What the performer sends is kept in a private file. Everybody is told and asked before. Only where the site's settings let shows be recorded.", verbose_name='recorded'),
        ),
        migrations.CreateModel(
            name='RecordingSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('enabled', models.BooleanField(default=False, help_text='In room modes that say so. It holds for shows that begin from then on.', verbose_name='record shows')),
                ('private_enabled', models.BooleanField(default=False, help_text='One is recorded only if both sides agree to it.', verbose_name='offer recording of private shows')),
                ('retention_days', models.PositiveIntegerField(default=30, help_text='0 = they stay until somebody deletes them.', validators=[django.core.validators.MaxValueValidator(3650)], verbose_name='days until recordings are deleted')),
                ('private_pictures', models.BooleanField(default=False, help_text='They show the performer alone. Off = the picture stays that of before.', verbose_name='listing pictures of private shows too')),
                ('site', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.CASCADE, to='wagtailcore.site')),
            ],
            options={
                'verbose_name': 'Video chat: recording and pictures',
            },
        ),
        migrations.CreateModel(
            name='Recording',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('stretch', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('part', models.PositiveIntegerField(default=1)),
                ('mode_number', models.PositiveIntegerField()),
                ('mode', models.CharField(max_length=60, verbose_name='mode')),
                ('kind', models.CharField(choices=[('group', 'Public'), ('private', 'Private')], max_length=8, verbose_name='kind')),
                ('state', models.CharField(choices=[('running', 'Being recorded'), ('waiting', 'Being finished'), ('ready', 'Ready'), ('empty', 'Nothing was recorded'), ('deleted', 'Deleted')], default='running', max_length=8, verbose_name='state')),
                ('started_at', models.DateTimeField(verbose_name='began')),
                ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
                ('file', models.CharField(blank=True, default='', max_length=200)),
                ('bytes', models.PositiveBigIntegerField(default=0, verbose_name='size')),
                ('length_ms', models.PositiveBigIntegerField(default=0, verbose_name='length')),
                ('deleted_at', models.DateTimeField(null=True)),
                ('performer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recordings', to='ppv_plugin.performer', verbose_name='performer')),
                ('private_show', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ppv_plugin.privateshow')),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ppv_plugin.room', verbose_name='room')),
                ('show', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ppv_plugin.show')),
            ],
            options={
                'verbose_name': 'recording',
                'verbose_name_plural': 'recordings',
                'default_permissions': ('view', 'delete'),
                'indexes': [models.Index(fields=['performer', '-started_at'], name='ppv_recording_owner')],
                'constraints': [models.UniqueConstraint(fields=('stretch', 'part'), name='ppv_recording_part'), models.UniqueConstraint(condition=models.Q(('state', 'running')), fields=('room',), name='ppv_recording_one_running_per_room')],
            },
        ),
        migrations.CreateModel(
            name='RecordingConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mode_number', models.PositiveIntegerField()),
                ('role', models.CharField(max_length=10)),
                ('unseen', models.BooleanField(default=False)),
                ('agreed', models.BooleanField()),
                ('wording', models.TextField()),
                ('language', models.CharField(max_length=20)),
                ('at', models.DateTimeField()),
                ('request', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ppv_plugin.privaterequest')),
                ('show', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ppv_plugin.show')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'consent to a recording',
                'verbose_name_plural': 'consents to recordings',
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['show', 'user'], name='ppv_recording_consent')],
            },
        ),
    ]
