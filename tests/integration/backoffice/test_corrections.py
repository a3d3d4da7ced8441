"""Staff moves money in the admin: buttons by permission, refusals at the field, a second person, the audit log."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import Client
from wagtail.models import ModelLogEntry

from ppv_plugin.ledger import services as ledger
from ppv_plugin.metering.models import Adjustment, Refund
from ppv_plugin.rooms.models import PricingSettings
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast

Staff = Callable[..., Client]


@pytest.fixture
def session_id(cast: Cast) -> UUID:
    """Cy's private show with Ana: 5.83."""
    call_command("ppv_setup", stdout=StringIO())
    cast.fund(cast.cy, 10_000)
    cast.live(cast.ana, cast.free)
    show = cast.private(cast.cy)
    cast.pass_time(185, meter=Meter(), every=5)
    shows.end_private(user=cast.cy, private_id=show.id, now=cast.now)
    found: UUID = show.session_id
    return found


@pytest.fixture
def staff() -> Staff:
    def member(group: str, name: str = "") -> Client:
        user = get_user_model().objects.create_user(name or group, password="x")
        user.groups.add(Group.objects.get(name=f"Video chat {group}"))
        client = Client()
        client.force_login(user)
        return client

    return member


def refund(client: Client, session_id: UUID, **values: str) -> Any:
    form = {"amount": "2.92", "reason": "The sound was bad", "cid": uuid4().hex, **values}
    return client.post(f"/admin/ppv_sessions/refund/{session_id}/", form, follow=True)


def limit(cast: Cast, amount: int) -> None:
    PricingSettings.objects.filter(site=cast.site).update(refund_alone_max=amount)


def logged() -> list[tuple[str, str]]:
    return [(entry.action, entry.formatter.format_message(entry)) for entry in ModelLogEntry.objects.order_by("pk")
            if entry.action.startswith("ppv_plugin.")]  # fmt: skip


def test_half_is_refunded_from_the_session(cast: Cast, session_id: UUID, staff: Staff) -> None:
    client = staff("support")
    page = client.get(f"/admin/ppv_sessions/inspect/{session_id}/").content.decode()
    assert f"/admin/ppv_sessions/refund/{session_id}/" in page
    form = client.get(f"/admin/ppv_sessions/refund/{session_id}/").content.decode()
    assert 'value="5.83"' in form
    done = refund(client, session_id)
    assert "2.92 posted." in done.content.decode()
    assert "The sound was bad" in done.content.decode()
    assert (cast.balance(cast.cy), cast.earned(cast.ana), cast.house()) == (10_000 - 583 + 292, 233, 58)
    assert logged() == [("ppv_plugin.refund.post", "Refund posted: 2.92, The sound was bad")]
    page = client.get(f"/admin/ppv_sessions/inspect/{session_id}/").content.decode()
    assert "2.92" in page.split("Given back")[1][:200]
    assert "cy · Ana" in client.get("/admin/ppv_refunds/").content.decode()
    assert client.get(f"/admin/ppv_sessions/history/{session_id}/").status_code == 200


def test_sent_twice_it_counts_once(cast: Cast, session_id: UUID, staff: Staff) -> None:
    client, cid = staff("support"), uuid4().hex
    for _attempt in range(2):
        refund(client, session_id, cid=cid)
    assert cast.balance(cast.cy) == 9709
    assert len(logged()) == 1


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"amount": "5.84"}, "At most 5.83 can be given back"),
        ({"amount": "0"}, "greater than or equal to 0.01"),
        ({"amount": "-1"}, "greater than or equal to 0.01"),
        ({"amount": "1.005"}, "no more than 2 decimal places"),
        ({"amount": ""}, "required"),
        ({"reason": "  "}, "required"),
        ({"reason": "x" * 191}, "at most 190"),
        ({"cid": "no key"}, "valid value"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    cast: Cast, session_id: UUID, staff: Staff, values: dict[str, str], text: str
) -> None:
    answer = refund(staff("support"), session_id, **values)
    assert answer.status_code == 200
    assert text in str(answer.context["form"].errors)
    assert not Refund.objects.exists()


def test_what_was_given_back_is_said(cast: Cast, session_id: UUID, staff: Staff) -> None:
    client = staff("support")
    refund(client, session_id, amount="5.83")
    answer = refund(client, session_id, amount="0.01")
    assert "Nothing is left to give back" in answer.content.decode()


def test_above_the_limit_another_person_of_finance_approves(cast: Cast, session_id: UUID, staff: Staff) -> None:
    limit(cast, 291)
    asker, other, finance = staff("support"), staff("support", "other"), staff("finance")
    assert "2.92 wait for a second person" in refund(asker, session_id).content.decode()
    asked = Refund.objects.get()
    address = f"/admin/ppv_refunds/decide/{asked.pk}/"
    assert "Approve and post" not in asker.get(address).content.decode()
    assert "Somebody else" in asker.post(address, {"decision": "approve"}, follow=True).content.decode()
    assert other.post(address, {"decision": "approve"}).status_code == 302
    asked.refresh_from_db()
    assert asked.state == "pending"
    assert address in finance.get(f"/admin/ppv_refunds/inspect/{asked.pk}/").content.decode()
    assert "Approve and post" in finance.get(address).content.decode()
    for _twice in range(2):
        finance.post(address, {"decision": "approve"})
    assert cast.balance(cast.cy) == 9709
    assert [action for action, _text in logged()] == ["ppv_plugin.refund.request", "ppv_plugin.refund.post"]
    assert "This is decided" in finance.get(address).content.decode()


@pytest.mark.parametrize("group", ["support", "finance"])
def test_it_is_declined_or_taken_back(cast: Cast, session_id: UUID, staff: Staff, group: str) -> None:
    limit(cast, 0)
    asker = staff("support", "asker")
    refund(asker, session_id)
    decider = asker if group == "support" else staff("finance")
    decider.post(f"/admin/ppv_refunds/decide/{Refund.objects.get().pk}/", {"decision": "decline"})
    assert Refund.objects.get().state == "declined"
    assert cast.balance(cast.cy) == 9417
    assert logged()[-1][0] == "ppv_plugin.refund.decline"


def test_without_the_permission_there_is_no_way(cast: Cast, session_id: UUID, staff: Staff) -> None:
    account_id = cast._wallet(cast.cy).account_id
    for group in ("editors", "moderators"):
        client = staff(group)
        for address in (f"/admin/ppv_sessions/refund/{session_id}/", f"/admin/ppv_accounts/adjust/{account_id}/"):
            assert client.get(address).status_code == 302
            assert client.post(address, {"amount": "1", "reason": "r"}).status_code == 302
    support = staff("support")
    assert support.post(f"/admin/ppv_accounts/adjust/{account_id}/", {}).status_code == 302
    assert "adjust" not in support.get(f"/admin/ppv_accounts/inspect/{account_id}/").content.decode()
    assert not Refund.objects.exists()


def test_an_account_is_adjusted(cast: Cast, session_id: UUID, staff: Staff) -> None:
    account_id, finance = cast._wallet(cast.cy).account_id, staff("finance")
    page = finance.get(f"/admin/ppv_accounts/inspect/{account_id}/").content.decode()
    address = f"/admin/ppv_accounts/adjust/{account_id}/"
    assert address in page
    assert f"/ppv/statements/{account_id}/" in page
    assert "Wallet of a viewer: cy" in finance.get(address).content.decode()
    form = {"direction": "give", "amount": "1.00", "reason": "Goodwill", "cid": uuid4().hex}
    assert "1.00 posted" in finance.post(address, form, follow=True).content.decode()
    assert cast.balance(cast.cy) == 9517
    too_much = finance.post(address, {**form, "cid": uuid4().hex, "amount": "5.00"})
    assert "only 0.17 on the account that has to pay" in str(too_much.context["form"].errors)
    take = finance.post(address, {**form, "cid": uuid4().hex, "direction": "take", "amount": "60"}, follow=True)
    assert "60.00 wait for a second person" in take.content.decode()
    asked = Adjustment.objects.get(state="pending")
    assert asked.amount == -6000
    chief = staff("finance", "chief")
    assert "Wallet of a viewer: cy" in chief.get("/admin/ppv_adjustments/").content.decode()
    chief.post(f"/admin/ppv_adjustments/decide/{asked.pk}/", {"decision": "approve"})
    assert cast.balance(cast.cy) == 3517
    assert logged()[-1] == ("ppv_plugin.adjustment.post", "Adjustment posted: -60.00, Goodwill")


def test_the_house_itself_is_not_adjusted(cast: Cast, session_id: UUID, staff: Staff) -> None:
    house = ledger.account(kind="house").id
    assert staff("finance").get(f"/admin/ppv_accounts/adjust/{house}/").status_code == 404
