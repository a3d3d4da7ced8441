"""The demo site's own page: a home page of blocks, as any Wagtail site has one."""

from __future__ import annotations

from typing import ClassVar

from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from ppv_plugin.blocks import ppv_blocks


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(max_length=120)
    answer = blocks.TextBlock(max_length=600)

    class Meta:
        icon = "help"
        template = "demo_site/blocks/question.html"


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=60)
    text = blocks.TextBlock(max_length=300)

    class Meta:
        icon = "list-ol"
        template = "demo_site/blocks/step.html"


class HomePage(Page):
    lead = RichTextField(features=["bold", "italic", "link"], blank=True, default="")
    body = StreamField(
        [
            ("heading", blocks.CharBlock(max_length=80, icon="title", template="demo_site/blocks/heading.html")),
            ("paragraph", blocks.RichTextBlock(features=["bold", "italic", "link", "ul"])),
            ("steps", blocks.ListBlock(StepBlock(), template="demo_site/blocks/steps.html")),
            ("question", QuestionBlock()),
            *ppv_blocks(),
        ],
        blank=True,
    )

    content_panels: ClassVar = [*Page.content_panels, FieldPanel("lead"), FieldPanel("body")]
    parent_page_types: ClassVar = ["wagtailcore.Page"]
