"""The site's own books, read beside it from the same database: sessions, receipts, balances."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone
from wagtail.models import Site

from ppv_plugin.ledger import queries as ledger
from ppv_plugin.ledger import services as ledger_services
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.metering import queries as metering
from ppv_plugin.metering import rules
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.models import Performer, PricingSettings, RecordingSettings, Room, RoomMode
from ppv_plugin.payments.services import top_up
from ppv_plugin.people.services import ensure_client

from .lantern import Database


@contextmanager
def reading_from(database: Database) -> Iterator[None]:
    """Django's default connection of this process points at `database` meanwhile."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database.name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def client_owner(login: str) -> str:
    return str(ensure_client(user=get_user_model().objects.get(username=login)).uuid)


def performer_owner(login: str) -> str:
    return str(Performer.objects.get(user__username=login).uuid)


def balance(login: str) -> ledger.Balance:
    """A client's wallet."""
    return ledger.balance_of(kind="client", owner=client_owner(login))


def earned(login: str) -> int:
    """A performer's account."""
    return ledger.balance_of(kind="performer", owner=performer_owner(login)).balance


def house() -> int:
    return ledger.balance_of(kind="house", owner="").balance


def give(login: str, amount: int) -> None:
    top_up(user=get_user_model().objects.get(username=login), amount=amount, key=f"test-{amount}", now=timezone.now())


def leave_with(login: str, amount: int) -> None:
    """The wallet holds exactly `amount` afterwards."""
    wallet = ledger_services.account(kind="client", owner=client_owner(login))
    provider = ledger_services.account(kind="provider", owner="test")
    surplus = wallet.balance - amount
    movement = ledger_services.Movement(wallet.id, provider.id, surplus)
    if surplus < 0:
        movement = ledger_services.Movement(provider.id, wallet.id, -surplus)
    draft = ledger_services.Draft(
        source="test", source_id=f"{login}-{wallet.balance}-{amount}", kind="correction", movements=(movement,)
    )
    ledger_services.post(drafts=[draft], now=timezone.now())


def prices() -> PricingSettings:
    return PricingSettings.objects.get()


def set_prices(**values: Any) -> None:
    assert PricingSettings.objects.update(**values) == 1


def set_mode(key: str, **values: Any) -> None:
    assert RoomMode.objects.filter(key=key).update(**values) >= 1


def add_mode(key: str, **values: Any) -> None:
    """Another mode in the language of those there are."""
    locale = RoomMode.objects.values_list("locale", flat=True)[0]
    RoomMode.objects.create(key=key, locale_id=locale, **values)


def record_shows(mode: str) -> None:
    """The site records in this mode."""
    RecordingSettings.objects.update_or_create(site=Site.objects.get(is_default_site=True), defaults={"enabled": True})
    set_mode(mode, recorded=True)


def record_private_shows() -> None:
    """The site lets both sides have private shows recorded."""
    RecordingSettings.objects.update_or_create(
        site=Site.objects.get(is_default_site=True), defaults={"private_enabled": True}
    )


def room(slug: str) -> Room:
    return Room.objects.get(slug=slug)


def sessions(**conditions: Any) -> list[MeteredSession]:
    return list(MeteredSession.objects.filter(**conditions).order_by("opened_at"))


def only_session(**conditions: Any) -> MeteredSession:
    (found,) = sessions(**conditions)
    return found


def settle_in_order(session_id: UUID) -> metering.Receipt:
    """The receipt, after the proof that it is what the rules say for its own seconds and what the ledger holds."""
    session = MeteredSession.objects.get(id=session_id)
    tariff = rules.tariff_from(session.tariff)
    receipt = metering.receipt(session_id=session_id)
    assert session.state == MeteredSession.State.CLOSED
    assert receipt.total == rules.owed(tariff, receipt.used_ms)
    parts = {
        share.account_id: share.amount for share in receipt.shares if share.account_id != session.client_account_id
    }
    assert parts == rules.shares(tariff.split, receipt.total)
    assert receipt.amount_of(session.client_account_id) == -receipt.total
    assert sum(share.amount for share in receipt.shares) == 0
    assert ledger.violations() == []
    return receipt


def settle_shared(session_id: UUID) -> metering.Receipt:
    """The same where several shared it, each stretch among those who were in."""
    session = MeteredSession.objects.get(id=session_id)
    tariff = rules.tariff_from(session.tariff)
    receipt = metering.receipt(session_id=session_id)
    assert receipt.total == rules.owed(tariff, receipt.used_ms) == session.settled
    parts = {share.account_id: share.amount for share in receipt.shares if share.kind != "client"}
    assert parts == rules.parts(tariff, receipt.total)
    assert sum(share.amount for share in receipt.shares) == 0
    assert ledger.violations() == []
    return receipt


def in_tokens(amount: int) -> str:
    """As pages write it."""
    return tokens(amount)


def wait_for(true: Callable[[], Any], page: Any, *, seconds: float) -> Any:
    """Asks the books again until they say so. `page` lets the browser go on meanwhile."""
    for _ in range(int(seconds / 0.25)):
        if found := true():
            return found
        page.wait_for_timeout(250)
    found = true()
    assert found, f"It did not come true within {seconds:.0f} s."
    return found
