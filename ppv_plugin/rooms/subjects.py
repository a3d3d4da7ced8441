"""What rooms are filed under, for the filters of the listing: a category, tags, and the languages spoken."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from taggit.models import ItemBase, TagBase
from wagtail.models import TranslatableMixin

from ppv_plugin.wording import phrase


class RoomCategory(TranslatableMixin, models.Model):
    """What rooms are about, one for each room. Editors define them; visitors filter the listing by them (spec P-1)."""

    key = models.SlugField(
        _("key"),
        max_length=40,
        blank=True,
        help_text=_("The short name in addresses, the same in every language. Empty = made of the name."),
    )
    name = models.CharField(_("name"), max_length=60)
    sort_order = models.IntegerField(default=0, editable=False)

    class Meta(TranslatableMixin.Meta):
        verbose_name = phrase(_("category of %(rooms)s"))
        verbose_name_plural = phrase(_("categories of %(rooms)s"))
        ordering = ("sort_order", "id")
        constraints = [models.UniqueConstraint(fields=["key", "locale"], name="ppv_category_key_per_locale")]

    def __str__(self) -> str:
        return self.name


class RoomTag(TagBase):
    class Meta:
        verbose_name = phrase(_("%(room)s tag"))
        verbose_name_plural = phrase(_("%(room)s tags"))


class TaggedRoom(ItemBase):
    tag = models.ForeignKey(RoomTag, on_delete=models.CASCADE, related_name="tagged_rooms")
    content_object = models.ForeignKey("ppv_plugin.Room", on_delete=models.CASCADE)


class RoomLanguage(models.Model):
    """A language that is spoken in a room, by its code.

    A row each: an index finds them on every database. A list in one column would need an array or a JSON operator,
    which SQLite has not, or a search through the text of every room.
    """

    room = models.ForeignKey("ppv_plugin.Room", on_delete=models.CASCADE, related_name="languages")
    code = models.CharField(max_length=12)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["code", "room"], name="ppv_room_language_once")]

    def __str__(self) -> str:
        return self.code
