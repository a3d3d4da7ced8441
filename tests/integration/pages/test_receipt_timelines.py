"""Every way in which a paid session ends, every reason for a pause and every refund, as each role reads it.

Private 2.00 a minute with 10 s of grace, group 1.50 with 30 s; Bo gets 80 %, of which the studio takes 30 %.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Permission
from django.template.loader import render_to_string

from ppv_plugin.errors import MediaUnavailable
from ppv_plugin.media import services as media
from ppv_plugin.metering import refunds
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.models import Presence, RoomMode
from ppv_plugin.shows import pauses
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast

from .conftest import Browse

STARTED = "Sound and picture began to flow; the meter started"
OPENED = "The price was agreed to; the meter waits for sound and picture"
WARNED = ["Funds for less than 5 minutes were announced", "Funds for less than 2 minutes were announced"]
LOST_FOR = 60


@dataclass(frozen=True)
class Story:
    """What happens, and what the receipt says of it. Parts: performer, studio, house, in tokens."""

    plays: Callable[[Cast, pytest.MonkeyPatch], UUID]
    used_ms: int
    total: str
    parts: tuple[str, str, str]
    words: str
    between: list[str]


def private(cast: Cast, seconds: float) -> Any:
    cast.live(cast.bo, cast.free)
    show = cast.private(cast.cy, room=cast.bo_room)
    cast.pass_time(seconds, meter=Meter())
    return show


def visit(cast: Cast, seconds: float) -> Any:
    cast.live(cast.bo, cast.group)
    made = cast.visit(cast.cy)
    cast.pass_time(seconds, meter=Meter())
    return made


def by_client(cast: Cast, _patch: pytest.MonkeyPatch) -> UUID:
    show = private(cast, 185)
    shows.end_private(user=cast.cy, private_id=show.id, now=cast.now)
    return show.session_id


def by_performer(cast: Cast, _patch: pytest.MonkeyPatch) -> UUID:
    show = private(cast, 70)
    shows.end_private(user=cast.bo, private_id=show.id, now=cast.now)
    return show.session_id


def by_funds(cast: Cast, _patch: pytest.MonkeyPatch) -> UUID:
    return private(cast, 330).session_id


def client_vanishes(cast: Cast, _patch: pytest.MonkeyPatch) -> UUID:
    cast.live(cast.bo, cast.free)
    show = cast.private(cast.cy, room=cast.bo_room)
    cast.pass_time(185, meter=(meter := Meter()))
    media.get_engine().vanish(f"x-{show.id}")  # type: ignore[attr-defined]
    cast.pass_time(LOST_FOR, meter=meter)
    return show.session_id


def performer_vanishes(cast: Cast, _patch: pytest.MonkeyPatch) -> UUID:
    live = cast.live(cast.bo, cast.free)
    show = cast.private(cast.cy, room=cast.bo_room)
    cast.pass_time(70, meter=(meter := Meter()))
    media.get_engine().vanish(f"p-{live.id}")  # type: ignore[attr-defined]
    Presence.objects.filter(role="performer").delete()
    cast.pass_time(LOST_FOR, meter=meter)
    return show.session_id


def engine_falls_silent(cast: Cast, patch: pytest.MonkeyPatch) -> UUID:
    cast.live(cast.bo, cast.free)
    show = cast.private(cast.cy, room=cast.bo_room)
    cast.pass_time(70, meter=(meter := Meter()))

    def silent() -> Any:
        raise MediaUnavailable

    patch.setattr(media, "evidence", silent)
    cast.pass_time(LOST_FOR, meter=meter)
    patch.undo()
    return show.session_id


def nothing_ever_flows(cast: Cast, _patch: pytest.MonkeyPatch) -> UUID:
    cast.live(cast.bo, cast.free)
    asked = shows.request_private(
        user=cast.cy, room_id=cast.bo_room.pk, cid=uuid4().hex, media="video", cpm=200, now=cast.now
    )
    shows.answer_request(user=cast.bo, request_id=asked.id, accept=True, now=cast.now)
    cast.pass_time(LOST_FOR, meter=Meter())
    asked.refresh_from_db()
    return asked.private_show.session_id


def mode_changes(cast: Cast, _patch: pytest.MonkeyPatch) -> UUID:
    made = visit(cast, 95)
    shows.switch_mode(user=cast.bo, room_id=cast.bo_room.pk, mode_id=cast.free.pk, cid="free", now=cast.now)
    return made.session_id


def show_ends(cast: Cast, _patch: pytest.MonkeyPatch) -> UUID:
    made = visit(cast, 95)
    shows.leave(user=cast.bo, room_id=cast.bo_room.pk, now=cast.now)
    return made.session_id


def site_ends_it(cast: Cast, _patch: pytest.MonkeyPatch) -> UUID:
    show = private(cast, 185)
    shows.report_usage(now=cast.now, room_id=cast.bo_room.pk)
    shows.close_show(show_id=show.show_id, reason="staff", now=cast.now)
    return show.session_id


def paused(words: str, length: str | None = None) -> str:
    return f"The meter paused: {words}" + (f" ({length} not charged)" if length else "")


LOST = "the broadcaster’s connection was lost"
STORIES = {
    "client": Story(by_client, 185_000, "5.83", ("3.26", "1.40", "1.17"), "ended by the viewer", WARNED[:1]),
    "performer": Story(by_performer, 70_000, "2.00", ("1.12", "0.48", "0.40"), "ended by the broadcaster", WARNED[:1]),
    "funds": Story(by_funds, 310_000, "10.00", ("5.60", "2.40", "2.00"), "the funds ran out", WARNED),
    "client_lost": Story(
        client_vanishes, 185_000, "5.83", ("3.26", "1.40", "1.17"), "the viewer’s connection was lost",
        [WARNED[0], paused("the viewer’s connection was lost", "0:40")],
    ),
    "performer_lost": Story(
        performer_vanishes, 70_000, "2.00", ("1.12", "0.48", "0.40"), LOST, [WARNED[0], paused(LOST, "0:35")],
    ),
    "media_lost": Story(
        engine_falls_silent, 70_000, "2.00", ("1.12", "0.48", "0.40"), "sound and picture were lost", WARNED[:1]
    ),
    "never_started": Story(
        nothing_ever_flows, 0, "0.00", ("0.00", "0.00", "0.00"), "sound and picture never started", []
    ),
    "mode_changed": Story(mode_changes, 95_000, "1.63", ("0.91", "0.39", "0.33"), "the room’s mode changed", []),
    "show_ended": Story(show_ends, 95_000, "1.63", ("0.91", "0.39", "0.33"), "the show ended", []),
    "staff": Story(site_ends_it, 185_000, "5.83", ("3.26", "1.40", "1.17"), "ended by the site", WARNED[:1]),
}  # fmt: skip


@pytest.fixture
def admin(ppv_pages: Cast) -> Any:
    ppv_pages.di.is_staff = True
    ppv_pages.di.save(update_fields=["is_staff"])
    ppv_pages.di.user_permissions.add(Permission.objects.get(codename="view_meteredsession"))
    return ppv_pages.di


def plain(fragment: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", fragment)).split())


def facts(page: str) -> dict[str, str]:
    pairs = re.findall(r"<dt[^>]*>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", page, re.DOTALL)
    return {plain(name): plain(value).removesuffix(" tokens") for name, value in pairs}


def timeline(page: str) -> list[tuple[str, str]]:
    """(time on the meter, words) of each line."""
    table = page.split('data-part="timeline"')[1].split("</table>")[0]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in table.split("<tr ")[1:]]
    return [(plain(meter), plain(words)) for _at, meter, words in rows]


def page_of(browse: Browse, user: Any, session_id: UUID) -> str:
    return browse(user).get(f"/ppv/receipts/{session_id}/").content.decode()


@pytest.mark.parametrize("reason", STORIES)
def test_each_end_is_told_alike_to_everybody_with_the_amounts_of_its_role(
    ppv_pages: Cast, browse: Browse, admin: Any, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    story = STORIES[reason]
    ppv_pages.fund(ppv_pages.cy, 1_000)
    session_id = story.plays(ppv_pages, monkeypatch)
    session = MeteredSession.objects.get(id=session_id)
    assert (session.end_reason, session.used_ms) == (reason, story.used_ms)
    people = {"client": ppv_pages.cy, "performer": ppv_pages.bo, "studio": ppv_pages.eos.owner, "admin": admin}
    pages = {role: page_of(browse, user, session_id) for role, user in people.items()}

    lines = timeline(pages["client"])
    assert [words for _meter, words in lines] == [
        OPENED, *([STARTED] if story.used_ms else []), *story.between, f"The end: {story.words}",
    ]  # fmt: skip
    seconds = story.used_ms // 1000
    assert lines[-1][0] == f"{seconds // 60}:{seconds % 60:02d}"
    assert {role: timeline(page) for role, page in pages.items()} == dict.fromkeys(pages, lines)

    read = {role: facts(page) for role, page in pages.items()}
    assert {role: (told["Total"], told["How it ended"]) for role, told in read.items()} == dict.fromkeys(
        pages, (story.total, story.words)
    )
    for_bo, for_studio, for_house = story.parts
    assert "Your part" not in read["client"]
    assert (read["performer"]["Your part"], read["studio"]["Your part"]) == (for_bo, for_studio)
    told = read["admin"]
    parts = (told["Part of the one who was live"], told["Part of the studio"], told["Part of the site"])
    assert parts == (for_bo, for_studio, for_house)


@pytest.mark.parametrize(
    ("element", "reasons"), [("end_reason", MeteredSession.EndReason.values), ("pause_reason", pauses.REASONS)]
)
def test_every_reason_has_words_of_its_own(ppv_pages: Cast, element: str, reasons: list[str]) -> None:
    words = [render_to_string(f"ppv_plugin/elements/{element}.html", {"reason": reason}).strip() for reason in reasons]
    assert all(words)
    assert len(set(words)) == len(words)


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("picture", "no picture came from the broadcaster"),
        ("performer", LOST),
        ("client", "the viewer’s connection was lost"),
    ],
)
def test_a_pause_says_why_and_for_how_long(ppv_pages: Cast, browse: Browse, who: str, words: str) -> None:
    """Away from 100 s to 120 s of 200 s: d = 180."""
    ppv_pages.fund(ppv_pages.cy, 10_000)
    live = ppv_pages.live(ppv_pages.bo, ppv_pages.free)
    show = ppv_pages.private(ppv_pages.cy, room=ppv_pages.bo_room)
    engine: Any = media.get_engine()
    ppv_pages.pass_time(100, meter=(meter := Meter()), every=1)
    gone = f"x-{show.id}" if who == "client" else f"p-{live.id}"
    (engine.stall if who == "picture" else engine.vanish)(gone)
    ppv_pages.pass_time(20, meter=meter, every=1)
    if who == "picture":
        engine.resume(gone)
    elif who == "client":
        ppv_pages.join(ppv_pages.cy, ppv_pages.bo_room, "subscribe")
    else:
        ppv_pages.join(ppv_pages.bo, ppv_pages.bo_room, "publish")
    ppv_pages.pass_time(80, meter=meter, every=1)
    shows.end_private(user=ppv_pages.cy, private_id=show.id, now=ppv_pages.now)
    lines = timeline(page_of(browse, ppv_pages.cy, show.session_id))
    assert lines[2] == ("1:40", paused(words, "0:20"))
    assert lines[3][1] == "Sound and picture came back; the meter went on"
    assert lines[-1] == ("3:00", "The end: ended by the viewer")


def test_a_visit_pauses_while_the_performer_is_in_private(ppv_pages: Cast, browse: Browse) -> None:
    RoomMode.objects.filter(pk=ppv_pages.group.pk).update(requests_enabled=True)
    ppv_pages.fund(ppv_pages.cy, 10_000)
    ppv_pages.fund(ppv_pages.di, 10_000)
    ppv_pages.live(ppv_pages.bo, ppv_pages.group)
    inside = ppv_pages.visit(ppv_pages.cy)
    ppv_pages.pass_time(90, meter=(meter := Meter()), every=1)
    show = ppv_pages.private(ppv_pages.di, room=ppv_pages.bo_room)
    ppv_pages.pass_time(130, meter=meter, every=1)
    shows.end_private(user=ppv_pages.di, private_id=show.id, now=ppv_pages.now)
    ppv_pages.pass_time(60, meter=meter, every=1)
    shows.leave_group(user=ppv_pages.cy, room_id=ppv_pages.bo_room.pk, now=ppv_pages.now)
    lines = timeline(page_of(browse, ppv_pages.cy, inside.session_id))
    assert lines[2] == ("1:30", paused("the broadcaster was in private", "2:10"))
    assert lines[-1][0] == "2:30"


def test_the_video_service_that_starts_anew_is_named(ppv_pages: Cast, browse: Browse) -> None:
    ppv_pages.fund(ppv_pages.cy, 10_000)
    ppv_pages.live(ppv_pages.bo, ppv_pages.free)
    show = ppv_pages.private(ppv_pages.cy, room=ppv_pages.bo_room)
    ppv_pages.pass_time(100, meter=(meter := Meter()), every=1)
    media.get_engine().reboot()  # type: ignore[attr-defined]
    ppv_pages.pass_time(10, meter=meter, every=1)
    ppv_pages.join(ppv_pages.bo, ppv_pages.bo_room, "publish")
    ppv_pages.join(ppv_pages.cy, ppv_pages.bo_room, "subscribe")
    ppv_pages.pass_time(85, meter=meter, every=1)
    shows.end_private(user=ppv_pages.cy, private_id=show.id, now=ppv_pages.now)
    lines = timeline(page_of(browse, ppv_pages.cy, show.session_id))
    assert lines[2] == ("1:40", paused("the video service was interrupted", "0:10"))
    assert lines[-1][0] == "3:05"


def test_what_was_given_back_follows_in_the_same_order(ppv_pages: Cast, browse: Browse) -> None:
    ppv_pages.fund(ppv_pages.cy, 10_000)
    show = private(ppv_pages, 185)
    shows.end_private(user=ppv_pages.cy, private_id=show.id, now=ppv_pages.now)
    for cid, amount, reason in (("one", 292, "The sound was bad"), ("two", 100, "Sorry once more")):
        ppv_pages.pass_time(3600)
        refunds.request_refund(
            session_id=show.session_id, amount=amount, reason=reason, cid=cid, alone_max=None, actor="1",
            now=ppv_pages.now,
        )  # fmt: skip
    page = page_of(browse, ppv_pages.cy, show.session_id)
    assert [words for _meter, words in timeline(page)[-3:]] == [
        "The end: ended by the viewer",
        "2.92 was given back: The sound was bad",
        "1.00 was given back: Sorry once more",
    ]
    assert page.count('data-part="refund"') == 2


def test_a_fault_early_on_is_given_back_right_after_the_end(
    ppv_pages: Cast, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    ppv_pages.fund(ppv_pages.cy, 10_000)
    live = ppv_pages.live(ppv_pages.bo, ppv_pages.free)
    show = ppv_pages.private(ppv_pages.cy, room=ppv_pages.bo_room)
    ppv_pages.pass_time(45, meter=(meter := Meter()))
    media.get_engine().vanish(f"p-{live.id}")  # type: ignore[attr-defined]
    Presence.objects.filter(role="performer").delete()
    ppv_pages.pass_time(LOST_FOR, meter=meter)
    assert timeline(page_of(browse, ppv_pages.bo, show.session_id))[-2:] == [
        ("0:45", f"The end: {LOST}"),
        ("0:45", "1.17 was given back: A technical fault early in the session"),
    ]


def test_a_signed_file_that_is_checked_tells_the_same_timeline(ppv_pages: Cast, browse: Browse) -> None:
    ppv_pages.fund(ppv_pages.cy, 10_000)
    show = private(ppv_pages, 185)
    shows.end_private(user=ppv_pages.cy, private_id=show.id, now=ppv_pages.now)
    page = page_of(browse, ppv_pages.cy, show.session_id)
    file = browse(ppv_pages.cy).get(f"/ppv/receipts/{show.session_id}.json").content.decode()
    checked = browse(None).post("/ppv/verify/", {"receipt": file}).content.decode()
    assert timeline(checked) == timeline(page)
