import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ppv_plugin', '0006_spend_limits'),
    ]

    operations = [
        migrations.AddField(
            model_name='pricingsettings',
            name='grace_window_minutes',
            field=models.PositiveIntegerField(default=60, help_text='Who comes back to the same person within so many minutes of a visit has only the free seconds left that earlier visits did not use. Private and group visits count apart. 0 = every visit has its own grace.', validators=[django.core.validators.MaxValueValidator(10080)], verbose_name='minutes in which grace is given once'),
        ),
    ]
