"""Bans and messages in the admin: who reads them, who lifts, and what stays between two people."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db.models import Q
from django.test import Client as Browser
from django.urls import reverse

from ppv_plugin.models import Message, Sanction
from ppv_plugin.shows import services as shows
from ppv_plugin.testing.cast import Cast

from .staff import signed_in


def staff(*permissions: str) -> Browser:
    user = get_user_model().objects.create_user("mo", password="x")
    names = [name.partition(".")[2] for name in permissions]
    user.user_permissions.set(Permission.objects.filter(Q(codename__in=names) | Q(codename="access_admin")))
    return signed_in(user)


def banned(cast: Cast) -> Sanction:
    cast.live(cast.ana, cast.free)
    line = shows.say(user=cast.cy, room_id=cast.ana_room.pk, cid=uuid4().hex, text="something rude", now=cast.now)
    shows.ban(
        user=cast.ana, room_id=cast.ana_room.pk, message_id=line.pk, days=None, by_address=False, cid="b", now=cast.now
    )
    return Sanction.objects.get()


def page(browser: Browser, name: str, *args: Any, **query: Any) -> str:
    answer = browser.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_moderator_reads_the_history_of_bans_and_lifts_one(cast: Cast) -> None:
    ban = banned(cast)
    browser = staff("ppv_plugin.view_sanction", "ppv_plugin.moderate_chat")
    assert "Banned" in page(browser, "ppv_sanctions:index")
    assert "something rude" in page(browser, "ppv_sanctions:inspect", ban.pk)
    assert "Yes, lift it" in page(browser, "ppv_sanctions:lift", ban.pk)
    browser.post(reverse("ppv_sanctions:lift", args=[ban.pk]))
    ban.refresh_from_db()
    assert ban.lifted_at is not None
    assert not cast.ana.ppv_performer.blocks.exists()


def test_who_may_only_look_lifts_nothing(cast: Cast) -> None:
    ban = banned(cast)
    browser = staff("ppv_plugin.view_sanction")
    assert "Banned" in page(browser, "ppv_sanctions:index")
    browser.post(reverse("ppv_sanctions:lift", args=[ban.pk]))
    ban.refresh_from_db()
    assert ban.lifted_at is None


def test_deleted_lines_are_read_by_staff_and_private_ones_by_nobody(cast: Cast) -> None:
    banned(cast)
    line = Message.objects.get()
    shows.delete_line(user=cast.ana, room_id=cast.ana_room.pk, message_id=line.pk, now=cast.now)
    private = Message.objects.create(
        room=cast.ana_room, private_show=uuid4(), author_kind="client", author_key="1", author_name="Di",
        text="between us", cid="p", sent_at=cast.now,
    )  # fmt: skip
    browser = staff("ppv_plugin.view_message")
    listed = page(browser, "ppv_messages:index")
    assert "something rude" in listed
    assert "between us" not in listed
    assert browser.get(reverse("ppv_messages:inspect", args=[private.pk])).status_code == 404


def test_a_performer_lifts_a_ban_and_sets_words_on_the_dashboard_and_nobody_elses(cast: Cast) -> None:
    ban = banned(cast)
    other, own = Browser(), Browser()
    other.force_login(cast.bo)
    own.force_login(cast.ana)
    lift, words = reverse("ppv:chat_lift", args=[ban.pk]), reverse("ppv:chat_words", args=[cast.ana_room.uuid])
    assert other.post(lift).status_code == other.post(words, {"words": "x"}).status_code == 404
    assert own.post(lift).status_code == own.post(words, {"words": "rude"}).status_code == 302
    ban.refresh_from_db()
    assert ban.lifted_by == cast.ana
    assert cast.ana_room.chat.words == "rude"
