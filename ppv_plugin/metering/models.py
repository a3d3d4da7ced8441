"""Metered sessions: one paid stretch of one client, its frozen tariff, its proven time and what was posted for it.

In RFC 8506's words: the session is a credit-control session, `used_ms` are its Used-Service-Units,
the hold is its reservation and `granted_ms` the Granted-Service-Units. `usage` keeps the highest counter seen per
boot of the media engine; their sum is `used_ms`, so late, doubled or reordered reports change nothing. The row of a
session that flows without a break need not be written: `EngineClock` says how far it has come since (`usage.py`).
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ppv_plugin.wording import phrase


class EngineClock(models.Model):
    """How far the monotonic clock of a media engine has come in this boot, as told by the one meter named `holder`.

    Whoever else wants to speak for the engine takes it over when the clock has stood still for a while.
    """

    boot_id = models.CharField(max_length=64, primary_key=True)
    mono_ms = models.BigIntegerField()
    holder = models.CharField(max_length=64)
    heard_at = models.DateTimeField()  # for people; nothing is computed from it

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.boot_id}: {self.mono_ms} ms"


class MeteredSession(models.Model):
    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    class EndReason(models.TextChoices):
        CLIENT = "client", phrase(_("ended by the %(client)s"))
        PERFORMER = "performer", phrase(_("ended by the %(performer)s"))
        FUNDS = "funds", _("funds ran out")
        RESERVE = "reserve", _("ended with the reserve kept")
        LIMIT = "limit", phrase(_("the own limit of the %(client)s was reached"))
        CLIENT_LOST = "client_lost", phrase(_("the connection of the %(client)s was lost"))
        PERFORMER_LOST = "performer_lost", phrase(_("the connection of the %(performer)s was lost"))
        MEDIA_LOST = "media_lost", _("sound and picture were lost")
        NEVER_STARTED = "never_started", _("sound and picture never started")
        SHOW_ENDED = "show_ended", phrase(_("the %(show)s ended"))
        MODE_CHANGED = "mode_changed", phrase(_("the mode of the %(room)s changed"))
        STAFF = "staff", _("ended by the site")
        NO_RULE = "no_rule", _("its billing rule is not there any more")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client_account = models.ForeignKey("ppv_plugin.Account", on_delete=models.PROTECT, related_name="+", db_index=False)
    hold = models.OneToOneField("ppv_plugin.Hold", on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(_("kind"), max_length=16)  # what is paid for: private, group, voyeur, two_way
    subject_id = models.UUIDField()
    participant = models.CharField(max_length=64)  # the engine's name of the paying participant
    tariff = models.JSONField()  # frozen: rules.Tariff
    facts = models.JSONField(default=dict)  # names on the receipt, frozen
    # rules.Price of the tariff, for statements that charge many sessions at once
    cpm = models.BigIntegerField(default=0)
    free_ms = models.BigIntegerField(default=0)
    shift_ms = models.BigIntegerField(default=0)
    unit_ms = models.BigIntegerField(default=1)
    minimum_ms = models.BigIntegerField(default=0)
    limit_ms = models.BigIntegerField(default=0)
    reserve = models.BigIntegerField(default=0)  # rules.reserve: hundredths that stay in the wallet
    own_rule = models.BooleanField(default=False)  # a site's own function prices it: no statement can
    phase = models.PositiveSmallIntegerField(default=0)  # 0..59, spreads many sessions over the meter's rounds
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    flow = models.CharField(max_length=8, default="idle")  # what the engine said last
    usage = models.JSONField(default=dict)  # boot id -> highest flow_ms
    used_ms = models.BigIntegerField(_("time"), default=0)
    boot = models.CharField(max_length=64, blank=True, default="")  # whose report was taken over last
    anchor_ms = models.BigIntegerField(
        null=True, blank=True
    )  # that boot's clock less used_ms while media flows steadily
    granted_ms = models.BigIntegerField(default=0)
    final = models.BooleanField(default=False)  # Final-Unit-Indication: nothing more can be granted
    warned_ms = models.BigIntegerField(null=True, blank=True)  # smallest "time left" the client was warned of
    settled = models.BigIntegerField(_("paid"), default=0)  # hundredths posted to the ledger
    settled_ms = models.BigIntegerField(default=0)
    settle_seq = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(_("opened"))
    started_at = models.DateTimeField(_("started"), null=True, blank=True)  # first proof of flow
    heard_at = models.DateTimeField()  # last report that showed progress or connection
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    end_reason = models.CharField(_("how it ended"), max_length=16, blank=True, default="", choices=EndReason.choices)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        default_permissions = ("view",)
        permissions = [("see_voyeur", _("Can see who watched unseen"))]
        constraints = [
            models.UniqueConstraint(fields=["subject", "subject_id"], name="ppv_session_subject"),
            models.UniqueConstraint(
                fields=["participant"],
                condition=Q(state="open"),
                name="ppv_session_one_open_per_participant",
            ),
            models.CheckConstraint(condition=Q(used_ms__gte=0) & Q(settled__gte=0), name="ppv_session_positive"),
            models.CheckConstraint(
                condition=(Q(state="open") & Q(closed_at__isnull=True))
                | (Q(state="closed") & Q(closed_at__isnull=False)),
                name="ppv_session_closed_at",
            ),
        ]
        indexes = [
            models.Index(fields=["phase", "id"], condition=Q(state="open"), name="ppv_session_open"),
            models.Index(fields=["id"], condition=Q(state="open", final=True), name="ppv_session_final"),
            models.Index(fields=["client_account", "-opened_at"], name="ppv_session_client"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.id}"


class SessionPayee(models.Model):
    """Who earns from a session, so that a payee's history is one indexed query. The shares are in the tariff."""

    session = models.ForeignKey(MeteredSession, on_delete=models.PROTECT, related_name="payees")
    account = models.ForeignKey("ppv_plugin.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["session", "account"], name="ppv_payee_once")]

    def __str__(self) -> str:
        return f"{self.session_id}: {self.account_id}"


class SessionEvent(models.Model):
    """A line of the receipt's timeline. `used_ms` says where on the meter it happened."""

    session = models.ForeignKey(MeteredSession, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    used_ms = models.BigIntegerField()
    kind = models.CharField(max_length=20)  # of `queries.EVENT_TEXTS`
    note = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        default_permissions = ("view",)
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.kind} at {self.used_ms} ms"


_DECIDED_OR_PENDING = (Q(state="pending") & Q(decided_at__isnull=True)) | (
    ~Q(state="pending") & Q(decided_at__isnull=False)
)


class Correction(models.Model):
    """What a refund and an adjustment have in common: asked for by one person, above a limit posted by a second.

    People are kept as `str(user.pk)`; "policy" is the site's own rule. The posting's source id is this row's id.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Waits for a second person")
        POSTED = "posted", _("Posted")
        DECLINED = "declined", _("Declined")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cid = models.CharField(max_length=64)  # idempotency key of whoever asks
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.PENDING)
    requested_by = models.CharField(_("asked for by"), max_length=64)
    requested_at = models.DateTimeField(_("asked for"))
    decided_by = models.CharField(_("decided by"), max_length=64, blank=True, default="")
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        abstract = True


class Refund(Correction):
    """Given back to the client of a closed session. `parts`: account id -> what that payee gave (or owes for it)."""

    session = models.ForeignKey(
        MeteredSession, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("session")
    )
    amount = models.BigIntegerField(_("amount"))
    parts = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        default_permissions = ("view",)
        permissions = [
            ("refund_session", _("Can refund sessions")),
            ("approve_correction", _("Can approve refunds and adjustments above the limit")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["session", "cid"], name="ppv_refund_key"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="ppv_refund_positive"),
            models.CheckConstraint(condition=_DECIDED_OR_PENDING, name="ppv_refund_decided"),
        ]
        indexes = [models.Index(fields=["state", "-requested_at"], name="ppv_refund_state")]

    def __str__(self) -> str:
        return f"{self.amount} of {self.session_id}"


class Adjustment(Correction):
    """The house gives to an account (`amount` > 0) or takes from it (< 0)."""

    account = models.ForeignKey(
        "ppv_plugin.Account",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=pgettext_lazy("of the ledger", "account"),
    )
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        verbose_name = _("adjustment")
        verbose_name_plural = _("adjustments")
        default_permissions = ("view",)
        permissions = [("adjust_account", _("Can adjust accounts"))]
        constraints = [
            models.UniqueConstraint(fields=["account", "cid"], name="ppv_adjustment_key"),
            models.CheckConstraint(condition=~Q(amount=0), name="ppv_adjustment_not_zero"),
            models.CheckConstraint(condition=_DECIDED_OR_PENDING, name="ppv_adjustment_decided"),
        ]
        indexes = [models.Index(fields=["state", "-requested_at"], name="ppv_adjustment_state")]

    def __str__(self) -> str:
        return f"{self.amount} for {self.account_id}"
