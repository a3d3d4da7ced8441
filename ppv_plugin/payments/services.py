"""Money into wallets. Until a real provider is installed there is the test provider, which costs nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ppv_plugin import hooks
from ppv_plugin.conf import conf
from ppv_plugin.errors import BadInput, NotAllowed
from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.services import Draft, Movement
from ppv_plugin.people import services as people
from ppv_plugin.signals import announce, money_added

TOP_UP_MIN = 100
TOP_UP_MAX = 100_000


def top_up(*, user: Any, amount: int, key: str, now: datetime) -> int:
    """Credit `amount` hundredths to the user's wallet by the test provider; the same `key` credits once.

    Returns the new balance. Raises NotAllowed when the test provider is off or a hook says no, BadInput for an amount
    outside the bounds, Conflict when the key came with another amount. Announces `money_added`.
    """
    if not conf.TEST_PAYMENTS:
        raise NotAllowed
    if not TOP_UP_MIN <= amount <= TOP_UP_MAX:
        raise BadInput
    hooks.veto_purchase(user=user, amount=amount)
    client = people.ensure_client(user=user)
    owner = str(client.uuid)
    wallet = ledger.account(kind="client", owner=owner)
    provider = ledger.account(kind="provider", owner="test")
    draft = Draft(
        source="test-payment",
        source_id=f"{client.pk}-{key}"[:64],
        kind="top_up",
        movements=(Movement(provider.id, wallet.id, amount),),
        actor=str(user.pk),
    )
    (posted,) = ledger.post(drafts=[draft], now=now)
    if posted.new:
        announce(money_added, user_key=str(user.pk), account_id=wallet.id, amount=amount, key=key)
    return ledger_queries.balance_of(kind="client", owner=owner).balance
