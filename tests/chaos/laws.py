"""What must hold after each round, whatever was killed in it: laws 1 to 6 of the acceptance, and that every answer
which was given is true.

The books are compared with two things that no database was asked for: the actors' journals and what the relay wrote
down before it told it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from ppv_plugin.ledger import proof as ledger_proof
from ppv_plugin.ledger import queries as ledger_queries
from ppv_plugin.ledger.models import Account, Entry, Hold, Transfer
from ppv_plugin.metering import proof as metering_proof
from ppv_plugin.metering import rules
from ppv_plugin.metering.models import MeteredSession, Refund
from ppv_plugin.metering.receipts.services import signed_receipt
from ppv_plugin.models import PrivateRequest, PrivateShow, Visit

from .journal import Intent, every_journal
from .people import ClientCard, People
from .relay import Truth

# verb -> the source of its transfer
POSTED = {"tip": "tip", "pay_out": "payout", "top_up": "test-payment"}


@dataclass
class Findings:
    """`broken` is empty when all is well; `lost` and `doubled` count commands."""

    broken: list[str] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0

    def say(self, lines: Iterator[str]) -> None:
        self.broken.extend(lines)


def examine(folder: Path, *, people: People, open_at_calm: Mapping[UUID, str] | None = None) -> Findings:
    """`open_at_calm`: sessions that were open when everybody vanished -> the last boot of the relay."""
    found = Findings()
    intents = [intent for journal in every_journal(folder) for intent in journal.intents.values()]
    truth = Truth.read(folder / "truth")
    found.say(iter(ledger_proof.violations()))
    found.say(iter(metering_proof.violations()))
    found.say(_sessions(truth, open_at_calm or {}))
    found.say(_shows())
    found.say(_holds())
    found.say(_receipts())
    _answers(found, intents)
    found.say(_wallets(people, intents))
    return found


def _sessions(truth: Mapping[str, Mapping[str, int]], open_at_calm: Mapping[UUID, str]) -> Iterator[str]:
    """The bill is the rule's, of no more time than was proven, divided exactly (laws 3, 4 and 6)."""
    for row in MeteredSession.objects.filter(state="closed"):
        tariff = rules.tariff_from(row.tariff)
        owed = rules.owed(tariff, row.used_ms)
        if row.settled != owed:
            yield f"session {row.id} settled {row.settled}, its rule says {owed} for {row.used_ms} ms"
        posted = ledger_queries.transfer_amounts(source="session", source_id=str(row.id))
        shares = {pk: part for pk, part in rules.shares(tariff.split, row.settled).items() if part}
        got = {pk: part for pk, part in posted.items() if part and pk != row.client_account_id}
        if got != shares:
            yield f"session {row.id} paid {got}, its split of {row.settled} is {shares}"
        yield from _time(row, truth.get(row.participant, {}), open_at_calm.get(row.id))


def _time(row: MeteredSession, told: Mapping[str, int], last_boot: str | None) -> Iterator[str]:
    if row.used_ms > sum(told.values()):
        yield f"session {row.id} is charged for {row.used_ms} ms, the relay proved {dict(told)}"
    if row.used_ms > row.granted_ms:
        yield f"session {row.id} used {row.used_ms} ms, granted were {row.granted_ms}"
    for boot, ms in row.usage.items():
        if ms > told.get(boot, 0):
            yield f"session {row.id} has {ms} ms of boot {boot}, the relay proved {told.get(boot, 0)}"
    if last_boot is None:
        return
    # Everybody had all the time in the world to hear the last counter of this boot.
    earlier = sum(ms for boot, ms in row.usage.items() if boot != last_boot)
    whole = min(earlier + told.get(last_boot, 0), row.granted_ms)
    if row.used_ms != whole:
        yield f"session {row.id} is charged for {row.used_ms} ms of {whole} ms that were told in time"


def _shows() -> Iterator[str]:
    """A visit and its session, a private show and its session, end together."""
    for kind, rows, over in (("visit", Visit.objects, "ended"), ("private show", PrivateShow.objects, "ended")):
        for pk, state, session in rows.values_list("id", "state", "session__state"):  # type: ignore[attr-defined]
            if (state == over) != (session == "closed"):
                yield f"{kind} {pk} is {state}, its session is {session}"
    doubled = Counter(Visit.objects.filter(state="inside").values_list("show_id", "client_id"))
    yield from (f"client {client} is in show {show} {n} times" for (show, client), n in doubled.items() if n > 1)


def _holds() -> Iterator[str]:
    """Nothing is set aside for what is over."""
    running = set(MeteredSession.objects.filter(state="open").values_list("hold_id", flat=True))
    waiting = set(PrivateRequest.objects.filter(state="pending").values_list("hold_id", flat=True))
    for pk, source, amount in Hold.objects.filter(amount__gt=0).values_list("id", "source", "amount"):
        if pk not in running | waiting:
            yield f"hold {pk} of a {source} sets {amount} aside for nothing"


def _receipts() -> Iterator[str]:
    """A receipt whose signing was cut off is signed when it is looked at, and says what was posted."""
    from django.utils import timezone

    missed = MeteredSession.objects.filter(state="closed", signed_receipt=None)
    for pk in missed.order_by("-closed_at").values_list("id", flat=True)[:20]:
        if signed_receipt(session_id=pk, now=timezone.now()) is None:
            yield f"session {pk} is closed and has no receipt"


def _answers(found: Findings, intents: list[Intent]) -> None:
    """What was acknowledged is there, once; what was refused is not."""
    posted = _posted()
    refunds = {row.cid: row for row in Refund.objects.all()}
    for intent in intents:
        if not intent.ending:
            found.broken.append(f"{intent.key} ({intent.verb}) never ended")
            continue
        done = intent.ending == "done"
        if intent.verb in POSTED:
            times = posted.get((POSTED[intent.verb], intent.key), {})
            _compare(found, intent, sum(times.values()), intent.args["amount"] if done else 0, len(times))
        elif intent.verb == "refund":
            row = refunds.get(intent.key)
            there = row.amount if row is not None and row.state == "posted" else 0
            _compare(found, intent, there, intent.args["amount"] if done else 0, int(bool(there)))
        elif done and intent.verb in _MADE and not _made(intent):
            found.lost += 1
            found.broken.append(f"{intent.key} was told of {intent.verb} {intent.outcome}, which does not exist")
        elif done and intent.verb == "close" and _runs(intent.args["session"]):
            found.broken.append(f"{intent.key} was told that session {intent.args['session']} ended; it runs")


def _runs(session: str) -> bool:
    return bool(MeteredSession.objects.filter(id=session, state="open").exists())


_MADE = {"enter": (Visit, "client__user_id"), "ask": (PrivateRequest, "client__user_id")}


def _made(intent: Intent) -> bool:
    model, owner = _MADE[intent.verb]
    rows = model.objects.filter(pk=intent.outcome, **{owner: intent.args["user"]})  # type: ignore[attr-defined]
    return bool(rows.exists())


def _compare(found: Findings, intent: Intent, moved: int, wanted: int, times: int) -> None:
    if moved == wanted and times <= 1:
        return
    found.lost += moved < wanted
    found.doubled += moved > wanted
    found.broken.append(
        f"{intent.key} ({intent.verb}, {intent.ending}) moved {moved} in {times} postings, not {wanted}"
    )


def _posted() -> dict[tuple[str, str], dict[int, int]]:
    """(source, the intent's key) -> transfer -> what it moved."""
    found: dict[tuple[str, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    rows = Entry.objects.filter(transfer__source__in=POSTED.values())
    for source, source_id, pk, amount in rows.values_list(
        "transfer__source", "transfer__source_id", "transfer_id", "amount"
    ):
        key = source_id.partition("-")[2] if source == "test-payment" else source_id  # the client stands before it
        found[(source, key)][pk] += amount
    return found


def _wallets(people: People, intents: list[Intent]) -> Iterator[str]:
    """What each client should have, worked out from the answers that actors got and from the bills alone."""
    came = defaultdict(int, {client.wallet: client.funds for client in people.clients})
    went: dict[int, int] = defaultdict(int)
    for intent in intents:
        if intent.ending == "done" and intent.verb == "top_up":
            came[intent.args["wallet"]] += intent.args["amount"]
        elif intent.ending == "done" and intent.verb == "tip":
            went[intent.args["wallet"]] += intent.args["amount"]
    for row in MeteredSession.objects.all():
        due = rules.owed(rules.tariff_from(row.tariff), row.used_ms) if row.state == "closed" else row.settled
        went[row.client_account_id] += due
    for wallet, amount in Refund.objects.filter(state="posted").values_list("session__client_account_id", "amount"):
        came[wallet] += amount
    balances = dict(Account.objects.filter(kind="client").values_list("id", "balance"))
    for client in people.clients:
        yield from _wallet(client, came[client.wallet], went[client.wallet], balances[client.wallet])


def _wallet(client: ClientCard, came: int, went: int, balance: int) -> Iterator[str]:
    if balance != came - went:
        yield f"wallet {client.wallet} has {balance}, its answers and bills leave {came} - {went} = {came - went}"
    if went > came:
        yield f"wallet {client.wallet} paid {went} of {came} (law 2)"


def figures() -> dict[str, int]:
    """How much happened: a round in which nothing happened proves nothing."""
    closed = MeteredSession.objects.filter(state="closed")
    return {
        "sessions": closed.count(),
        "charges": Transfer.objects.filter(source="session").count(),
        "ended_by_funds": closed.filter(end_reason="funds", settled__gt=0).count(),
        "ended_by_loss": closed.filter(end_reason__in=["client_lost", "media_lost", "performer_lost"]).count(),
        "never_started": closed.filter(end_reason="never_started").count(),
        "several_boots": sum(len(usage) > 1 for usage in closed.values_list("usage", flat=True)),
        "refunds": Refund.objects.filter(state="posted").count(),
        "fault_refunds": Refund.objects.filter(state="posted", cid="policy").count(),
        "private_shows": PrivateShow.objects.count(),
        "owing": Account.objects.filter(kind="receivable", balance__lt=0).count(),
        "entries": Entry.objects.count(),
    }
