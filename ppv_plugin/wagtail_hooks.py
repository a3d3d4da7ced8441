"""What the package puts into Wagtail's admin: one menu group, its words in the audit log, panels and reports."""

from __future__ import annotations

from wagtail import hooks
from wagtail.snippets.models import register_snippet

from ppv_plugin.backoffice import audit, choosers, dashboard, price_profiles, price_urls, takings
from ppv_plugin.backoffice.deleting import keep_the_last_mode
from ppv_plugin.backoffice.menu import VideoChatGroup
from ppv_plugin.backoffice.quick_edit import QuickEditPerformers, QuickEditRooms
from ppv_plugin.backoffice.styles import style_sheet
from ppv_plugin.rooms.models import PricingSettings

register_snippet(VideoChatGroup)
hooks.register("register_admin_viewset", choosers.register)
hooks.register("register_log_actions", audit.register)
hooks.register("before_delete_snippet", keep_the_last_mode)
hooks.register("insert_global_admin_css", style_sheet)
hooks.register("register_bulk_action", QuickEditRooms)
hooks.register("register_bulk_action", QuickEditPerformers)
hooks.register("construct_homepage_panels", dashboard.add_panels)
hooks.register("register_admin_urls", takings.urls)
hooks.register("register_reports_menu_item", takings.menu_item)
hooks.register("register_admin_urls", price_urls.urls)
hooks.register("before_edit_setting", price_profiles.remember_prices)
hooks.register("after_edit_setting", price_profiles.log_prices)
PricingSettings.edit_handler = price_profiles.panels()
