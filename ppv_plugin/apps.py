"""The app: one label and one migration history for all slices."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PPVPluginConfig(AppConfig):
    name = "ppv_plugin"
    label = "ppv_plugin"
    verbose_name = _("Video chat")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import (
            checks,  # noqa: F401  registers them
            hooks,
        )
        from .metering.own_rules import find_by
        from .metering.receipts import receivers as signing  # noqa: F401  connects it
        from .people import receivers as telling  # noqa: F401  connects it
        from .realtime import announcements
        from .shows import chat_lines, receivers  # noqa: F401  connects them

        find_by(hooks.billing_rule)
        announcements.connect()
