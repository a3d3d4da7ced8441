import django.db.models.deletion
import swapper
import wagtail.fields
from django.db import migrations, models

# Portable between Wagtail 7.4 (Page is fixed) and 8.0 (Page may be swapped), as in 0001.
swapper.set_app_prefix("wagtailcore", "wagtail")


class Migration(migrations.Migration):
    dependencies = [
        ("ppv_plugin_pages", "0001_initial"),
        swapper.dependency("wagtailcore", "Page"),
    ]

    operations = [
        migrations.CreateModel(
            name="RegistrationPage",
            fields=[
                (
                    "page_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to=swapper.get_model_name("wagtailcore", "Page"),
                    ),
                ),
                ("intro", wagtail.fields.RichTextField(blank=True, default="", verbose_name="introduction")),
                (
                    "role",
                    models.CharField(
                        choices=[("client", "Client"), ("performer", "Performer"), ("studio", "Studio")],
                        default="client",
                        max_length=12,
                        verbose_name="people register as",
                    ),
                ),
            ],
            options={"verbose_name": "registration page", "verbose_name_plural": "registration pages"},
            bases=(swapper.get_model_name("wagtailcore", "Page").lower(),),
        ),
    ]
