"""What the package puts into Wagtail's admin: one menu group, and its words in the audit log."""

from __future__ import annotations

from wagtail import hooks
from wagtail.snippets.models import register_snippet

from ppv_plugin.backoffice import audit
from ppv_plugin.backoffice.menu import VideoChatGroup

register_snippet(VideoChatGroup)
hooks.register("register_log_actions", audit.register)
