"""A block for any StreamField, on the public reads only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from ppv_plugin import api


class TonightBlock(blocks.StructBlock):
    heading = blocks.CharBlock(default="Tonight", max_length=60)

    class Meta:
        icon = "view"
        label = _("Who is live tonight")
        template = "encore/tonight.html"

    def get_context(self, value, parent_context=None):
        context = super().get_context(value, parent_context=parent_context)
        context["rooms"] = api.live_rooms(request=context.get("request"), limit=3)
        return context
