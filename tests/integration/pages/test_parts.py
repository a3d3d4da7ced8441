"""Blocks and template tags on pages of a site's own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import connection
from django.db.migrations.serializer import serializer_factory
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext, override_settings
from wagtail import blocks
from wagtail.blocks import StreamBlock

from ppv_plugin.blocks import ppv_blocks
from ppv_plugin.models import Performer, PricingSettings, Room, RoomTag
from ppv_plugin.testing.cast import Cast

from .conftest import Browse

ALL = dict(ppv_blocks())
CHOSEN: dict[str, Any] = {
    "room_grid": {"heading": "Rooms", "number": 6, "sort": "name"},
    "live_now": {"heading": "On air", "number": 4},
    "price_table": {"heading": "Prices"},
    "wallet_button": {},
    "pack_table": {"heading": "Packs"},
    "call_to_action": {"goal": "performer", "heading": "Come in", "text": "It is warm here."},
}
TAGS = {
    "room_grid": '{% ppv_room_grid heading="Rooms" number=6 sort="name" %}',
    "live_now": '{% ppv_live_now heading="On air" number=4 %}',
    "price_table": '{% ppv_price_table heading="Prices" %}',
    "wallet_button": "{% ppv_wallet_button %}",
    "pack_table": '{% ppv_pack_table heading="Packs" %}',
    "call_to_action": '{% ppv_way_in "performer" heading="Come in" text="It is warm here." %}',
}


def request_of(user: Any = None) -> Any:
    request = RequestFactory().get("/about/")
    request.user = user or AnonymousUser()
    return request


def block(name: str, value: dict[str, Any] | None = None, request: Any = None) -> str:
    made = ALL[name]
    chosen = made.to_python({**CHOSEN[name], **(value or {})})
    return made.render(chosen, context={"request": request or request_of()})


def tag(text: str, request: Any = None, **context: Any) -> str:
    loaded = "{% load ppv ppv_parts %}" + text
    return Template(loaded).render(Context({"request": request or request_of(), **context}))


@pytest.mark.parametrize("name", ALL)
def test_a_tag_draws_what_the_block_draws(ppv_pages: Cast, name: str) -> None:
    ppv_pages.live(ppv_pages.ana, ppv_pages.free)
    with override_settings(PPV_PLUGIN={"TEST_PAYMENTS": True}):
        assert block(name) == tag(TAGS[name])


@pytest.mark.parametrize("name", ALL)
def test_a_block_is_the_same_for_everybody_so_that_pages_may_be_cached(ppv_pages: Cast, name: str) -> None:
    ppv_pages.fund(ppv_pages.cy, 4200)
    assert block(name, request=request_of(ppv_pages.cy)) == block(name)


@pytest.mark.parametrize("name", ALL)
def test_the_block_picker_shows_each_block_without_a_query(ppv_pages: Cast, admin_client: Client, name: str) -> None:
    made = ALL[name]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        shown = made.render(made.get_preview_value(), context=made.get_preview_context(None, {"request": None}))
    words = [query["sql"] for query in asked if "ppv_plugin_labelsettings" not in query["sql"]]
    assert [sql for sql in words if "ppv_plugin" in sql] == []
    assert "/ws/" not in shown
    page = admin_client.get("/admin/block-preview/", {"id": made.definition_prefix})
    assert page.status_code == 200
    assert "<title>" in page.content.decode()


@pytest.mark.parametrize("name", ALL)
def test_a_sites_migrations_hold_no_name_of_ours(name: str) -> None:
    body = StreamBlock([(name, ALL[name])])
    assert "ppv_plugin" not in serializer_factory(body.deconstruct()).serialize()[0]
    assert isinstance(ALL[name], blocks.StructBlock)


@pytest.mark.parametrize("name", ["room_grid", "live_now", "price_table", "pack_table"])
def test_a_block_asks_a_flat_number_of_queries(ppv_pages: Cast, name: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            block(name, {"number": 24})
        return len(asked)

    ppv_pages.live(ppv_pages.ana, ppv_pages.free)
    queries()
    few = queries()
    for number in range(12):
        room = Room.objects.create(
            site=ppv_pages.site, slug=f"r{number}", title=f"R{number}", performer=ppv_pages.ana_room.performer
        )
        room.tags.add("tea")
    assert queries() == few


def test_the_grid_shows_what_was_chosen(ppv_pages: Cast) -> None:
    ppv_pages.live(ppv_pages.ana, ppv_pages.free)
    ppv_pages.bo_room.tags.add("Yoga")
    slug = RoomTag.objects.get().slug
    assert rooms_in(block("room_grid")) == ["ana", "bo"]
    assert rooms_in(block("room_grid", {"status": "offline"})) == ["bo"]
    assert rooms_in(block("room_grid", {"tag": slug})) == ["bo"]
    assert rooms_in(block("room_grid", {"number": 1})) == ["ana"]
    assert rooms_in(block("live_now")) == ["ana"]


def test_rooms_picked_by_hand_stand_in_their_order_and_hidden_ones_are_left_out(ppv_pages: Cast) -> None:
    ids = [ppv_pages.bo_room.pk, ppv_pages.ana_room.pk]
    assert rooms_in(block("room_grid", {"rooms": ids})) == ["bo", "ana"]
    Room.objects.filter(pk=ids[0]).update(suspended=True)
    assert rooms_in(block("room_grid", {"rooms": ids})) == ["ana"]
    assert rooms_in(tag("{% ppv_room_grid rooms=picked %}", picked=[ppv_pages.ana_room])) == ["ana"]


def test_nobody_live_is_said_and_the_strip_listens(ppv_pages: Cast) -> None:
    shown = block("live_now")
    assert "Nobody is live at the moment" in shown
    assert f'data-socket="/ws/ppv/live/{ppv_pages.site.pk}/"' in shown


def test_in_a_preview_nothing_listens_and_nothing_asks(ppv_pages: Cast) -> None:
    request = request_of()
    request.is_preview = True
    shown = "".join(block(name, request=request) for name in ALL)
    assert "/ws/" not in shown
    assert "state.json" not in shown


def test_the_price_table_says_the_rule_in_words_and_what_ten_minutes_cost(ppv_pages: Cast) -> None:
    shown = re.sub(r"\s+", " ", block("price_table"))
    assert "charged by the second" in shown
    assert "30 seconds free at the start" in shown
    assert "14.25&nbsp;tokens" in shown  # ten minutes at 1.50, half a minute of them free
    assert "0.10 to" in shown  # the private show depends on whom one asks
    room = re.sub(r"\s+", " ", block("price_table", {"room": ppv_pages.ana_room.pk}))
    assert "2.00&nbsp;tokens" in room
    assert "<caption>Ana&#x27;s room</caption>" in room


def prices_of(shown: str) -> list[tuple[str, str]]:
    rows = re.findall(r"<th scope=\"row\".*?>(.*?)</th>\s*<td.*?>(.*?)</td>", shown, re.DOTALL)
    return [tuple(" ".join(re.sub(r"<[^>]+>|&nbsp;", " ", cell).split()) for cell in row) for row in rows]  # type: ignore[misc]


def test_the_price_table_has_a_row_for_each_kind_of_private_show_that_costs_something_else(ppv_pages: Cast) -> None:
    kinds = [
        ("Private show · Video", "2.00 tokens"),
        ("Private show · Audio only", "0.30 tokens"),
        ("Private show · Text only", "0.20 tokens"),
    ]
    room = {"room": ppv_pages.ana_room.pk}
    assert prices_of(block("price_table", room))[-3:] == kinds
    PricingSettings.objects.update(performer_pricing=False)
    assert prices_of(block("price_table"))[-3:] == kinds
    Performer.objects.filter(rooms=ppv_pages.ana_room).update(private_kinds=["audio", "video"])
    assert prices_of(block("price_table", room))[-2:] == kinds[:2]
    PricingSettings.objects.update(private_audio_cpm=200)
    assert prices_of(block("price_table", room))[-1] == ("Private show", "2.00 tokens")


def test_packs_are_shown_while_the_site_sells(ppv_pages: Cast) -> None:
    with override_settings(PPV_PLUGIN={"TEST_PAYMENTS": True}):
        assert "10.00&nbsp;tokens" in block("pack_table")
    with override_settings(PPV_PLUGIN={"TEST_PAYMENTS": False}):
        assert "Nothing is sold here" in block("pack_table")


def test_a_way_in_without_its_page_is_nothing_to_visitors_and_a_word_to_editors(cast: Cast) -> None:
    assert block("call_to_action").strip() == ""
    request = request_of()
    request.is_preview = True
    assert "no such page on this site yet" in block("call_to_action", request=request)


def test_the_balance_is_told_to_its_owner_only_and_never_kept(browse: Browse, ppv_pages: Cast) -> None:
    ppv_pages.fund(ppv_pages.cy, 4200)
    assert browse(None).get("/ppv/wallet/state.json").json() == {"signed_in": False, "available": None}
    answer = browse(ppv_pages.cy).get("/ppv/wallet/state.json")
    assert answer.json() == {"signed_in": True, "available": "42.00"}
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]


def test_style_sheets_and_entry_module_come_once_per_page(ppv_pages: Cast) -> None:
    request = request_of()
    shown = "".join(block(name, request=request) for name in ALL)
    assert shown.count("css/tokens") == 1
    assert shown.count('<script type="module"') == 1
    assert "css/room" not in shown  # the room's own are not for these parts
    assert "css/" not in block("price_table", request=with_head())
    assert "<script" not in block("price_table")  # nothing in it moves


def with_head() -> Any:
    request = request_of()
    tag("{% ppv_styles %}", request=request)
    return request


def test_a_site_may_draw_a_part_its_own_way(ppv_pages: Cast, tmp_path: Any, settings: Any) -> None:
    place = tmp_path / "ppv_plugin" / "blocks"
    place.mkdir(parents=True)
    (place / "price_table.html").write_text("{% for row in rows %}[{{ row.cpm }}]{% endfor %}")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    assert block("price_table") == "[0][0][150][150][0][0][0][0][10]" == tag(TAGS["price_table"])


def test_editors_choose_a_room_by_its_title_or_its_performer(ppv_pages: Cast, admin_client: Client) -> None:
    call_command("check")
    assert "Bo&#x27;s room" in admin_client.get("/admin/ppv_room_chooser/").content.decode()
    found = admin_client.get("/admin/ppv_room_chooser/results/", {"q": "ana"}).content.decode()
    assert "Ana&#x27;s room" in found
    assert "Bo&#x27;s room" not in found


def rooms_in(html: str) -> list[str]:
    return re.findall(r'data-room="(\w+)"', html)
