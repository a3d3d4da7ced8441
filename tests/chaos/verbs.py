"""What actors do: the product's own services, by a key that makes a repeat harmless. Each returns what it made."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from ppv_plugin.errors import PPVError
from ppv_plugin.ledger import services as ledger
from ppv_plugin.ledger.services import Draft, Movement
from ppv_plugin.metering import refunds
from ppv_plugin.payments import services as payments
from ppv_plugin.shows import services as shows

Verb = Callable[..., Any]


def tip(*, key: str, wallet: int, earnings: int, house: int, amount: int) -> int:
    part = amount * 9 // 10
    moves = (Movement(wallet, earnings, part), Movement(wallet, house, amount - part))
    return _post("tip", key, tuple(move for move in moves if move.amount))


def pay_out(*, key: str, earnings: int, payout: int, amount: int) -> int:
    """The performer's money leaves the house: what is refunded later, it may owe."""
    return _post("payout", key, (Movement(earnings, payout, amount),))


def _post(kind: str, key: str, movements: tuple[Movement, ...]) -> int:
    draft = Draft(source=kind, source_id=key, kind=kind, movements=movements)
    return ledger.post(drafts=[draft], now=timezone.now())[0].transfer_id


def top_up(*, key: str, user: int, amount: int, wallet: int) -> int:
    return payments.top_up(user=_user(user), amount=amount, key=key, now=timezone.now())


def enter(*, key: str, user: int, room: int, cpm: int, other_tab: str) -> str:
    """`other_tab`: "" = one tab; "same" or "own" = a second one asks at the same moment, with this or its own cid."""

    def ask(cid: str) -> str:
        visit = shows.enter_group(user=_user(user), room_id=room, cid=cid, cpm=cpm, now=timezone.now())
        return str(visit.pk)

    return _in_two_tabs(ask, key, other_tab)


def ask(*, key: str, user: int, room: int, cpm: int, other_tab: str) -> str:
    def ask_here(cid: str) -> str:
        request = shows.request_private(
            user=_user(user), room_id=room, cid=cid, media="video", cpm=cpm, now=timezone.now()
        )
        return str(request.pk)

    return _in_two_tabs(ask_here, key, other_tab)


def _in_two_tabs(call: Callable[[str], str], cid: str, other_tab: str) -> str:
    """The answer of this tab. The other one may be refused or lose its connection, and nothing else."""
    if not other_tab:
        return call(cid)
    surprises: list[Exception] = []

    def other() -> None:
        try:
            call(cid if other_tab == "same" else f"{cid}-2")
        except (PPVError, OperationalError, InterfaceError):
            return
        except Exception as error:
            surprises.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=other, daemon=True)
    thread.start()
    try:
        return call(cid)
    finally:
        thread.join(20)
        if surprises:
            raise surprises[0]


def leave(*, key: str, user: int, room: int) -> None:
    shows.leave_group(user=_user(user), room_id=room, now=timezone.now())


def cancel(*, key: str, user: int, request: str) -> None:
    shows.cancel_request(user=_user(user), request_id=request, now=timezone.now())


def go_live(*, key: str, user: int, room: int, mode: int) -> str:
    return str(shows.go_live(user=_user(user), room_id=room, mode_id=mode, cid=key, now=timezone.now()).pk)


def leave_stage(*, key: str, user: int, room: int) -> None:
    shows.leave(user=_user(user), room_id=room, now=timezone.now())


def answer(*, key: str, user: int, request: str, accept: bool) -> None:
    shows.answer_request(user=_user(user), request_id=request, accept=accept, now=timezone.now())


def end_private(*, key: str, user: int, private: str) -> None:
    shows.end_private(user=_user(user), private_id=private, now=timezone.now())


def close(*, key: str, session: str) -> bool:
    return shows.end_session(session_id=UUID(session), reason="staff", now=timezone.now())


def refund(*, key: str, session: str, amount: int, second: bool) -> str:
    """Said twice, as a form that was sent twice. `second`: above the limit, so another person approves."""
    for _again in range(2):
        row = refunds.request_refund(
            session_id=UUID(session), amount=amount, reason="chaos", cid=key,
            alone_max=0 if second else None, actor="first", now=timezone.now(),
        )  # fmt: skip
    if second:
        row = refunds.approve_refund(refund_id=row.id, actor="second", now=timezone.now())
    return str(row.id)


def _user(pk: int) -> Any:
    return get_user_model().objects.get(pk=pk)


VERBS: dict[str, Verb] = {
    verb.__name__: verb
    for verb in (
        tip, pay_out, top_up, enter, ask, leave, cancel, go_live, leave_stage, answer, end_private, close, refund
    )
}  # fmt: skip
