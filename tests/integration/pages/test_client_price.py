"""A price for one client: set by the performer, shown to that client before it agrees, and charged."""

from __future__ import annotations

from typing import Any

import pytest

from ppv_plugin.errors import BadInput, InsufficientFunds, NotAllowed, NotFound, PriceChanged
from ppv_plugin.models import Client, ClientPrice, PricingSettings, Room
from ppv_plugin.people.services import ensure_client
from ppv_plugin.rooms.services import set_client_cpm, set_private_cpm
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.queries import person_view, room_view
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast

from .conftest import Browse


@pytest.fixture
def known(ppv_pages: Cast) -> Cast:
    """Cy has been in private with Ana before."""
    ppv_pages.fund(ppv_pages.cy, 10_000)
    ppv_pages.live(ppv_pages.ana, ppv_pages.free)
    private = ppv_pages.private(ppv_pages.cy)
    shows.end_private(user=ppv_pages.cy, private_id=private.id, now=ppv_pages.now)
    PricingSettings.objects.update(grace_window_minutes=0)
    return ppv_pages


def client_of(user: Any) -> Client:
    return ensure_client(user=user)


def give(cast: Cast, cpm: int | None, *, user: Any = None, to: Any = None) -> None:
    set_client_cpm(
        user=user or cast.ana,
        room_id=cast.ana_room.pk,
        client_id=client_of(to or cast.cy).pk,
        cpm=cpm,
        now=cast.now,
    )


def own(cast: Cast, user: Any) -> Any:
    return person_view(user=user, room_id=cast.ana_room.pk, connection=None, now=cast.now).own


def test_the_client_sees_its_own_price_before_it_agrees_and_others_do_not(known: Cast, browse: Browse) -> None:
    give(known, 150)
    assert (own(known, known.cy).private_cpm, own(known, known.cy).private_minimum) == ("1.50", "7.50")
    client_of(known.di)
    assert own(known, known.di).private_cpm is None
    assert room_view(room_id=known.ana_room.pk, now=known.now).private.price.cpm == "2.00"
    assert '<span data-text="private_price">1.50</span>' in browse(known.cy).get("/live/ana/").content.decode()
    assert '<span data-text="private_price">2.00</span>' in browse(known.di).get("/live/ana/").content.decode()


def test_the_client_is_charged_its_own_price(known: Cast) -> None:
    give(known, 150)
    private = known.private(known.cy, cpm=150)
    known.pass_time(185, meter=Meter())
    shows.end_private(user=known.cy, private_id=private.id, now=known.now)
    assert known.receipt(private.session_id).total == 438


def test_a_price_that_the_client_did_not_see_is_refused(known: Cast) -> None:
    give(known, 300)
    with pytest.raises(PriceChanged, match=r"3\.00"):
        known.private(known.cy, cpm=200)


def test_what_it_needs_follows_its_own_price(known: Cast) -> None:
    known.fund(known.di, 999)
    with pytest.raises(InsufficientFunds, match=r"10\.00"):
        known.private(known.di)
    give(known, 100, to=known.di)
    assert known.private(known.di, cpm=100).session.tariff["cpm"] == 100


def test_a_running_show_and_a_request_keep_their_price(known: Cast) -> None:
    private = known.private(known.cy)
    give(known, 450)
    assert known.receipt(private.session_id).cpm == 200


def test_where_the_site_sets_prices_it_counts_for_nothing_and_comes_back(known: Cast) -> None:
    give(known, 150)
    PricingSettings.objects.update(performer_pricing=False)
    assert own(known, known.cy).private_cpm is None
    assert known.private(known.cy, cpm=200).session.tariff["cpm"] == 200
    with pytest.raises(NotAllowed):
        give(known, 160)
    PricingSettings.objects.update(performer_pricing=True)
    assert ClientPrice.objects.get().cpm == 150


@pytest.mark.parametrize(("cpm", "text"), [(9, "lowest price per minute is 0.10"), (501, "highest price .* 5.00")])
def test_it_lies_within_the_sites_bounds(known: Cast, cpm: int, text: str) -> None:
    with pytest.raises(BadInput, match=text):
        give(known, cpm)
    assert not ClientPrice.objects.exists()


@pytest.mark.parametrize(("low", "high", "expected"), [(10, 100, 100), (180, 500, 180), (10, 500, 150)])
def test_a_bound_that_moved_past_it_counts_instead(known: Cast, low: int, high: int, expected: int) -> None:
    give(known, 150)
    set_private_cpm(user=known.ana, room_id=known.ana_room.pk, cpm=150, now=known.now)
    PricingSettings.objects.update(cpm_min=low, cpm_max=high)
    assert room_view(room_id=known.ana_room.pk, now=known.now).private.price.cpm == f"{expected / 100:.2f}"
    assert known.private(known.cy, cpm=expected).session.tariff["cpm"] == expected


def test_only_the_performer_of_the_room_sets_it(known: Cast) -> None:
    for user in (known.bo, known.cy):
        with pytest.raises(NotAllowed):
            give(known, 150, user=user)
    with pytest.raises(NotFound):
        set_client_cpm(user=known.ana, room_id=known.ana_room.pk, client_id=0, cpm=150, now=known.now)
    Room.objects.update(suspended=True)
    with pytest.raises(NotAllowed):
        give(known, 150)


def send(browser: Any, **form: Any) -> str:
    return browser.post("/studio/?room=ana", form, follow=True).content.decode()


def test_it_is_set_and_taken_back_on_the_dashboard(known: Cast, browse: Browse) -> None:
    browser, cy = browse(known.ana), client_of(known.cy)
    assert "Your price is saved" in send(browser, client=cy.pk, client_cpm="1.50")
    assert ClientPrice.objects.get().cpm == 150
    assert "1.50&nbsp;tokens" in browser.get("/studio/").content.decode()
    send(browser, client=cy.pk, client_cpm="")
    assert not ClientPrice.objects.exists()


def test_the_dashboard_offers_those_who_were_clients_there(known: Cast, browse: Browse) -> None:
    di = client_of(known.di)
    page = browse(known.ana).get("/studio/").content.decode()
    assert f'<option value="{client_of(known.cy).pk}">' in page
    assert f'<option value="{di.pk}">' not in page
    send(browse(known.ana), client=di.pk, client_cpm="1.50")
    assert not ClientPrice.objects.exists()


def test_a_refused_price_is_said_at_its_field_and_the_other_form_is_left_alone(known: Cast, browse: Browse) -> None:
    page = send(browse(known.ana), client=client_of(known.cy).pk, client_cpm="9.99")
    assert "The highest price per minute is 5.00." in page.split('id="id_client_cpm_error"')[1][:120]
    assert "The highest price" not in page.split('id="id_cpm_error"')[1][:120]
