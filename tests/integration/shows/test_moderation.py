"""Order in a room: what is deleted, who is muted, put out and banned, and who decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from wagtail.models import ModelLogEntry

from ppv_plugin.chat import queries as chat
from ppv_plugin.chat import services as chat_services
from ppv_plugin.errors import Blocked, Muted, NotAllowed, NotFound
from ppv_plugin.models import ChatSettings, Message, PrivateRequest, Sanction
from ppv_plugin.people import services as people
from ppv_plugin.rooms import presence
from ppv_plugin.shows import queries, services
from ppv_plugin.testing.cast import Cast, connection_of


def say(cast: Cast, user: Any, text: str = "hello", *, room: Any = None, address: str = "") -> Any:
    room = room or cast.ana_room
    return services.say(user=user, room_id=room.pk, cid=uuid4().hex, text=text, now=cast.now, address=address)


def acts(cast: Cast, verb: str, line: Any, *, user: Any = None, **facts: Any) -> None:
    facts |= {} if verb == "delete_line" else {"cid": facts.pop("cid", uuid4().hex)}
    act = getattr(services, verb)
    act(user=user or cast.ana, room_id=line.room_id, message_id=line.pk, now=cast.now, **facts)


def moderator(cast: Cast) -> Any:
    cast.di.user_permissions.add(Permission.objects.get(codename="moderate_chat"))
    return type(cast.di).objects.get(pk=cast.di.pk)


def actions() -> list[str]:
    return list(ModelLogEntry.objects.order_by("pk").values_list("action", flat=True))


def test_a_deleted_line_is_gone_for_everybody_and_kept_for_staff(cast: Cast) -> None:
    cast.live(cast.ana, cast.free)
    line = say(cast, cast.cy, "something rude")
    acts(cast, "delete_line", line)
    acts(cast, "delete_line", line)
    (shown,) = chat.recent(room_id=cast.ana_room.pk, private_show=None, viewer_key="")
    assert (shown.deleted, shown.text) == (True, "")
    kept = Message.objects.get(pk=line.pk)
    assert (kept.text, kept.hidden_by) == ("something rude", cast.ana)
    with pytest.raises(NotFound):
        services.delete_line(user=cast.ana, room_id=cast.bo_room.pk + 99, message_id=line.pk, now=cast.now)


def test_who_is_muted_watches_and_does_not_write_until_the_time_is_over(cast: Cast) -> None:
    cast.live(cast.ana, cast.free)
    acts(cast, "mute", say(cast, cast.cy), minutes=10)
    with pytest.raises(Muted):
        say(cast, cast.cy)
    say(cast, cast.di)
    view = queries.person_view(user=cast.cy, room_id=cast.ana_room.pk, connection=None, now=cast.now)
    assert (view.blocked, view.muted_until is not None) == (False, True)
    cast.now += timedelta(minutes=10, seconds=1)
    say(cast, cast.cy)


def test_who_is_kicked_comes_back_after_a_quarter_of_an_hour(cast: Cast) -> None:
    cast.live(cast.ana, cast.free)
    line = say(cast, cast.cy)
    acts(cast, "kick", line)
    for minutes, blocked in ((0, True), (14, True), (2, False)):
        cast.now += timedelta(minutes=minutes)
        view = queries.person_view(user=cast.cy, room_id=cast.ana_room.pk, connection=None, now=cast.now)
        assert view.blocked is blocked


def test_a_kick_never_shortens_a_ban_and_lifting_the_ban_leaves_the_kick(cast: Cast) -> None:
    cast.live(cast.ana, cast.free)
    line = say(cast, cast.cy)
    acts(cast, "ban", line, days=None, by_address=False)
    acts(cast, "kick", line)
    cast.now += timedelta(minutes=5)
    ban = Sanction.objects.get(kind="ban")
    assert ban.until is None
    with pytest.raises(Blocked):
        say(cast, cast.cy)
    services.lift(user=cast.ana, sanction_id=ban.pk, now=cast.now)
    with pytest.raises(Blocked):
        say(cast, cast.cy)
    cast.now += timedelta(minutes=11)
    say(cast, cast.cy)
    assert Sanction.objects.count() == 2
    assert "ppv_plugin.chat.lift" in actions()


def test_a_ban_of_seven_days_ends_after_seven_days(cast: Cast) -> None:
    cast.live(cast.ana, cast.free)
    acts(cast, "ban", say(cast, cast.cy), days=7, by_address=False)
    cast.now += timedelta(days=6, hours=23)
    with pytest.raises(Blocked):
        say(cast, cast.cy)
    cast.now += timedelta(hours=2)
    say(cast, cast.cy)


def test_pressing_twice_bans_once(cast: Cast) -> None:
    cast.live(cast.ana, cast.free)
    line = say(cast, cast.cy)
    acts(cast, "ban", line, days=7, by_address=False, cid="once")
    acts(cast, "ban", line, days=7, by_address=False, cid="once")
    assert Sanction.objects.count() == 1


def test_who_is_put_out_of_a_paid_show_pays_to_the_last_proven_moment_and_no_further(cast: Cast) -> None:
    cast.fund(cast.cy, 100_00)
    cast.live(cast.bo, cast.group)
    visit = cast.visit(cast.cy)
    cast.pass_time(90)
    line = say(cast, cast.cy, room=cast.bo_room)
    acts(cast, "kick", line, user=cast.bo)
    cast.pass_time(60)
    receipt = cast.receipt(visit.session_id)
    assert (receipt.used_ms, receipt.total, receipt.reason) == (90_000, 150, "performer")
    assert cast.available(cast.cy) == 100_00 - 150


def test_a_request_of_who_is_put_out_is_declined_and_its_money_free_again(cast: Cast) -> None:
    cast.fund(cast.cy, 100_00)
    cast.live(cast.ana, cast.free)
    services.request_private(user=cast.cy, room_id=cast.ana_room.pk, cid="r", media="video", cpm=200, now=cast.now)
    acts(cast, "kick", say(cast, cast.cy))
    assert PrivateRequest.objects.get().state == "rejected"
    assert cast.available(cast.cy) == 100_00


def test_only_the_performer_and_the_sites_moderators_keep_order(cast: Cast) -> None:
    cast.live(cast.ana, cast.free)
    line = say(cast, cast.cy)
    for user in (cast.cy, cast.bo, cast.di):
        with pytest.raises(NotAllowed):
            acts(cast, "delete_line", line, user=user)
    acts(cast, "kick", line, user=moderator(cast))
    assert Sanction.objects.get().actor == cast.di
    assert actions() == ["ppv_plugin.chat.kick"]


def test_nobody_puts_out_the_performer_or_a_moderator(cast: Cast) -> None:
    cast.live(cast.ana, cast.free)
    own, line = say(cast, cast.ana), say(cast, moderator(cast))
    with pytest.raises(NotFound):
        acts(cast, "kick", own, user=cast.di)
    with pytest.raises(NotAllowed):
        acts(cast, "kick", line)


def test_an_address_is_kept_hashed_and_banned_for_as_long_as_the_site_keeps_it(cast: Cast) -> None:
    cast.live(cast.ana, cast.free)
    ChatSettings.objects.update_or_create(site=cast.site, defaults={"address_days": 30})
    acts(cast, "ban", say(cast, cast.cy, address="5eed"), days=None, by_address=True)
    here = {"room_id": cast.ana_room.pk, "address": "5eed"}
    assert chat.is_address_banned(**here, now=cast.now)
    assert not chat.is_address_banned(room_id=cast.bo_room.pk, address="5eed", now=cast.now)
    later = cast.now + timedelta(days=31)
    assert chat_services.forget_addresses(site=cast.site, now=later) == 2
    assert not chat.is_address_banned(**here, now=later)
    assert not Message.objects.exclude(address="").exists()
    with pytest.raises(Blocked):
        say(cast, cast.cy)


def test_a_moderator_sees_a_paid_show_free_of_charge_uncounted_and_never_a_private_one(cast: Cast) -> None:
    cast.fund(cast.cy, 100_00)
    cast.live(cast.bo, cast.group)
    user, connection = moderator(cast), connection_of(cast.di)
    room_id = cast.bo_room.pk
    presence.open_presence(
        connection=connection, room_id=room_id, user_key=str(user.pk), role="moderator", now=cast.now
    )
    place = queries.place_of(user=user, room_id=room_id, connection=connection, now=cast.now)
    assert (place.participant, place.publishes) == (f"m-{connection}", False)
    presence.hold_participant(connection=connection, participant=place.participant, now=cast.now)
    plan = queries.stage_plan(room_id=room_id, boot_id="b")
    assert plan is not None
    assert [p.source for p in plan.participants if p.id == place.participant] == [plan.participants[0].id]
    assert presence.viewer_count(room_id=room_id, now=cast.now) == 0
    assert presence.named_viewers(room_id=room_id, now=cast.now) == []
    assert cast.balance(cast.di) == 0


def test_mentions_reach_who_writes_or_is_seen_and_never_who_is_there_unseen(cast: Cast) -> None:
    cast.live(cast.ana, cast.free)
    people.ensure_client(user=cast.di)
    people.ensure_client(user=cast.eos.owner)
    unseen = {"room_id": cast.ana_room.pk, "now": cast.now, "user_key": str(cast.eos.owner.pk)}
    presence.open_presence(connection=uuid4(), role="moderator", **unseen)
    cast.join(cast.di, cast.ana_room, "subscribe")
    names = services.names(user=cast.cy, room_id=cast.ana_room.pk, prefix="", now=cast.now)
    assert names == ["Ana", "di"]
    line = say(cast, cast.cy, "@di and @Ana and @eos")
    assert [name for _key, name in line.mentions] == ["di", "Ana"]


def test_entering_a_paid_show_is_said_and_a_free_one_is_not(cast: Cast) -> None:
    cast.fund(cast.cy, 100_00)
    cast.live(cast.bo, cast.group)
    cast.visit(cast.cy)
    (line,) = Message.objects.all()
    assert (line.author_kind, line.event, line.facts) == ("system", "joined", {"name": "cy"})
    ChatSettings.objects.update_or_create(site=cast.site, defaults={"joins": False})
    cast.fund(cast.di, 100_00)
    cast.visit(cast.di)
    assert Message.objects.count() == 1
