import django.core.validators
import django.db.models.deletion
import swapper
import wagtail.contrib.routable_page.models
import wagtail.fields
from django.db import migrations, models

# Portable between Wagtail 7.4 (Page is fixed) and 8.0 (Page may be swapped): never name the setting or a late migration.
swapper.set_app_prefix("wagtailcore", "wagtail")


def page_pointer():
    return (
        "page_ptr",
        models.OneToOneField(
            auto_created=True,
            on_delete=django.db.models.deletion.CASCADE,
            parent_link=True,
            primary_key=True,
            serialize=False,
            to=swapper.get_model_name("wagtailcore", "Page"),
        ),
    )


def intro():
    return ("intro", wagtail.fields.RichTextField(blank=True, default="", verbose_name="introduction"))


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("wagtailcore", "0094_alter_page_locale"),
        swapper.dependency("wagtailcore", "Page"),
    ]

    operations = [
        migrations.CreateModel(
            name="LiveListingPage",
            fields=[
                page_pointer(),
                intro(),
                (
                    "rooms_per_page",
                    models.PositiveIntegerField(
                        default=24,
                        validators=[
                            django.core.validators.MinValueValidator(6),
                            django.core.validators.MaxValueValidator(96),
                        ],
                        verbose_name="rooms per page",
                    ),
                ),
            ],
            options={"verbose_name": "live listing page", "verbose_name_plural": "live listing pages"},
            bases=(
                wagtail.contrib.routable_page.models.RoutablePageMixin,
                swapper.get_model_name("wagtailcore", "Page").lower(),
            ),
        ),
        migrations.CreateModel(
            name="PerformerDashboardPage",
            fields=[page_pointer(), intro()],
            options={
                "verbose_name": "performer dashboard page",
                "verbose_name_plural": "performer dashboard pages",
            },
            bases=(swapper.get_model_name("wagtailcore", "Page").lower(),),
        ),
        migrations.CreateModel(
            name="WalletPage",
            fields=[page_pointer(), intro()],
            options={"verbose_name": "wallet page", "verbose_name_plural": "wallet pages"},
            bases=(swapper.get_model_name("wagtailcore", "Page").lower(),),
        ),
    ]
