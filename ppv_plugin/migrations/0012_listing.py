import uuid
from datetime import UTC, datetime

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


def remember_last_shows(apps, schema_editor):
    """When each room was online last: the end of its last show, or where it is live its beginning."""
    room, show = apps.get_model("ppv_plugin", "Room"), apps.get_model("ppv_plugin", "Show")
    last = show.objects.filter(room_id=models.OuterRef("pk")).order_by("-started_at")
    moment = last.annotate(moment=models.functions.Coalesce("ended_at", "started_at")).values("moment")[:1]
    room.objects.filter(models.Exists(last)).update(online_at=models.Subquery(moment))
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks to come gets no index


class Migration(migrations.Migration):

    dependencies = [
        ('ppv_plugin', '0011_prices'),
    ]

    operations = [
        migrations.AddField(
            model_name='room',
            name='offline',
            field=models.GeneratedField(db_persist=True, expression=models.Q(('state', 'offline')), output_field=models.BooleanField()),
        ),
        migrations.AddField(
            model_name='room',
            name='online_at',
            field=models.DateTimeField(default=datetime(1970, 1, 1, 0, 0, tzinfo=UTC), editable=False),
        ),
        migrations.AddField(
            model_name='room',
            name='rating_count',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='room',
            name='rating_score',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='room',
            name='rating_sum',
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.CreateModel(
            name='RoomCategory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('translation_key', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('key', models.SlugField(blank=True, help_text='The short name in addresses, the same in every language. Empty = made of the name.', max_length=40, verbose_name='key')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('sort_order', models.IntegerField(default=0, editable=False)),
                ('locale', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='wagtailcore.locale', verbose_name='locale')),
            ],
            options={
                'verbose_name': 'category of rooms',
                'verbose_name_plural': 'categories of rooms',
                'ordering': ('sort_order', 'id'),
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='room',
            name='category',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='ppv_plugin.roomcategory', verbose_name='category'),
        ),
        migrations.CreateModel(
            name='RoomLanguage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=12)),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='languages', to='ppv_plugin.room')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stars', models.PositiveSmallIntegerField(verbose_name='stars')),
                ('given_at', models.DateTimeField(verbose_name='given')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='ppv_plugin.client')),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ratings', to='ppv_plugin.room', verbose_name='room')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ppv_plugin.meteredsession')),
            ],
            options={
                'verbose_name': 'rating',
                'verbose_name_plural': 'ratings',
                'default_permissions': ('view', 'delete'),
                'constraints': [models.UniqueConstraint(fields=('room', 'client'), name='ppv_rating_once'), models.CheckConstraint(condition=models.Q(('stars__gte', 1), ('stars__lte', 5)), name='ppv_rating_stars')],
            },
        ),
        migrations.AddConstraint(
            model_name='roomcategory',
            constraint=models.UniqueConstraint(fields=('key', 'locale'), name='ppv_category_key_per_locale'),
        ),
        migrations.AlterUniqueTogether(
            name='roomcategory',
            unique_together={('translation_key', 'locale')},
        ),
        migrations.AddConstraint(
            model_name='roomlanguage',
            constraint=models.UniqueConstraint(fields=('code', 'room'), name='ppv_room_language_once'),
        ),
        migrations.RemoveIndex(
            model_name='room',
            name='ppv_room_listing',
        ),
        migrations.AddIndex(
            model_name='room',
            index=models.Index(fields=['site', 'offline', '-featured', '-online_at', 'id'], name='ppv_room_listing'),
        ),
        migrations.AddIndex(
            model_name='room',
            index=models.Index(fields=['site', '-featured', 'offline', '-online_at', 'id'], name='ppv_room_featured'),
        ),
        migrations.AddIndex(
            model_name='room',
            index=models.Index(fields=['site', 'offline', '-online_at', 'id'], name='ppv_room_seen'),
        ),
        migrations.AddIndex(
            model_name='room',
            index=models.Index(fields=['site', '-rating_score', '-rating_count', 'id'], name='ppv_room_rating'),
        ),
        migrations.AddIndex(
            model_name='room',
            index=models.Index(fields=['site', '-created_at', 'id'], name='ppv_room_new'),
        ),
        migrations.AddIndex(
            model_name='room',
            index=models.Index('site', django.db.models.functions.text.Lower('title'), 'id', name='ppv_room_name'),
        ),
        migrations.RunPython(remember_last_shows, migrations.RunPython.noop),
    ]
