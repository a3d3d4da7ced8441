"""The whole state machine: paid life, and what is given back. `run` drives the real services against the reference."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any

from django.conf import settings as django
from django.test import override_settings
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from ppv_plugin.errors import (
    AlreadyRefunded,
    BadInput,
    Conflict,
    Gone,
    InsufficientFunds,
    MoreThanCharged,
    SecondPersonNeeded,
)
from ppv_plugin.ledger import receivables
from ppv_plugin.ledger import services as ledger
from ppv_plugin.metering import adjustments, refunds

from .paid_life import Life, clients, numbers, payees, terms
from .reference import Terms, Visit


class Machine(Life):
    def paid_visits(self) -> dict[Any, Visit]:
        paid = {key: visit for key, visit in self.model.visits.items() if not visit.open and visit.settled}
        return paid or self.model.visits

    def ask_refund(self, key: Any, cid: str, amount: int | None, alone_max: int | None, actor: str) -> Any:
        return refunds.request_refund(
            session_id=key, amount=amount, reason="r", cid=cid, alone_max=alone_max, actor=actor, now=self.books.now
        )

    @precondition(lambda self: self.model.visits)
    @rule(
        number=numbers, part=st.sampled_from((33, 50, None, 101, 1, 0)), alone=st.booleans(), of_any=st.integers(0, 3)
    )
    def refund(self, number: int, part: int | None, alone: bool, of_any: int) -> None:
        """`part`: per cent of what is left, rounded up; None asks for all of it. Mostly of a session that was paid."""
        key, visit = self.one_of(self.paid_visits() if of_any else self.model.visits, number)
        cid, left = f"refund-{self.next_number()}", visit.left
        amount = left if part is None else -(-left * part // 100)
        expected = self.refusal(visit, amount)
        asked = None if part is None else amount
        for _twice in range(2):
            row = self.books.do(
                expected, lambda: self.ask_refund(key, cid, asked, None if alone else 0, f"actor-{cid}")
            )
        if row is None:
            return
        visit.refunds[cid] = {"amount": amount, "state": "pending", "id": row.id, "parts": {}}
        if alone:
            self.model.refund(visit, cid)
        assert row.state == visit.refunds[cid]["state"]
        self.books.do(Conflict, lambda: self.ask_refund(key, cid, amount + 1, None, "x"))

    @rule(number=numbers, part=st.integers(1, 99), spent=st.booleans(), wanted=terms, client=clients)
    def refund_in_parts_and_earn_again(self, number: int, part: int, spent: bool, wanted: Terms, client: str) -> None:
        """A payee that has spent what it got owes it, and repays from its next session."""
        _key, visit = self.one_of(self.paid_visits(), number)
        if spent:
            for who in [party[0] for party in visit.terms.parties]:
                self.payee_takes_all_it_has(who)
        self.refund(number, part, part % 2 == 0, 1)
        self.refund(number, 101, False, 1)
        self.refund(number, 50, False, 1)
        for cid in visit.refunds:
            self.decide(visit, cid, True, True)
            self.decide(visit, cid, part % 3 > 0, False)
        self.refund(number, 50, True, 1)
        self.write_off(visit.terms.parties[0][0])
        self.post("outside", {client: 3_000})
        self.start(client, replace(wanted, parties=visit.terms.parties))
        self.live(60, 3)
        for key in self.open_visits():
            self.books.do(Gone, partial(self.ask_refund, key, "too-early", 1, None, "x"))
            self.close_now(key, "performer")

    @staticmethod
    def refusal(visit: Visit, amount: int) -> Any:
        if visit.open:
            return Gone
        if amount <= 0:
            return BadInput
        if amount > visit.left:
            return MoreThanCharged if visit.left else AlreadyRefunded
        return None

    def asked(self) -> list[tuple[Visit, str]]:
        return [(visit, cid) for visit in self.model.visits.values() for cid in visit.refunds]

    @precondition(lambda self: self.asked())
    @rule(number=numbers, agreed=st.booleans(), same=st.booleans())
    def second_person(self, number: int, agreed: bool, same: bool) -> None:
        self.decide(*self.asked()[number % len(self.asked())], agreed, same)

    def decide(self, visit: Visit, cid: str, agreed: bool, same: bool) -> None:
        refund, actor = visit.refunds[cid], f"actor-{cid}" if same else "head"
        decide = refunds.approve_refund if agreed else refunds.decline_refund
        call: Any = lambda: decide(refund_id=refund["id"], actor=actor, now=self.books.now)  # noqa: E731
        if refund["state"] == "pending" and agreed and same:
            self.books.do(SecondPersonNeeded, call)
        elif refund["state"] == "pending":
            self.books.do(None, call)
            refund |= {"decided_by": actor, "state": "declined"}
            if agreed:
                refund["state"] = "pending"
                self.model.refund(visit, cid)
        elif refund["state"] == "posted":
            by = refund.get("decided_by", f"actor-{cid}")
            self.books.do(None if agreed and actor == by else Gone, call)
        else:
            self.books.do(Gone if agreed else None, call)

    @precondition(lambda self: self.model.visits)
    @rule(number=numbers, seconds=st.sampled_from((0, 60, 600)))
    def policy_for_faults(self, number: int, seconds: int) -> None:
        key, visit = self.one_of(self.model.visits, number)
        applies = visit.reason == "media_lost" and self.model.used(visit) <= seconds * 1000 and seconds > 0
        row = self.books.do(
            None, lambda: refunds.refund_fault(session_id=key, within_seconds=seconds, now=self.books.now)
        )
        if "policy" not in visit.refunds and applies and visit.left:
            visit.refunds["policy"] = {"amount": visit.left, "state": "pending", "id": row.id, "decided_by": "policy"}
            self.model.refund(visit, "policy")
        assert (row is not None) == ("policy" in visit.refunds)

    @rule(who=st.one_of(clients, payees), amount=st.integers(-3_000, 3_000).filter(bool))
    def adjust(self, who: str, amount: int) -> None:
        payer, payee = ("house", who) if amount > 0 else (who, "house")
        enough, cid = self.model.free(payer) >= abs(amount), f"adjust-{self.next_number()}"
        for _twice in range(2):
            self.books.do(
                None if enough else InsufficientFunds, lambda: self.adjusted(self.books.ids[who], amount, cid)
            )
        if enough:
            self.model.move(payer, payee, abs(amount))

    def adjusted(self, account_id: int, amount: int, cid: str) -> Any:
        return adjustments.request_adjustment(
            account_id=account_id, amount=amount, reason="r", cid=cid, alone_max=None, actor="a", now=self.books.now
        )

    @rule(who=payees)
    def write_off(self, who: str) -> None:
        owing = -self.model.balance[f"owes {who}"]
        found = receivables.owed_by(account_ids=[self.books.ids[who]])
        assert found == ({self.books.ids[who]: owing} if owing else {})
        if owing and self.model.free("house") >= owing:
            debt = ledger.account(kind="receivable", owner=str(self.books.ids[who])).id
            self.books.do(BadInput, lambda: self.adjusted(debt, owing + 1, "too-much"))
            self.books.do(None, lambda: self.adjusted(debt, owing, f"off-{self.next_number()}"))
            self.model.move("house", f"owes {who}", owing)


def profile(examples: int, steps: int, **more: Any) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        **more,
    )


def run(examples: int, steps: int, **more: Any) -> Counter[str]:
    """What the machine did. It settles every two minutes, so that a short life has many postings."""
    Life.seen = Counter()
    with override_settings(PPV_PLUGIN={**django.PPV_PLUGIN, "SETTLE_SECONDS": 120}):
        run_state_machine_as_test(Machine, settings=profile(examples, steps, **more))
    return Life.seen
