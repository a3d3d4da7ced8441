"""Admin list of the categories that rooms are filed under, in the order in which visitors are offered them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.snippets.views.snippets import IndexView as SnippetIndexView
from wagtail.snippets.views.snippets import SnippetViewSet

from ppv_plugin.rooms.subjects import RoomCategory

from .exports import Cell, Spreadsheet, at


class RoomCategoryForm(WagtailAdminModelForm):
    """The key is one for all languages of a category, and no other's."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        key = cleaned["key"] or slugify(cleaned["name"])[:40]
        others = RoomCategory.objects.exclude(translation_key=self.instance.translation_key)
        if not key:
            self.add_error("key", ValidationError(_("This name has no letters for an address. Please type a key.")))
        elif taken := others.filter(key=key).first():
            self.add_error("key", ValidationError(_("“%(name)s” has this key already.") % {"name": taken.name}))
        cleaned["key"] = key
        return cleaned

    def save(self, commit: bool = True) -> Any:
        category = super().save(commit=commit)
        if commit:
            siblings = RoomCategory.objects.filter(translation_key=category.translation_key)
            siblings.update(key=category.key, sort_order=category.sort_order)
        return category


class RoomCategoryIndexView(Spreadsheet, SnippetIndexView):  # type: ignore[misc]
    export_name = "categories"
    cells = {"name": Cell(_("Name"), at("name")), "key": Cell(_("Key"), at("key"))}


class RoomCategoryViewSet(SnippetViewSet):
    model = RoomCategory
    index_view_class = RoomCategoryIndexView
    icon = "folder-open-inverse"
    create_template_name = "ppv_plugin/backoffice/snippet_create.html"
    edit_template_name = "ppv_plugin/backoffice/snippet_edit.html"
    menu_label = _("Categories")
    sort_order_field = "sort_order"
    ordering = ("sort_order", "id")
    copy_view_enabled = False
    list_display = ["name", "key"]
    search_fields = ["name", "key"]
    edit_handler = ObjectList([FieldPanel("name"), FieldPanel("key")], base_form_class=RoomCategoryForm)
