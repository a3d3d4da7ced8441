"""A receipt: the same facts for both sides, nothing for anybody else."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission

from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast

from .conftest import Browse


@pytest.fixture
def private_address(ppv_pages: Cast) -> str:
    """Cy and Ana, 95 seconds at 2.00 with 10 seconds of grace: 2.83."""
    ppv_pages.fund(ppv_pages.cy, 10_000)
    ppv_pages.live(ppv_pages.ana, ppv_pages.free)
    show = ppv_pages.private(ppv_pages.cy)
    ppv_pages.pass_time(95, meter=Meter())
    shows.end_private(user=ppv_pages.cy, private_id=show.id, now=ppv_pages.now)
    return f"/ppv/receipts/{show.session_id}/"


def facts(page: str) -> dict[str, str]:
    pairs = re.findall(r"<dt[^>]*>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", page, re.DOTALL)
    return {re.sub(r"<[^>]+>", "", name).strip(): re.sub(r"<[^>]+>", "", value).strip() for name, value in pairs}


def test_both_sides_read_the_same_facts(ppv_pages: Cast, browse: Browse, private_address: str) -> None:
    paid = facts(browse(ppv_pages.cy).get(private_address).content.decode())
    earned = facts(browse(ppv_pages.ana).get(private_address).content.decode())
    assert paid["Total"] == "2.83&nbsp;tokens"
    assert paid["Time with sound or picture"] == "1:35"
    assert earned.pop("Your part") == "2.26&nbsp;tokens"
    assert paid == earned
    assert (paid["Broadcaster"], paid["Viewer"], paid["Room"]) == ("Ana", "cy", "Ana&#x27;s room")


def test_the_timeline_is_shown(ppv_pages: Cast, browse: Browse, private_address: str) -> None:
    page = browse(ppv_pages.cy).get(private_address).content.decode()
    assert "the meter started" in page
    assert "ended by the viewer" in page


@pytest.mark.parametrize("name", ["di", "bo"])
def test_for_others_it_does_not_exist(ppv_pages: Cast, browse: Browse, private_address: str, name: str) -> None:
    assert browse(getattr(ppv_pages, name)).get(private_address).status_code == 404


def test_a_visitor_is_asked_to_sign_in_whether_it_exists_or_not(browse: Browse, private_address: str) -> None:
    for address in (private_address, f"/ppv/receipts/{uuid4()}/"):
        assert browse(None).get(address).headers["Location"].startswith("/login/?next=")


def test_an_unknown_number_is_a_404(ppv_pages: Cast, browse: Browse) -> None:
    assert browse(ppv_pages.cy).get(f"/ppv/receipts/{uuid4()}/").status_code == 404
    assert browse(ppv_pages.cy).get("/ppv/receipts/1/").status_code == 404


def test_staff_need_the_permission_and_then_see_every_share(
    ppv_pages: Cast, browse: Browse, private_address: str
) -> None:
    ppv_pages.di.is_staff = True
    ppv_pages.di.save(update_fields=["is_staff"])
    assert browse(ppv_pages.di).get(private_address).status_code == 404
    ppv_pages.di.user_permissions.add(Permission.objects.get(codename="view_meteredsession"))
    read = facts(browse(ppv_pages.di).get(private_address).content.decode())
    assert (read["Part of the one who was live"], read["Part of the site"]) == ("2.26&nbsp;tokens", "0.57&nbsp;tokens")


def test_a_studio_sees_its_own_part(ppv_pages: Cast, browse: Browse) -> None:
    ppv_pages.fund(ppv_pages.cy, 10_000)
    ppv_pages.live(ppv_pages.bo, ppv_pages.group)
    visit = ppv_pages.visit(ppv_pages.cy)
    ppv_pages.pass_time(640, meter=Meter(), every=5)
    shows.leave_group(user=ppv_pages.cy, room_id=ppv_pages.bo_room.pk, now=ppv_pages.now)
    read = facts(browse(ppv_pages.eos.owner).get(f"/ppv/receipts/{visit.session_id}/").content.decode())
    assert (read["Total"], read["Your part"]) == ("15.25&nbsp;tokens", "3.66&nbsp;tokens")


def test_wallet_and_dashboard_list_it_from_their_own_side(
    ppv_pages: Cast, browse: Browse, private_address: str
) -> None:
    wallet = browse(ppv_pages.cy).get("/wallet/").content.decode()
    studio = browse(ppv_pages.ana).get("/studio/").content.decode()
    assert private_address in wallet
    assert private_address in studio
    assert '<bdi dir="ltr">-2.83</bdi>&nbsp;tokens' in wallet
    assert "97.17&nbsp;tokens" in wallet
    assert "2.26&nbsp;tokens" in studio
    assert "2.83" not in studio
