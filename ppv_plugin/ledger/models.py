"""Accounts, transfers, entries, holds and spend limits: who has how many hundredths of a token, and why.

An account's balance is what it was credited less what it was debited. A transfer is one business event under one
idempotency key; its entries each move an amount from one account (debit) to another (credit), so that a transfer
sums to zero by construction (law 1). Transfers and entries are append-only: the database refuses updates and deletes
(`append_only.py`). A hold sets part of a balance aside; `balance - held` never falls below `floor`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ppv_plugin.wording import phrase


class Account(models.Model):
    """`owner` is the key of whoever it belongs to, empty for the house and the provider."""

    class Kind(models.TextChoices):
        CLIENT = "client", phrase(_("wallet of %(a_client)s"), cap=True)
        PERFORMER = "performer", phrase(_("earnings of %(a_performer)s"), cap=True)
        STUDIO = "studio", phrase(_("earnings of %(a_studio)s"), cap=True)
        HOUSE = "house", _("House")
        PROVIDER = "provider", _("Payment provider")
        RECEIVABLE = "receivable", _("Owed to the house")  # owner: id of the account that owes; never above zero
        VEILED = "veiled", phrase(_("earned unseen, told after the %(show)s"), cap=True)  # `veils`

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    owner = models.CharField(_("owner"), max_length=64, blank=True, default="")
    floor = models.BigIntegerField(null=True, default=0)
    balance = models.BigIntegerField(_("balance"), default=0)
    held = models.BigIntegerField(_("held"), default=0)
    limited = models.BooleanField(default=False, db_default=False)  # its owner once set a limit: `limits` is asked
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = pgettext_lazy("of the ledger", "account")
        verbose_name_plural = pgettext_lazy("of the ledger", "accounts")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["kind", "owner"], name="ppv_account_owner"),
            models.CheckConstraint(condition=Q(held__gte=0), name="ppv_account_held_positive"),
            models.CheckConstraint(
                condition=Q(floor__isnull=True) | Q(balance__gte=F("floor") + F("held")),
                name="ppv_account_floor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.owner}" if self.owner else self.kind

    @property
    def available(self) -> int:
        return self.balance - self.held


class Transfer(models.Model):
    """One posting. The key `(source, source_id, seq)` makes it happen once; `digest` tells a repeat from a conflict."""

    source = models.CharField(max_length=24)
    source_id = models.CharField(max_length=64)
    seq = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64)
    kind = models.CharField(_("kind"), max_length=24)
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    actor = models.CharField(max_length=64, blank=True, default="")
    reverses = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversals", db_index=False
    )
    posted_at = models.DateTimeField(_("posted"))

    class Meta:
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["source", "source_id", "seq"], name="ppv_transfer_key")]
        indexes = [
            models.Index(fields=["posted_at"], name="ppv_transfer_posted"),
            models.Index(fields=["reverses"], condition=Q(reverses__isnull=False), name="ppv_transfer_reverses"),
        ]

    def __str__(self) -> str:
        return f"{self.source}/{self.source_id}/{self.seq}"


class Entry(models.Model):
    """`amount` hundredths move from `debit` to `credit`.

    The rows it refers to were locked or made by the transaction that inserts it, and the database lets nobody delete
    them (`append_only`): foreign keys would look each of them up again, which took a third of the time of a posting.
    """

    transfer = models.ForeignKey(
        Transfer,
        on_delete=models.PROTECT,
        related_name="entries",
        db_index=False,
        db_constraint=False,
        verbose_name=_("transfer"),
    )
    leg = models.PositiveSmallIntegerField(pgettext_lazy("of a transfer", "line"))
    debit = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="debits",
        db_index=False,
        db_constraint=False,
        verbose_name=pgettext_lazy("account", "from"),
    )
    credit = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="credits",
        db_index=False,
        db_constraint=False,
        verbose_name=pgettext_lazy("account", "to"),
    )
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["transfer", "leg"], name="ppv_entry_leg"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="ppv_entry_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ppv_entry_two_accounts"),
        ]
        indexes = [
            models.Index(fields=["debit", "transfer"], name="ppv_entry_debit"),
            models.Index(fields=["credit", "transfer"], name="ppv_entry_credit"),
        ]

    def __str__(self) -> str:
        return f"{self.debit_id}→{self.credit_id}: {self.amount}"


class Hold(models.Model):
    """Part of a balance set aside for one purpose (RFC 8506: unit reservation). Amount 0 = released or used up."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="holds")
    source = models.CharField(max_length=24)
    source_id = models.CharField(max_length=64)
    amount = models.BigIntegerField()
    created_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="ppv_hold_key"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="ppv_hold_positive"),
            models.CheckConstraint(condition=Q(released_at__isnull=True) | Q(amount=0), name="ppv_hold_released_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.source}/{self.source_id}: {self.amount}"


class SpendLimit(models.Model):
    """What a client decided about its own spending. Append-only: of each kind the newest row whose time has come is in
    force, one whose time is still to come is pending, and the rows together are the history (spec B-11)."""

    class Kind(models.TextChoices):
        SESSION = "session", _("Each session")
        DAY = "day", _("Each day")
        WEEK = "week", _("Each week")
        MONTH = "month", _("Each month")
        BREAK = "break", _("Break")

    account = models.ForeignKey(
        Account,
        on_delete=models.PROTECT,
        related_name="spend_limits",
        verbose_name=pgettext_lazy("of the ledger", "account"),
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    amount = models.BigIntegerField(_("amount"), null=True, blank=True)  # hundredths; None = no limit, or a break
    until = models.DateTimeField(_("until"), null=True, blank=True)  # of a break
    actor = models.CharField(max_length=64, blank=True, default="")
    asked_at = models.DateTimeField(_("asked for"))
    takes_effect_at = models.DateTimeField(_("takes effect"))

    class Meta:
        verbose_name = _("spend limit")
        verbose_name_plural = _("spend limits")
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="break") & Q(until__isnull=False) & Q(amount__isnull=True))
                | (~Q(kind="break") & Q(until__isnull=True)),
                name="ppv_limit_break_has_end",
            ),
            models.CheckConstraint(condition=Q(amount__isnull=True) | Q(amount__gte=0), name="ppv_limit_positive"),
            models.CheckConstraint(
                condition=Q(takes_effect_at__gte=F("asked_at")), name="ppv_limit_takes_effect_later"
            ),
        ]
        indexes = [models.Index(fields=["account", "kind", "takes_effect_at"], name="ppv_limit_in_force")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.account_id}: {self.until or self.amount}"
