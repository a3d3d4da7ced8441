"""Wallets, postings with entries, running sessions with their shares."""

from __future__ import annotations

from django.db import models


class Wallet(models.Model):
    kind = models.CharField(max_length=12)
    balance = models.BigIntegerField(default=0)

    class Meta:
        app_label = "plain"


class Posting(models.Model):
    source = models.CharField(max_length=24)
    source_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=24)
    posted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "plain"
        constraints = [models.UniqueConstraint(fields=["source", "source_id", "seq"], name="plain_posting_key")]


class Entry(models.Model):
    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="entries")
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="entries")
    amount = models.BigIntegerField()

    class Meta:
        app_label = "plain"


class Session(models.Model):
    client = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="+")
    cpm = models.BigIntegerField()
    charged_no = models.PositiveIntegerField(default=0)
    due_ms = models.BigIntegerField(default=0)
    state = models.PositiveSmallIntegerField(default=1)

    class Meta:
        app_label = "plain"


class Share(models.Model):
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="shares")
    wallet = models.ForeignKey(Wallet, on_delete=models.PROTECT, related_name="+")
    bp = models.PositiveIntegerField()  # basis points of every charge

    class Meta:
        app_label = "plain"
        ordering = ("id",)
