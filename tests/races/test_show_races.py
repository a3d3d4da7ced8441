"""A show that ends while its sessions are metered: many wallets, one house account, no deadlock."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from wagtail.models import Locale, Page, Site

from ppv_plugin.errors import Gone
from ppv_plugin.ledger import queries
from ppv_plugin.ledger import services as ledger
from ppv_plugin.media import services as media
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.shows import services as shows
from ppv_plugin.testing.cast import Cast

from .world import move, race

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast() -> Iterator[Cast]:
    media.reset_engine()
    Locale.objects.get_or_create(language_code="en")
    if not Site.objects.filter(is_default_site=True).exists():
        root = Page.add_root(title="Root", slug="root")
        Site.objects.create(hostname="localhost", root_page=root, is_default_site=True)
    yield Cast.made()
    media.reset_engine()
    assert queries.violations() == []


def test_a_show_with_eight_visits_ends_while_it_is_metered_and_tipped(cast: Cast) -> None:
    users = [get_user_model().objects.create_user(username=f"client-{number}") for number in range(8)]
    cast.live(cast.bo, cast.group)
    for user in users:
        cast.fund(user, 5000)
        cast.visit(user)
    cast.pass_time(200)  # nothing is settled before the end
    shows.report_usage(now=cast.now, room_id=cast.bo_room.pk)

    def meter() -> None:
        for _ in range(12):
            metering.tick(now=cast.now)

    def tip() -> None:
        performer = ledger.account(kind="performer", owner=str(cast.bo.ppv_performer.uuid))
        for user in users * 10:
            move(ledger.account(kind="client", owner=str(user.ppv_client.uuid)), performer, 1)

    def end() -> None:
        shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)

    def come_back() -> None:
        for user in users:
            try:
                shows.enter_group(user=user, room_id=cast.bo_room.pk, cid=uuid4().hex, cpm=150, now=cast.now)
            except Gone:
                continue

    assert race(meter, tip, tip, tip, end, end, come_back) == []
    rows = MeteredSession.objects.all()
    assert {row.settled for row in rows if row.used_ms} == {425}
    assert {row.state for row in rows} == {"closed"}
