"""The permission to change prices and shares, apart from that to change rooms."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ppv_plugin", "0014_hooks_and_reserve")]

    operations = [
        migrations.AlterModelOptions(
            name="room",
            options={
                "permissions": [("change_prices", "Can change prices and shares of rooms and people")],
                "verbose_name": "room",
                "verbose_name_plural": "rooms",
            },
        ),
    ]
