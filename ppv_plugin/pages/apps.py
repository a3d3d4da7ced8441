"""The optional app with concrete page types, for sites that use Wagtail's own Page."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PPVPagesConfig(AppConfig):
    name = "ppv_plugin.pages"
    label = "ppv_plugin_pages"
    verbose_name = _("Video chat pages")
    default_auto_field = "django.db.models.BigAutoField"
