"""Free watching a day: counted on the server, once for each person, over all tabs; and what opens it again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from ppv_plugin.chat import free_time
from ppv_plugin.errors import FreeTimeOver
from ppv_plugin.models import ChatSettings, FreeUse
from ppv_plugin.pages import room as room_page
from ppv_plugin.rooms import presence
from ppv_plugin.rooms.addresses import hashed
from ppv_plugin.shows import queries, services
from ppv_plugin.testing.cast import Cast

MINUTE_MS = 60_000


@pytest.fixture
def limited(cast: Cast) -> Cast:
    values = {"free_caps": True, "visitor_free_minutes": 2, "member_free_minutes": 4}
    ChatSettings.objects.update_or_create(site=cast.site, defaults=values)
    cast.live(cast.ana, cast.free)
    return cast


def opens(cast: Cast, user: Any = None, *, visitor: str = "", address: str = "") -> UUID:
    connection = uuid4()
    presence.open_presence(
        connection=connection, room_id=cast.ana_room.pk, user_key=str(user.pk) if user else "",
        role="client" if user else "visitor", now=cast.now, address=address, visitor=visitor,
    )  # fmt: skip
    return connection


def watches(cast: Cast, seconds: int, *connections: UUID) -> list[UUID]:
    """Beats go by; returns whose time was used up at the last one."""
    over: list[UUID] = []
    for _beat in range(seconds // 15):
        cast.now += timedelta(seconds=15)
        over = services.count_free_time(connections=connections, now=cast.now)
    return over


def left(cast: Cast, user: Any, connection: UUID) -> int | None:
    view = queries.person_view(user=user, room_id=cast.ana_room.pk, connection=connection, now=cast.now)
    return view.free_left_ms


def test_without_the_sites_wish_nothing_is_counted(cast: Cast) -> None:
    cast.live(cast.ana, cast.free)
    connection = opens(cast, cast.cy)
    watches(cast, 60, connection)
    assert (left(cast, cast.cy, connection), FreeUse.objects.count()) == (None, 0)


def test_three_tabs_and_two_processes_use_the_time_of_one(limited: Cast) -> None:
    tabs = [opens(limited, limited.cy) for _tab in range(3)]
    services.count_free_time(connections=tabs, now=limited.now)
    for _beat in range(8):
        limited.now += timedelta(seconds=7)
        services.count_free_time(connections=tabs[1:], now=limited.now)  # the other process, between two beats
        limited.now += timedelta(seconds=8)
        services.count_free_time(connections=tabs[:2], now=limited.now)
    assert left(limited, limited.cy, tabs[0]) == 2 * MINUTE_MS


def test_a_visitor_is_stopped_after_its_minutes_and_a_member_later(limited: Cast) -> None:
    visitor, member = opens(limited, visitor="abc", address="home"), opens(limited, limited.cy)
    assert watches(limited, 120, visitor, member) == []
    assert watches(limited, 15, visitor, member) == [visitor]
    for user, connection, direction in ((None, visitor, True), (limited.cy, member, False)):
        where = {"user": user, "room_id": limited.ana_room.pk, "connection": connection, "now": limited.now}
        if direction:
            with pytest.raises(FreeTimeOver):
                queries.place_of(**where)
        else:
            assert queries.place_of(**where).subscribes
    assert left(limited, None, visitor) == 0


def test_media_of_who_has_used_it_up_stop(limited: Cast) -> None:
    connection = opens(limited, limited.cy)
    limited.join(limited.cy, limited.ana_room, "subscribe", connection=connection)
    assert presence.viewer_participants(room_id=limited.ana_room.pk) != []
    watches(limited, 255, connection)
    assert presence.viewer_participants(room_id=limited.ana_room.pk) == []


def test_a_wallet_that_is_not_empty_has_no_end_of_free_time(limited: Cast) -> None:
    connection = opens(limited, limited.cy)
    assert watches(limited, 255, connection) == [connection]
    limited.fund(limited.cy, 100)
    assert left(limited, limited.cy, connection) is None
    assert watches(limited, 15, connection) == []


def test_throwing_the_cookie_away_does_not_help_for_ever(limited: Cast) -> None:
    for number in range(4):
        connection = opens(limited, visitor=f"cookie-{number}", address="home")
        watches(limited, 120, connection)
        presence.close_presence(connection=connection, now=limited.now)
    last = opens(limited, visitor="cookie-9", address="home")
    watches(limited, 30, last)
    assert left(limited, None, last) == 0
    assert left(limited, None, opens(limited, visitor="other", address="elsewhere")) == 2 * MINUTE_MS


def test_the_next_day_begins_anew_and_old_days_are_forgotten(limited: Cast) -> None:
    connection = opens(limited, limited.cy)
    watches(limited, 255, connection)
    limited.now += timedelta(days=2)
    assert left(limited, limited.cy, connection) == 4 * MINUTE_MS
    free_time.forget_use(now=limited.now)
    assert FreeUse.objects.count() == 0


def test_time_in_somebody_elses_private_show_or_a_paid_one_is_not_free_time(limited: Cast) -> None:
    connection = opens(limited, limited.di)
    limited.fund(limited.cy, 5000)
    limited.private(limited.cy)
    watches(limited, 60, connection)
    assert left(limited, limited.di, connection) == 4 * MINUTE_MS


def test_only_where_it_is_needed_a_visitor_gets_a_cookie_that_nobody_can_make(limited: Cast) -> None:
    request = RequestFactory().get("/")
    request.user = type("Nobody", (), {"is_authenticated": False})()
    response = HttpResponse()
    room_page.remember_visitor(request, response, site=limited.site)
    value = response.cookies[free_time.COOKIE].value
    assert free_time.visitor_of(value) != ""
    assert free_time.visitor_of(value[:-1] + ("A" if value[-1] != "A" else "B")) == ""
    ChatSettings.objects.update(free_caps=False)
    response = HttpResponse()
    room_page.remember_visitor(request, response, site=limited.site)
    assert not response.cookies


def test_an_address_is_told_by_nobody_from_its_hash_and_one_ipv6_line_is_one() -> None:
    assert hashed("192.0.2.1") == hashed("::ffff:192.0.2.1") != hashed("192.0.2.2")
    assert hashed("2001:db8:0:1::7") == hashed("2001:db8:0:1:ffff::1") != hashed("2001:db8:0:2::7")
    assert hashed("") == hashed("testclient") == ""
    assert "192" not in hashed("192.0.2.1")
