"""The demo site as a Django app."""

from django.apps import AppConfig


class DemoSiteConfig(AppConfig):
    name = "demo_site"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import receivers  # noqa: F401
