"""The demo site fills itself once, and uses the package the way a site does."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from wagtail.models import Page

from ppv_plugin.errors import NotAllowed
from ppv_plugin.ledger.queries import balance_of, violations
from ppv_plugin.models import Client as ChatClient
from ppv_plugin.models import MeteredSession, Performer, Rating, Room, Transfer
from ppv_plugin.shows import services as shows
from ppv_plugin.testing.cast import Cast


@pytest.mark.django_db
@pytest.mark.parametrize("setup_first", [True, False])
def test_the_people_are_invited_once(setup_first: bool) -> None:
    if setup_first:
        call_command("ppv_setup", stdout=StringIO())
    said = StringIO()
    for _run in range(2):
        call_command("seed_demo", stdout=said)
    assert "the password is the name" in said.getvalue()
    assert Performer.objects.get(name="Bo").studio is not None
    assert Room.objects.get(slug="ana").private_cpm == 200
    assert Room.objects.get(slug="bo").mode.key == "group-paid"  # type: ignore[union-attr]
    balances = {client.name: balance_of(kind="client", owner=str(client.uuid)) for client in ChatClient.objects.all()}
    assert {name: balance.balance for name, balance in balances.items()} == {"cy": 10_000, "di": 2_000}
    assert not Page.objects.filter(slug="home").exists()
    browser = Client()
    for address in ("/", "/live/", "/live/ana/", "/studio/", "/team/", "/wallet/", "/login/"):
        assert browser.get(address).status_code == 200, address
    for name in ("admin", "ana", "bo", "cy", "di", "eos"):
        assert Client().login(username=name, password=name)


@pytest.mark.django_db
def test_its_past_is_told_once_and_the_books_agree() -> None:
    for _run in range(2):
        call_command("seed_demo", "--with-past", stdout=StringIO())
    ana = Room.objects.get(slug="ana")
    assert (ana.rating_sum, ana.rating_count) == (14, 3)
    assert Rating.objects.count() == 6
    assert MeteredSession.objects.filter(state="closed").count() > 80
    assert violations() == []
    posted = list(Transfer.objects.order_by("id").values_list("posted_at", flat=True)[:400])
    assert posted == sorted(posted), "a running balance reads from the oldest to the newest"
    for name, text in (("ana", "Earned, day by day"), ("cy", "Spent, day by day")):
        browser = Client()
        browser.login(username=name, password=name)
        page = browser.get("/studio/?view=books" if name == "ana" else "/wallet/").content.decode()
        assert text in page
        assert "Private" in page
    page = Client().get("/live/?category=music&sort=rating").content.decode()
    assert "Rated 2 times: 4.5 of 5 on average" in page
    assert 'name="language"' in page


def test_it_asks_performers_to_introduce_themselves(cast: Cast) -> None:
    Room.objects.filter(pk=cast.ana_room.pk).update(description="  ")
    with pytest.raises(NotAllowed, match="Write a few words"):
        cast.live(cast.ana, cast.free)


def test_the_house_does_not_buy(cast: Cast) -> None:
    root = get_user_model().objects.create_superuser("root", password="root")
    cast.fund(root, 10_000)
    cast.live(cast.ana, cast.free)
    cast.live(cast.bo, cast.group)
    with pytest.raises(NotAllowed, match="You run this site"):
        cast.private(root)
    with pytest.raises(NotAllowed, match="You run this site"):
        shows.enter_group(user=root, room_id=cast.bo_room.pk, cid="one", cpm=150, now=cast.now)
    assert cast.available(root) == 10_000


def test_it_is_told_who_went_live(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="demo_site"):
        cast.live(cast.ana, cast.free)
    assert f"room {cast.ana_room.pk} is live" in caplog.text
