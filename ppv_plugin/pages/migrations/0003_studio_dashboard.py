import django.db.models.deletion
import swapper
import wagtail.fields
from django.db import migrations, models

# Portable between Wagtail 7.4 (Page is fixed) and 8.0 (Page may be swapped), as in 0001.
swapper.set_app_prefix("wagtailcore", "wagtail")


class Migration(migrations.Migration):
    dependencies = [
        ("ppv_plugin_pages", "0002_registration_page"),
        swapper.dependency("wagtailcore", "Page"),
    ]

    operations = [
        migrations.CreateModel(
            name="StudioDashboardPage",
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
            ],
            options={"verbose_name": "studio dashboard page", "verbose_name_plural": "studio dashboard pages"},
            bases=(swapper.get_model_name("wagtailcore", "Page").lower(),),
        ),
    ]
