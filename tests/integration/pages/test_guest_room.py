"""The page of a guest, and what a receipt says of a shared show."""

from __future__ import annotations

from uuid import uuid4

from ppv_plugin.models import PricingSettings
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast

from ..shows.test_guest_cameras import checked_in, on_camera
from .conftest import Browse


def test_the_guest_finds_the_show_under_the_check_in_and_nobody_else_does(ppv_pages: Cast, browse: Browse) -> None:
    ppv_pages.live(ppv_pages.bo, ppv_pages.free)
    check_in = checked_in(ppv_pages)
    page = browse(ppv_pages.ana).get(f"/studio/?guest={check_in.pk}")
    assert "<ppv-guest" in (text := page.content.decode())
    assert f"/ws/ppv/room/{ppv_pages.bo_room.uuid}/?as=guest" in text
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    for user, wanted in ((ppv_pages.bo, check_in.pk), (ppv_pages.ana, uuid4()), (ppv_pages.ana, "x")):
        assert "<ppv-guest" not in browse(user).get(f"/studio/?guest={wanted}").content.decode()
    shows.end_check_in(user=ppv_pages.bo, check_in_id=check_in.pk, now=ppv_pages.now)
    assert "<ppv-guest" not in browse(ppv_pages.ana).get(f"/studio/?guest={check_in.pk}").content.decode()


def test_the_receipt_of_a_time_split_by_presence_names_the_seconds(ppv_pages: Cast, browse: Browse) -> None:
    PricingSettings.objects.update(check_in_split="presence")
    ppv_pages.fund(ppv_pages.cy, 10_000)
    ppv_pages.live(ppv_pages.bo, ppv_pages.group)
    on_camera(ppv_pages)
    visit = ppv_pages.visit(ppv_pages.cy)
    ppv_pages.pass_time(130, meter=Meter(), every=5)
    shows.leave_group(user=ppv_pages.cy, room_id=ppv_pages.bo_room.pk, now=ppv_pages.now)
    for user in (ppv_pages.cy, ppv_pages.ana):
        page = browse(user).get(f"/ppv/receipts/{visit.session_id}/").content.decode()
        assert page.count("130 seconds on stage") == 2
