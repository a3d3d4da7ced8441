import django.core.validators
import ppv_plugin.ledger.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ppv_plugin", "0017_chat"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="meteredsession",
            options={"default_permissions": ("view",), "permissions": [("see_voyeur", "Can see who watched unseen")]},
        ),
        migrations.AddField(
            model_name="performer",
            name="voyeurs_in_private",
            field=models.BooleanField(default=False, editable=False, verbose_name="voyeurs may watch private shows"),
        ),
        migrations.AddField(
            model_name="privaterequest",
            name="watched",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="roommode",
            name="two_way_cpm",
            field=ppv_plugin.ledger.fields.TokensField(
                default=0,
                help_text="What who sends a camera pays instead; 0 = free.",
                verbose_name="2-way price per minute",
            ),
        ),
        migrations.AddField(
            model_name="roommode",
            name="two_way_slots",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="How many clients may send their camera to the performer, and to nobody else, at once. 0 = none.",
                validators=[django.core.validators.MaxValueValidator(12)],
                verbose_name="2-way places",
            ),
        ),
        migrations.AddField(
            model_name="roommode",
            name="voyeur_cpm",
            field=ppv_plugin.ledger.fields.TokensField(
                default=0,
                help_text="Needed where voyeurs are let in; more than 0.",
                verbose_name="voyeur's price per minute",
            ),
        ),
        migrations.AddField(
            model_name="roommode",
            name="voyeur_enabled",
            field=models.BooleanField(
                default=False,
                help_text="They are in no list and no count and cannot write. They pay their own price per minute.",
                verbose_name="voyeurs: clients who watch unseen",
            ),
        ),
        migrations.AddField(
            model_name="roommode",
            name="voyeur_private",
            field=models.BooleanField(
                default=False,
                help_text="Where the performer allows it too. Whoever asks for a private show is told.",
                verbose_name="voyeurs also of private shows",
            ),
        ),
        migrations.AddField(
            model_name="visit",
            name="manner",
            field=models.CharField(
                choices=[("group", "Group"), ("voyeur", "Voyeur"), ("two_way", "2-way")], default="group", max_length=8
            ),
        ),
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
                choices=[
                    ("client", "Wallet of a client"),
                    ("performer", "Earnings of a performer"),
                    ("studio", "Earnings of a studio"),
                    ("house", "House"),
                    ("provider", "Payment provider"),
                    ("receivable", "Owed to the house"),
                    ("veiled", "Earned unseen, told after the show"),
                ],
                max_length=12,
            ),
        ),
    ]
