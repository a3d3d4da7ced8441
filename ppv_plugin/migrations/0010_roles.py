import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ppv_plugin', '0009_entries_by_account'),
        ('wagtailcore', '0094_alter_page_locale'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='performer',
            options={'permissions': [('review_role', 'Can approve, reject and suspend people in their roles')], 'verbose_name': 'performer', 'verbose_name_plural': 'performers'},
        ),
        migrations.AddField(
            model_name='client',
            name='language',
            field=models.CharField(default='', editable=False, max_length=12),
        ),
        migrations.AddField(
            model_name='client',
            name='site',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.site'),
        ),
        migrations.AddField(
            model_name='client',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('suspended', 'Suspended')], default='approved', max_length=12, verbose_name='status'),
        ),
        migrations.AddField(
            model_name='performer',
            name='language',
            field=models.CharField(default='', editable=False, max_length=12),
        ),
        migrations.AddField(
            model_name='performer',
            name='site',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.site'),
        ),
        migrations.AddField(
            model_name='studio',
            name='language',
            field=models.CharField(default='', editable=False, max_length=12),
        ),
        migrations.AddField(
            model_name='studio',
            name='site',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.site'),
        ),
        migrations.AddField(
            model_name='studio',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('suspended', 'Suspended')], default='approved', max_length=12, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='account',
            name='kind',
            field=models.CharField(choices=[('client', 'Wallet of a client'), ('performer', 'Earnings of a performer'), ('studio', 'Earnings of a studio'), ('house', 'House'), ('provider', 'Payment provider'), ('receivable', 'Owed to the house')], max_length=12),
        ),
        migrations.AlterField(
            model_name='label',
            name='indefinite',
            field=models.CharField(blank=True, default='', help_text='As in “a teacher”. Empty = the word alone.', max_length=50, verbose_name='with article'),
        ),
        migrations.AlterField(
            model_name='label',
            name='language',
            field=models.CharField(blank=True, default='', help_text='Its code, as in “de” or “en-gb”. Empty = every language.', max_length=12, verbose_name='language'),
        ),
        migrations.AlterField(
            model_name='label',
            name='plural',
            field=models.CharField(help_text='As in “teachers”.', max_length=40, verbose_name='many'),
        ),
        migrations.AlterField(
            model_name='label',
            name='singular',
            field=models.CharField(help_text='As in “teacher”.', max_length=40, verbose_name='one'),
        ),
        migrations.AlterField(
            model_name='labelsettings',
            name='preset',
            field=models.CharField(choices=[('broadcaster', 'Broadcaster / viewer'), ('teacher', 'Teacher / student'), ('therapist', 'Therapist / patient'), ('consultant', 'Consultant / client'), ('artist', 'Artist / fan')], default='broadcaster', help_text='The words of the whole site, in pages, messages and this admin. They change as soon as you save.', max_length=20, verbose_name='words'),
        ),
        migrations.AlterField(
            model_name='meteredsession',
            name='end_reason',
            field=models.CharField(blank=True, choices=[('client', 'ended by the client'), ('performer', 'ended by the performer'), ('funds', 'funds ran out'), ('limit', 'the own limit of the client was reached'), ('client_lost', 'the connection of the client was lost'), ('performer_lost', 'the connection of the performer was lost'), ('media_lost', 'sound and picture were lost'), ('never_started', 'sound and picture never started'), ('show_ended', 'the show ended'), ('mode_changed', 'the mode of the room changed'), ('staff', 'ended by the site')], default='', max_length=16),
        ),
        migrations.AlterField(
            model_name='performer',
            name='status',
            field=models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('suspended', 'Suspended')], default='approved', max_length=12, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='performer',
            name='studio',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='performers', to='ppv_plugin.studio', verbose_name='studio'),
        ),
        migrations.AlterField(
            model_name='studio',
            name='share_bp',
            field=models.PositiveIntegerField(default=3000, help_text='Of the part of the performer, in basis points: 3000 = 30 %.', verbose_name='share'),
        ),
        migrations.CreateModel(
            name='RoleSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_open', models.BooleanField(default=True, verbose_name='may register')),
                ('client_approval', models.BooleanField(default=False, help_text='Before that they can watch what is free, and nothing else.', verbose_name='need approval')),
                ('client_email', models.BooleanField(default=False, help_text='By a link that is sent to it.', verbose_name='confirm their e-mail address')),
                ('performer_open', models.BooleanField(default=True, verbose_name='may register')),
                ('performer_approval', models.BooleanField(default=True, verbose_name='need approval')),
                ('performer_email', models.BooleanField(default=False, help_text='By a link that is sent to it.', verbose_name='confirm their e-mail address')),
                ('performer_room', models.BooleanField(default=True, help_text='Made when they register, under their public name. Otherwise somebody makes it here.', verbose_name='get a room of their own')),
                ('unapproved_live', models.CharField(choices=[('nobody', 'Nobody before approval'), ('submitted', 'Who waits for approval'), ('draft', 'Also who has not confirmed the e-mail address')], default='nobody', help_text='Who was rejected or suspended never goes live.', max_length=12, verbose_name='who may go live without approval')),
                ('studio_open', models.BooleanField(default=False, verbose_name='may register')),
                ('studio_approval', models.BooleanField(default=True, verbose_name='need approval')),
                ('studio_email', models.BooleanField(default=False, help_text='By a link that is sent to it.', verbose_name='confirm their e-mail address')),
                ('site', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.CASCADE, to='wagtailcore.site')),
            ],
            options={
                'verbose_name': 'Video chat: roles',
            },
        ),
        migrations.CreateModel(
            name='StatusChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('client', 'Client'), ('performer', 'Performer'), ('studio', 'Studio')], max_length=12)),
                ('subject', models.UUIDField()),
                ('before', models.CharField(blank=True, choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('suspended', 'Suspended')], default='', max_length=12)),
                ('after', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('suspended', 'Suspended')], max_length=12)),
                ('reason', models.CharField(blank=True, default='', max_length=500)),
                ('at', models.DateTimeField()),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'change of status',
                'verbose_name_plural': 'changes of status',
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['role', 'subject'], name='ppv_status_history')],
            },
        ),
    ]
