"""The package's own style sheet, on every page of the admin: its lists, panels, reports and forms are among them."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail.admin.staticfiles import versioned_static


def style_sheet() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', versioned_static("ppv_plugin/css/backoffice.css"))
