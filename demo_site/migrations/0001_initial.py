import django.db.models.deletion
import swapper
import wagtail.fields
from django.db import migrations, models

swapper.set_app_prefix("wagtailcore", "wagtail")  # the same file serves Wagtail 7.4 and 8


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("wagtailcore", "0094_alter_page_locale"),
    ]

    operations = [
        migrations.CreateModel(
            name="HomePage",
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
                ("lead", wagtail.fields.RichTextField(blank=True, default="")),
                (
                    "body",
                    wagtail.fields.StreamField(
                        [("heading", 0), ("paragraph", 1), ("steps", 5), ("question", 8)],
                        blank=True,
                        block_lookup={
                            0: (
                                "wagtail.blocks.CharBlock",
                                (),
                                {"icon": "title", "max_length": 80, "template": "demo_site/blocks/heading.html"},
                            ),
                            1: ("wagtail.blocks.RichTextBlock", (), {"features": ["bold", "italic", "link", "ul"]}),
                            2: ("wagtail.blocks.CharBlock", (), {"max_length": 60}),
                            3: ("wagtail.blocks.TextBlock", (), {"max_length": 300}),
                            4: ("wagtail.blocks.StructBlock", [[("title", 2), ("text", 3)]], {}),
                            5: ("wagtail.blocks.ListBlock", (4,), {"template": "demo_site/blocks/steps.html"}),
                            6: ("wagtail.blocks.CharBlock", (), {"max_length": 120}),
                            7: ("wagtail.blocks.TextBlock", (), {"max_length": 600}),
                            8: ("wagtail.blocks.StructBlock", [[("question", 6), ("answer", 7)]], {}),
                        },
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
            bases=("wagtailcore.page",),
        ),
    ]
