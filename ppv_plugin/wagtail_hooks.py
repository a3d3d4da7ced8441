"""What the package puts into Wagtail's admin: one menu group."""

from __future__ import annotations

from wagtail.snippets.models import register_snippet

from ppv_plugin.backoffice.menu import VideoChatGroup

register_snippet(VideoChatGroup)
