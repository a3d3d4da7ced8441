"""Accounts, transfers, entries and holds: who has how many hundredths of a token, and why.

An account's balance is what it was credited less what it was debited. A transfer is one business event under one
idempotency key; its entries each move an amount from one account (debit) to another (credit), so that a transfer
sums to zero by construction (law 1). Transfers and entries are append-only: the database refuses updates and deletes
(`append_only.py`). A hold sets part of a balance aside; `balance - held` never falls below `floor`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Account(models.Model):
    """`owner` is the key of whoever it belongs to, empty for the house and the provider."""

    class Kind(models.TextChoices):
        CLIENT = "client", _("Client wallet")
        PERFORMER = "performer", _("Performer earnings")
        STUDIO = "studio", _("Studio earnings")
        HOUSE = "house", _("House")
        PROVIDER = "provider", _("Payment provider")
        RECEIVABLE = "receivable", _("Owed to the house")  # owner: id of the account that owes; never above zero

    kind = models.CharField(max_length=12, choices=Kind.choices)
    owner = models.CharField(max_length=64, blank=True, default="")
    floor = models.BigIntegerField(null=True, default=0)
    balance = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
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
    kind = models.CharField(max_length=24)
    reason = models.CharField(max_length=200, blank=True, default="")
    actor = models.CharField(max_length=64, blank=True, default="")
    reverses = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversals", db_index=False
    )
    posted_at = models.DateTimeField()

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
    """`amount` hundredths move from `debit` to `credit`."""

    # the unique key below begins with the transfer: an index of its own would be written for nothing
    transfer = models.ForeignKey(Transfer, on_delete=models.PROTECT, related_name="entries", db_index=False)
    leg = models.PositiveSmallIntegerField()
    debit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="debits")
    credit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="credits")
    amount = models.BigIntegerField()

    class Meta:
        verbose_name_plural = _("entries")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["transfer", "leg"], name="ppv_entry_leg"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="ppv_entry_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="ppv_entry_two_accounts"),
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
