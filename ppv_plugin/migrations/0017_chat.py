import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ppv_plugin", "0015_permissions"),
        ("wagtailcore", "0094_alter_page_locale"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChatSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "slow_seconds",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="0 = off; 600 at most. performers may set more for their own chat, never less.",
                        validators=[django.core.validators.MaxValueValidator(600)],
                        verbose_name="slow mode: seconds between two messages of one person",
                    ),
                ),
                (
                    "per_person",
                    models.PositiveIntegerField(
                        default=6,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(50),
                        ],
                        verbose_name="messages of one person in 10 seconds",
                    ),
                ),
                (
                    "per_room",
                    models.PositiveIntegerField(
                        default=60,
                        help_text="Above it the newest are refused, and the writer is asked to wait.",
                        validators=[
                            django.core.validators.MinValueValidator(5),
                            django.core.validators.MaxValueValidator(500),
                        ],
                        verbose_name="messages of everybody in one chat in 10 seconds",
                    ),
                ),
                (
                    "words",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="One to a line. Whole words, whatever their case or width; a line may hold several words.",
                        max_length=20000,
                        verbose_name="unwanted words",
                    ),
                ),
                (
                    "word_action",
                    models.CharField(
                        choices=[
                            ("mask", "Show dots instead of the word"),
                            ("refuse", "Refuse the message and say why"),
                        ],
                        default="mask",
                        max_length=6,
                        verbose_name="a message with such a word",
                    ),
                ),
                (
                    "joins",
                    models.BooleanField(
                        default=True,
                        help_text="Nobody is announced where watching is free.",
                        verbose_name="say who enters a paid show",
                    ),
                ),
                (
                    "address_days",
                    models.PositiveIntegerField(
                        default=30,
                        help_text="A ban of an address ends after so many days; the ban of the person does not.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(365),
                        ],
                        verbose_name="days for which hashed addresses are kept",
                    ),
                ),
                ("free_caps", models.BooleanField(default=False, verbose_name="limit how long people watch for free")),
                (
                    "visitor_free_minutes",
                    models.PositiveIntegerField(
                        default=60,
                        validators=[django.core.validators.MaxValueValidator(1440)],
                        verbose_name="minutes a day without signing in",
                    ),
                ),
                (
                    "member_free_minutes",
                    models.PositiveIntegerField(
                        default=720,
                        validators=[django.core.validators.MaxValueValidator(1440)],
                        verbose_name="minutes a day for who is signed in and has an empty wallet",
                    ),
                ),
            ],
            options={
                "verbose_name": "Video chat: chat",
            },
        ),
        migrations.CreateModel(
            name="FreeUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("key", models.CharField(max_length=72)),
                ("used_ms", models.PositiveBigIntegerField(default=0)),
                ("counted_to", models.DateTimeField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RoomChat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slow_seconds", models.PositiveIntegerField(default=0)),
                ("words", models.TextField(blank=True, default="", max_length=4000)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Sanction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("mute", "May not write"), ("kick", "Put out"), ("ban", "Banned")],
                        max_length=4,
                        verbose_name="what",
                    ),
                ),
                ("until", models.DateTimeField(blank=True, null=True, verbose_name="until")),
                ("address", models.CharField(blank=True, default="", max_length=32)),
                ("by_address", models.BooleanField(default=False, verbose_name="and the address")),
                ("reason", models.CharField(blank=True, default="", max_length=500, verbose_name="because of")),
                ("cid", models.CharField(blank=True, default="", max_length=40)),
                ("at", models.DateTimeField(verbose_name="when")),
                ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="lifted")),
            ],
            options={
                "verbose_name": "ban",
                "verbose_name_plural": "bans",
                "default_permissions": ("view",),
            },
        ),
        migrations.AlterModelOptions(
            name="message",
            options={
                "default_permissions": ("view",),
                "permissions": [("moderate_chat", "Can moderate the chat of every room, and enter it unseen")],
                "verbose_name": "chat message",
                "verbose_name_plural": "chat messages",
            },
        ),
        migrations.AddField(
            model_name="message",
            name="address",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
        migrations.AddField(
            model_name="message",
            name="hidden_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="hidden_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="mentions",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="presence",
            name="address",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
        migrations.AddField(
            model_name="presence",
            name="visitor",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
        migrations.AlterField(
            model_name="message",
            name="author_kind",
            field=models.CharField(
                choices=[("performer", "Performer"), ("client", "Client"), ("system", "System")],
                max_length=10,
                verbose_name="written by",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="author_name",
            field=models.CharField(blank=True, default="", max_length=80, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="message",
            name="hidden",
            field=models.BooleanField(default=False, verbose_name="deleted"),
        ),
        migrations.AlterField(
            model_name="message",
            name="sent_at",
            field=models.DateTimeField(verbose_name="when"),
        ),
        migrations.AlterField(
            model_name="message",
            name="text",
            field=models.CharField(max_length=500, verbose_name="text"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["room", "author_key", "-id"], name="ppv_message_author"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("address", ""), _negated=True), fields=["sent_at"], name="ppv_message_address"
            ),
        ),
        migrations.AddField(
            model_name="chatsettings",
            name="site",
            field=models.OneToOneField(
                editable=False, on_delete=django.db.models.deletion.CASCADE, to="wagtailcore.site"
            ),
        ),
        migrations.AddField(
            model_name="freeuse",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="wagtailcore.site"
            ),
        ),
        migrations.AddField(
            model_name="roomchat",
            name="room",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="chat", to="ppv_plugin.room"
            ),
        ),
        migrations.AddField(
            model_name="sanction",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="sanction",
            name="client",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="sanctions", to="ppv_plugin.client"
            ),
        ),
        migrations.AddField(
            model_name="sanction",
            name="lifted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="sanction",
            name="room",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sanctions",
                to="ppv_plugin.room",
                verbose_name="room",
            ),
        ),
        migrations.AddConstraint(
            model_name="freeuse",
            constraint=models.UniqueConstraint(fields=("site", "day", "key"), name="ppv_free_use_once"),
        ),
        migrations.AddIndex(
            model_name="sanction",
            index=models.Index(fields=["room", "client", "kind"], name="ppv_sanction_client"),
        ),
        migrations.AddIndex(
            model_name="sanction",
            index=models.Index(
                condition=models.Q(("address", ""), _negated=True), fields=["address"], name="ppv_sanction_address"
            ),
        ),
        migrations.AddConstraint(
            model_name="sanction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cid", ""), _negated=True), fields=("room", "cid"), name="ppv_sanction_cid"
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="room",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="messages",
                to="ppv_plugin.room",
                verbose_name="room",
            ),
        ),
    ]
