"""The page types for sites that use Wagtail's own Page. Where they may stand is the editors' choice."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from ppv_plugin.wording import phrase

from .mixins import (
    LiveListingMixin,
    PerformerDashboardMixin,
    RegistrationMixin,
    StudioDashboardMixin,
    WalletMixin,
)


class LiveListingPage(LiveListingMixin, Page):
    content_panels = [*Page.content_panels, *LiveListingMixin.ppv_panels]

    class Meta:
        verbose_name = _("live listing page")
        verbose_name_plural = _("live listing pages")


class PerformerDashboardPage(PerformerDashboardMixin, Page):
    content_panels = [*Page.content_panels, *PerformerDashboardMixin.ppv_panels]
    max_count_per_parent = 1

    class Meta:
        verbose_name = phrase(_("%(performer)s dashboard page"))
        verbose_name_plural = phrase(_("%(performer)s dashboard pages"))


class RegistrationPage(RegistrationMixin, Page):
    content_panels = [*Page.content_panels, *RegistrationMixin.ppv_panels]

    class Meta:
        verbose_name = _("registration page")
        verbose_name_plural = _("registration pages")


class StudioDashboardPage(StudioDashboardMixin, Page):
    content_panels = [*Page.content_panels, *StudioDashboardMixin.ppv_panels]
    max_count_per_parent = 1

    class Meta:
        verbose_name = phrase(_("%(studio)s dashboard page"))
        verbose_name_plural = phrase(_("%(studio)s dashboard pages"))


class WalletPage(WalletMixin, Page):
    content_panels = [*Page.content_panels, *WalletMixin.ppv_panels]
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("wallet page")
        verbose_name_plural = _("wallet pages")
