"""The page types as editors meet them, and what a preview must not do."""

from __future__ import annotations

import ast
from pathlib import Path

from wagtail.models import Page
from wagtail.test.utils import WagtailPageTestCase
from wagtail.test.utils.form_data import nested_form_data, rich_text

from ppv_plugin.pages import mixins
from ppv_plugin.pages.models import LiveListingPage, PerformerDashboardPage, WalletPage

TYPES = (LiveListingPage, PerformerDashboardPage, WalletPage)


class PageTypes(WagtailPageTestCase):
    def setUp(self) -> None:
        self.login()
        self.home = Page.objects.get(depth=2)
        self.pages = [model(title=model.__name__, slug=model.__name__.lower()) for model in TYPES]
        for page in self.pages:
            self.home.add_child(instance=page)

    def test_they_may_stand_below_any_page_of_the_site(self) -> None:
        for model in TYPES:
            self.assertCanCreateAt(Page, model)

    def test_they_are_edited_and_shown(self) -> None:
        for page in self.pages:
            self.assertPageIsEditable(page)
            self.assertPageIsRoutable(page)
            self.assertPageIsRenderable(page)

    def test_editors_can_make_them(self) -> None:
        form = {"title": "More", "slug": "more", "intro": rich_text("<p>Welcome</p>"), "rooms_per_page": "12"}
        self.assertCanCreate(self.home, LiveListingPage, nested_form_data(form), publish=True)
        assert "Welcome" in self.client.get("/more/").content.decode()

    def test_too_many_rooms_on_a_page_are_refused(self) -> None:
        url = f"/admin/pages/add/ppv_plugin_pages/livelistingpage/{self.home.pk}/"
        form = {"title": "More", "slug": "more", "intro": rich_text(""), "rooms_per_page": "5000"}
        response = self.client.post(url, nested_form_data({**form, "action-publish": "1"}))
        assert "less than or equal to 96" in response.content.decode()

    def test_a_preview_opens_no_socket(self) -> None:
        for page in self.pages:
            self.assertPageIsPreviewable(page)
            preview = page.make_preview_request(original_request=None)
            assert "/ws/" not in preview.content.decode()

    def test_one_dashboard_and_one_wallet_per_parent(self) -> None:
        assert PerformerDashboardPage.can_create_at(self.home) is False
        assert LiveListingPage.can_create_at(self.home) is True


def test_the_mixins_do_not_import_the_page_model() -> None:
    source = Path(mixins.__file__).read_text()
    imported = {
        alias.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("wagtail.models")
        for alias in node.names
    }
    assert "Page" not in imported
