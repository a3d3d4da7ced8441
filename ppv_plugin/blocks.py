"""StreamField blocks for any page of a site: rooms, who is live, prices, the wallet, packs, a way in.

They need no page type of ours, so sites with a swapped base page use them alike. A site's migrations hold no name of
this module (each block says it is a plain one), so they outlive an uninstall.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from ppv_plugin.backoffice.choosers import room_chooser
from ppv_plugin.models import RoomTag
from ppv_plugin.pages import listing, parts, samples
from ppv_plugin.wording import named, phrase

STATUSES = listing.STATUSES[1:]  # an empty choice is the block's own
GOALS = [
    ("client", _("Register to watch and talk")),
    ("performer", _("Register to go live")),
    ("studio", phrase(_("Register %(a_studio)s"))),
    ("go_live", _("Go live: the dashboard of those who are registered")),
]
SAMPLE = "ppv_sample"  # in the context of the block picker, which shows invented facts

_RoomChooserBlock = room_chooser.get_block_class(name="RoomChooserBlock", module_path="ppv_plugin.blocks")


class RoomChooserBlock(_RoomChooserBlock):  # type: ignore[misc,valid-type]
    """One room of the site."""

    def deconstruct(self) -> Any:
        return "wagtail.blocks.IntegerBlock", [], {"required": self._required}

    def deconstruct_with_lookup(self, lookup: Any) -> Any:
        return self.deconstruct()


class TagBlock(blocks.ChoiceBlock):
    """One of the rooms' tags, by its slug."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{**more, "choices": tag_choices})

    def deconstruct(self) -> Any:
        return "wagtail.blocks.CharBlock", [], {"required": False}


def tag_choices() -> list[tuple[str, str]]:
    return list(RoomTag.objects.order_by("name").values_list("slug", "name")[:500])


class _PartBlock(blocks.StructBlock):
    """A block that shows one part: `part` says what is in it, `sample` what the block picker shows instead."""

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        request = context.get("request")
        found = self.sample(value) if context.get(SAMPLE) else self.part(value, request)
        return {**context, "is_preview": parts.is_preview(request), **found}

    def get_preview_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        return {**super().get_preview_context(value, parent_context=parent_context), SAMPLE: True}

    def part(self, value: Any, request: Any) -> dict[str, Any]:
        raise NotImplementedError

    def sample(self, value: Any) -> dict[str, Any]:
        raise NotImplementedError

    class Meta:
        preview_template = "ppv_plugin/blocks/preview.html"
        group = _("Video chat")


class RoomGridBlock(_PartBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=80)
    rooms = blocks.ListBlock(
        RoomChooserBlock(label=named("room", cap=True)),
        label=phrase(_("%(rooms)s picked by hand"), cap=True),
        required=False,
        min_num=0,
        max_num=24,
        default=[],
        help_text=_("In this order. Empty = those that fit the choice below."),
    )
    status = blocks.ChoiceBlock(choices=STATUSES, label=_("Status"), required=False, help_text=_("Empty = all."))
    tag = TagBlock(label=_("Tag"), required=False, help_text=_("Empty = all."))
    sort = blocks.ChoiceBlock(choices=listing.SORTS, label=_("Sort by"), default="live")
    number = blocks.IntegerBlock(label=_("How many"), default=6, min_value=1, max_value=48)

    def part(self, value: Any, request: Any) -> dict[str, Any]:
        return {
            "heading": value.get("heading"),
            **parts.room_tiles(
                request=request,
                now=timezone.now(),
                room_ids=[room.pk for room in value.get("rooms") or () if room is not None],
                status=value.get("status") or "",
                tag=value.get("tag") or "",
                sort=value.get("sort") or "live",
                number=value.get("number") or 6,
            ),
        }

    def sample(self, value: Any) -> dict[str, Any]:
        return {"heading": value.get("heading"), **samples.room_tiles()}

    class Meta:
        icon = "grip"
        label = phrase(_("Grid of %(rooms)s"))
        description = phrase(
            _("%(rooms)s with status and prices, as on the listing. They keep up to date by themselves."), cap=True
        )
        template = "ppv_plugin/blocks/room_grid.html"
        preview_value: ClassVar = {"heading": _("Worth a look"), "rooms": [], "sort": "live", "number": 6}


class LiveNowBlock(_PartBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=80)
    tag = TagBlock(label=_("Tag"), required=False, help_text=_("Empty = all."))
    number = blocks.IntegerBlock(label=_("How many at most"), default=8, min_value=1, max_value=24)

    def part(self, value: Any, request: Any) -> dict[str, Any]:
        found = parts.room_tiles(
            request=request,
            now=timezone.now(),
            status="live",
            tag=value.get("tag") or "",
            number=value.get("number") or 8,
        )
        return {"heading": value.get("heading"), **found}

    def sample(self, value: Any) -> dict[str, Any]:
        return {"heading": value.get("heading"), **samples.room_tiles(live_only=True)}

    class Meta:
        icon = "media"
        label = _("Live now")
        description = phrase(
            _("A strip of the %(rooms)s that are live at this moment. It says so when there are none.")
        )
        template = "ppv_plugin/blocks/live_now.html"
        preview_value: ClassVar = {"heading": _("Live now"), "number": 8}


class PriceTableBlock(_PartBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=80)
    room = RoomChooserBlock(
        label=named("room", cap=True), required=False, help_text=_("Empty = the prices of the site, wherever one is.")
    )

    def part(self, value: Any, request: Any) -> dict[str, Any]:
        room = value.get("room")
        rows = parts.price_rows(request=request, room=room)
        return {"heading": value.get("heading"), "room": room, "rows": rows, "example_minutes": parts.EXAMPLE_MINUTES}

    def sample(self, value: Any) -> dict[str, Any]:
        rows = samples.price_rows()
        return {"heading": value.get("heading"), "rows": rows, "example_minutes": parts.EXAMPLE_MINUTES}

    class Meta:
        icon = "tag"
        label = _("Price table")
        description = _("What watching and talking costs, how it is counted, and what ten minutes come to.")
        template = "ppv_plugin/blocks/price_table.html"
        preview_value: ClassVar = {"heading": _("What it costs")}


class WalletButtonBlock(_PartBlock):
    def part(self, value: Any, request: Any) -> dict[str, Any]:
        return parts.wallet_link(request=request)

    def sample(self, value: Any) -> dict[str, Any]:
        return samples.wallet_link()

    class Meta:
        icon = "key"
        label = _("Wallet button")
        description = _("Leads to the wallet. Shows the balance to whoever is signed in, a way to sign in to others.")
        template = "ppv_plugin/blocks/wallet_button.html"
        preview_value: ClassVar = {}


class PackTableBlock(_PartBlock):
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=80)

    def part(self, value: Any, request: Any) -> dict[str, Any]:
        link = parts.wallet_link(request=request)
        return {"heading": value.get("heading"), "packs": parts.packs(request=request), **link}

    def sample(self, value: Any) -> dict[str, Any]:
        return {"heading": value.get("heading"), "packs": samples.packs(), **samples.wallet_link()}

    class Meta:
        icon = "list-ul"
        label = _("Pack table")
        description = _("What can be bought at once, and how long it lasts.")
        template = "ppv_plugin/blocks/pack_table.html"
        preview_value: ClassVar = {"heading": _("Fill your wallet")}


class CallToActionBlock(_PartBlock):
    goal = blocks.ChoiceBlock(choices=GOALS, label=_("What for"), default="client")
    heading = blocks.CharBlock(label=_("Heading"), required=False, max_length=80)
    text = blocks.TextBlock(label=_("Text"), required=False, max_length=400)
    button = blocks.CharBlock(label=_("Words on the button"), required=False, max_length=40)

    def part(self, value: Any, request: Any) -> dict[str, Any]:
        goal = value.get("goal") or "client"
        return {**self._words(value), "goal": goal, "url": parts.way_in(request=request, goal=goal)}

    def sample(self, value: Any) -> dict[str, Any]:
        return {**self._words(value), "goal": value.get("goal"), "url": samples.NOWHERE}

    def _words(self, value: Any) -> dict[str, Any]:
        return {name: value.get(name) for name in ("heading", "text", "button")}

    class Meta:
        icon = "user"
        label = _("Way in")
        description = _("An invitation to register, or to go live.")
        template = "ppv_plugin/blocks/call_to_action.html"
        preview_value: ClassVar = {
            "goal": "performer",
            "heading": _("Go live with us"),
            "text": _("You choose your hours and your price. The site looks after the rest."),
            "button": "",
        }


def ppv_blocks() -> list[tuple[str, blocks.Block]]:
    """All of them, for `StreamField([*ppv_blocks(), …])`."""
    return [
        ("room_grid", RoomGridBlock()),
        ("live_now", LiveNowBlock()),
        ("price_table", PriceTableBlock()),
        ("wallet_button", WalletButtonBlock()),
        ("pack_table", PackTableBlock()),
        ("call_to_action", CallToActionBlock()),
    ]
