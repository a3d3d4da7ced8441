"""The performer's own price: within the site's limits, and for later shows only."""

from __future__ import annotations

import pytest
from django.test import Client

from ppv_plugin.errors import BadInput, NotAllowed, NotFound
from ppv_plugin.models import PricingSettings
from ppv_plugin.rooms.services import set_private_cpm
from ppv_plugin.testing.cast import Cast

from .conftest import Browse


def send(browser: Client, cpm: str, room: str = "ana") -> str:
    response = browser.post(f"/studio/?room={room}", {"cpm": cpm}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def price(cast: Cast) -> int | None:
    cast.ana_room.refresh_from_db()
    return cast.ana_room.private_cpm


def test_a_price_within_the_limits_is_saved_and_shown(ppv_pages: Cast, browse: Browse) -> None:
    browser = browse(ppv_pages.ana)
    assert "Your price is saved" in send(browser, "3.25")
    assert price(ppv_pages) == 325
    assert '<span data-text="video_price">3.25</span>' in browse(None).get("/live/ana/").content.decode()
    send(browser, "")
    assert price(ppv_pages) is None


@pytest.mark.parametrize(
    ("cpm", "text"),
    [
        ("0.09", "The lowest price per minute is 0.10."),
        ("5.01", "The highest price per minute is 5.00."),
        ("999999", "The highest price per minute is 5.00."),
        ("-1", "greater than or equal to 0"),
        ("1.005", "2 decimal places"),
        ("free", "Enter a number"),
        ("NaN", "Enter a number"),
    ],
)
def test_a_price_out_of_bounds_is_refused_with_the_bound(ppv_pages: Cast, browse: Browse, cpm: str, text: str) -> None:
    assert text in send(browse(ppv_pages.ana), cpm)
    assert price(ppv_pages) is None


def test_where_the_site_sets_prices_performers_do_not(ppv_pages: Cast, browse: Browse) -> None:
    PricingSettings.objects.filter(site=ppv_pages.site).update(performer_pricing=False)
    page = send(browse(ppv_pages.ana), "3.00")
    assert "The site sets the prices" in page
    assert price(ppv_pages) is None


def test_nobody_sets_the_price_of_somebody_elses_room(ppv_pages: Cast, browse: Browse) -> None:
    send(browse(ppv_pages.bo), "3.00", room="ana")
    send(browse(ppv_pages.cy), "3.00", room="ana")
    send(browse(None), "3.00", room="ana")
    assert price(ppv_pages) is None
    with pytest.raises(NotAllowed):
        set_private_cpm(user=ppv_pages.bo, room_id=ppv_pages.ana_room.pk, cpm=300, now=ppv_pages.now)
    with pytest.raises(NotFound):
        set_private_cpm(user=ppv_pages.bo, room_id=0, cpm=300, now=ppv_pages.now)


def test_the_service_refuses_what_the_form_would(ppv_pages: Cast) -> None:
    for cpm in (-100, 9, 501, 10**12):
        with pytest.raises(BadInput, match="price per minute"):
            set_private_cpm(user=ppv_pages.ana, room_id=ppv_pages.ana_room.pk, cpm=cpm, now=ppv_pages.now)


def test_a_running_show_keeps_its_price(ppv_pages: Cast) -> None:
    ppv_pages.fund(ppv_pages.cy, 10_000)
    ppv_pages.live(ppv_pages.ana, ppv_pages.free)
    show = ppv_pages.private(ppv_pages.cy)
    set_private_cpm(user=ppv_pages.ana, room_id=ppv_pages.ana_room.pk, cpm=500, now=ppv_pages.now)
    assert ppv_pages.receipt(show.session_id).cpm == 200
