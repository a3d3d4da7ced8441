import django.core.validators
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


def note_who_was_live(apps, schema_editor):
    """Until now a room was one performer's for good."""
    show, room = apps.get_model("ppv_plugin", "Show"), apps.get_model("ppv_plugin", "Room")
    owner = room.objects.filter(pk=models.OuterRef("room_id")).values("performer_id")[:1]
    show.objects.filter(performer=None).update(performer_id=models.Subquery(owner))


def give_rooms_back(apps, schema_editor):
    """A room that is nobody's goes to whoever was live there last; one that never was live goes."""
    show, room = apps.get_model("ppv_plugin", "Show"), apps.get_model("ppv_plugin", "Room")
    last = show.objects.filter(room_id=models.OuterRef("pk"), performer__isnull=False).order_by("-started_at")
    unassigned = room.objects.filter(performer=None)
    unassigned.update(performer_id=models.Subquery(last.values("performer_id")[:1]))
    gone = list(unassigned.values_list("pk", flat=True))
    for relation in room._meta.related_objects:  # by hand: the tags' manager cannot be asked with models of the past
        relation.related_model.objects.filter(**{f"{relation.field.name}__in": gone}).delete()
    unassigned.all()._raw_delete(schema_editor.connection.alias)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come cannot be altered


class Migration(migrations.Migration):

    dependencies = [
        ('ppv_plugin', '0016_tips'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StudioInvitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('email', models.EmailField(max_length=254)),
                ('language', models.CharField(blank=True, default='', max_length=12)),
                ('state', models.CharField(choices=[('open', 'Invited'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], default='open', max_length=10)),
                ('sent_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'invitation',
                'verbose_name_plural': 'invitations',
                'default_permissions': ('view',),
            },
        ),
        migrations.AddField(
            model_name='performer',
            name='disabled',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='performer',
            name='disabled_reason',
            field=models.CharField(blank=True, default='', editable=False, max_length=120),
        ),
        migrations.AddField(
            model_name='performer',
            name='studio_share_bp',
            field=models.PositiveIntegerField(blank=True, help_text='Basis points of the part of this performer; empty = what its studio takes of all.', null=True, verbose_name='share of the studio'),
        ),
        migrations.AddField(
            model_name='performer',
            name='studio_since',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='rolesettings',
            name='studio_performers_max',
            field=models.PositiveIntegerField(default=20, help_text='With those who are invited and have not answered. One with a limit of its own has that instead.', validators=[django.core.validators.MaxValueValidator(10000)], verbose_name='performers of one studio at most'),
        ),
        migrations.AddField(
            model_name='rolesettings',
            name='studio_rooms_max',
            field=models.PositiveIntegerField(default=50, help_text='One with a limit of its own has that instead.', validators=[django.core.validators.MaxValueValidator(10000)], verbose_name='rooms of one studio at most'),
        ),
        migrations.AddField(
            model_name='rolesettings',
            name='studio_share_max_bp',
            field=models.PositiveIntegerField(default=10000, help_text='Basis points of the part of a performer: 4000 = 40 %. A share that is higher counts as this one.', validators=[django.core.validators.MaxValueValidator(10000)], verbose_name='highest share of a studio'),
        ),
        migrations.AddField(
            model_name='room',
            name='studio',
            field=models.ForeignKey(blank=True, help_text='Whose it is and who assigns it; empty = it belongs to the performer.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rooms', to='ppv_plugin.studio', verbose_name='studio'),
        ),
        migrations.AddField(
            model_name='show',
            name='performer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ppv_plugin.performer'),
        ),
        migrations.AddField(
            model_name='studio',
            name='performers_max',
            field=models.PositiveIntegerField(blank=True, help_text="Empty = the site's limit.", null=True, verbose_name='performers at most'),
        ),
        migrations.AddField(
            model_name='studio',
            name='rooms_max',
            field=models.PositiveIntegerField(blank=True, help_text="Empty = the site's limit.", null=True, verbose_name='rooms at most'),
        ),
        migrations.AlterField(
            model_name='room',
            name='performer',
            field=models.ForeignKey(blank=True, help_text="Empty = nobody's for now, which only rooms of a studio may be: nobody sees it then.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rooms', to='ppv_plugin.performer', verbose_name='performer'),
        ),
        migrations.AddConstraint(
            model_name='performer',
            constraint=models.CheckConstraint(condition=models.Q(('studio_share_bp__isnull', True), ('studio_share_bp__lte', 10000), _connector='OR'), name='ppv_performer_studio_share'),
        ),
        migrations.AddConstraint(
            model_name='room',
            constraint=models.CheckConstraint(condition=models.Q(('performer__isnull', False), ('studio__isnull', False), _connector='OR'), name='ppv_room_is_somebodys'),
        ),
        migrations.AddField(
            model_name='studioinvitation',
            name='invited_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='studioinvitation',
            name='performer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='ppv_plugin.performer'),
        ),
        migrations.AddField(
            model_name='studioinvitation',
            name='site',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='wagtailcore.site'),
        ),
        migrations.AddField(
            model_name='studioinvitation',
            name='studio',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='ppv_plugin.studio'),
        ),
        migrations.AddConstraint(
            model_name='studioinvitation',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('studio', 'email'), name='ppv_invited_once'),
        ),
        migrations.RunPython(note_who_was_live, give_rooms_back),
    ]
