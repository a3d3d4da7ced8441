"""What Wagtail's audit log says of what staff did. `docs/reference/log-actions.md` lists the actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import LogFormatter, log
from wagtail.models import ModelLogEntry, Site

from ppv_plugin.amounts import written
from ppv_plugin.recordings import log as recording_log
from ppv_plugin.rooms.models import BILLING_RULES, PricingSettings, RoomMode, selectable_rules
from ppv_plugin.studios import log as studio_log
from ppv_plugin.wording import named, phrase, sentence

MONEY: dict[str, Any] = {
    "ppv_plugin.refund.request": gettext_lazy("Refund asked for"),
    "ppv_plugin.refund.post": gettext_lazy("Refund posted"),
    "ppv_plugin.refund.decline": gettext_lazy("Refund declined"),
    "ppv_plugin.adjustment.request": gettext_lazy("Adjustment asked for"),
    "ppv_plugin.adjustment.post": gettext_lazy("Adjustment posted"),
    "ppv_plugin.adjustment.decline": gettext_lazy("Adjustment declined"),
}
TERMS, SHOW_END, EXPORT = "ppv_plugin.terms.change", "ppv_plugin.show.end", "ppv_plugin.export"
PROOF = "ppv_plugin.ledger.proof"
PRICES, PROFILE, IMPORT = "ppv_plugin.prices.change", "ppv_plugin.prices.profile", "ppv_plugin.mode.import"
REVIEWS: dict[str, Any] = {
    "ppv_plugin.role.approve": gettext_lazy("Approved"),
    "ppv_plugin.role.reject": gettext_lazy("Not approved"),
    "ppv_plugin.role.suspend": gettext_lazy("Suspended"),
}
ORDER: dict[str, Any] = {
    "ppv_plugin.chat.delete": gettext_lazy("Chat message deleted"),
    "ppv_plugin.chat.mute": gettext_lazy("May not write"),
    "ppv_plugin.chat.kick": gettext_lazy("Put out for 15 minutes"),
    "ppv_plugin.chat.ban": gettext_lazy("Banned"),
    "ppv_plugin.chat.lift": gettext_lazy("Let in again"),
    "ppv_plugin.chat.slow": gettext_lazy("Slow mode of the chat changed"),
    "ppv_plugin.room.watch": gettext_lazy("Entered unseen to keep order"),
}
RATING = "ppv_plugin.rating.remove"
STUDIOS: dict[str, Any] = {
    studio_log.INVITE: gettext_lazy("Invited"),
    studio_log.WITHDRAW: gettext_lazy("Invitation withdrawn"),
    studio_log.JOIN: phrase(gettext_lazy("Joined a %(studio)s")),
    studio_log.LEAVE: phrase(gettext_lazy("Left a %(studio)s")),
    studio_log.DISABLE: phrase(gettext_lazy("Disabled by the %(studio)s")),
    studio_log.ENABLE: phrase(gettext_lazy("Let back by the %(studio)s")),
    studio_log.ROOM: phrase(gettext_lazy("Changed by the %(studio)s")),
}
VOYEUR = "ppv_plugin.voyeur.see"
ACTIONS: dict[str, Any] = {
    **MONEY,
    **REVIEWS,
    **ORDER,
    **STUDIOS,
    VOYEUR: gettext_lazy("Looked who watched unseen"),
    TERMS: gettext_lazy("Terms changed"),
    SHOW_END: phrase(gettext_lazy("%(show)s ended by the site"), cap=True),
    EXPORT: gettext_lazy("Spreadsheet downloaded"),
    PROOF: gettext_lazy("Ledger proven"),
    PRICES: gettext_lazy("Prices changed"),
    PROFILE: gettext_lazy("Profile of prices applied"),
    IMPORT: phrase(gettext_lazy("%(room)s mode imported"), cap=True),
    RATING: gettext_lazy("Rating removed"),
    recording_log.DELETE: gettext_lazy("Recording deleted"),
}
# What an entry calls a field that was changed: its data keep the field's own name.
FIELDS: dict[str, Any] = {
    **{field.name: field.verbose_name for model in (PricingSettings, RoomMode) for field in model._meta.fields},
    "private_cpm": gettext_lazy("own private price per minute"),
    "private_audio_cpm": gettext_lazy("own price with audio only"),
    "private_text_cpm": gettext_lazy("own price with text only"),
    "share_bp": gettext_lazy("share"),
    "tip_share_bp": gettext_lazy("share of tips"),
    "featured": gettext_lazy("featured"),
    "suspended": gettext_lazy("suspended"),
    "status": gettext_lazy("status"),
    "studio": named("studio"),
    "studio_share_bp": phrase(gettext_lazy("share of the %(studio)s")),
    "performer": named("performer"),
    "title": gettext_lazy("title"),
    "performers_max": phrase(gettext_lazy("%(performers)s at most")),
    "rooms_max": phrase(gettext_lazy("%(rooms)s at most")),
}
AMOUNTS = {  # fields in hundredths of a token
    "private_cpm",
    "private_audio_cpm",
    "private_text_cpm",
    "group_cpm",
    "voyeur_cpm",
    "two_way_cpm",
    "cpm_min",
    "cpm_max",
    "refund_alone_max",
}


def register(actions: Any) -> None:
    for name, label in ACTIONS.items():
        formatter = _FORMATTERS.get(name, _MoneyFormatter)
        actions.register_action(name)(type(formatter.__name__.strip("_"), (formatter,), {"label": label}))


def record(*, subject: Any, correction: Any, action: str, user: Any) -> None:
    """`subject` is the session or account, in whose history the entry stands; `correction` the refund or adjustment."""
    data = {"id": str(correction.pk), "amount": correction.amount, "reason": correction.reason}
    log(instance=subject, action=action, user=user, data=data)


def reviewed(*, subject: Any, decision: str, reason: str, user: Any) -> None:
    log(instance=subject, action=f"ppv_plugin.role.{decision}", user=user, data={"reason": reason})


def voyeur_seen(*, session: Any, reason: str, user: Any) -> None:
    log(instance=session, action=VOYEUR, user=user, data={"reason": reason})


def changed(
    *, subject: Any, changes: Mapping[str, tuple[Any, Any]], user: Any, reason: str = "", action: str = TERMS
) -> None:
    """`changes`: field -> (old, new). Nothing is written when there are none."""
    if changes:
        data = {
            "changes": {name: [_plain(value) for value in pair] for name, pair in changes.items()},
            "reason": reason,
        }
        log(instance=subject, action=action, user=user, data=data)


def show_ended(*, room: Any, sessions: int, reason: str, user: Any) -> None:
    log(instance=room, action=SHOW_END, user=user, data={"sessions": sessions, "reason": reason})


def rating_removed(*, room: Any, rating: Any, user: Any) -> None:
    log(instance=room, action=RATING, user=user, data={"stars": rating.stars, "client": str(rating.client.uuid)})


def recording_deleted(*, recording: Any, by: str, user: Any = None) -> None:
    """`by`: owner, staff or retention."""
    log(instance=recording, action=recording_log.DELETE, user=user, data={"by": by})


def exported(*, what: str, kind: str, filters: Mapping[str, str], user: Any) -> None:
    """In the history of the user who took the rows away."""
    log(instance=user, action=EXPORT, user=user, data={"what": what, "format": kind, "filters": dict(filters)})


def proven(*, checks: int, drifts: int) -> None:
    """That the whole ledger was read, and what came of it; in the history of the default site."""
    site = Site.objects.filter(is_default_site=True).first() or Site.objects.first()
    if site is not None:
        log(instance=site, action=PROOF, data={"checks": checks, "drifts": drifts})


def last_proof() -> Any:
    """The newest entry of that kind; None where it was never done."""
    return ModelLogEntry.objects.filter(action=PROOF).order_by("-timestamp").first()


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int) else str(value)


def value_text(field: str, value: Any) -> str:
    """A changed field's value in words."""
    if value is None or value == "":
        return _("not set")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field in AMOUNTS:
        return written(value)
    if field == "rule":
        return str({**dict(BILLING_RULES), **dict(selectable_rules())}.get(value, value))
    return f"{value / 100:g} %" if field.endswith("share_bp") else str(value)


class _MoneyFormatter(LogFormatter):
    def format_message(self, log_entry: Any) -> str:
        facts = {"what": self.label, "amount": written(log_entry.data["amount"]), "reason": log_entry.data["reason"]}
        return _("%(what)s: %(amount)s, %(reason)s") % facts


class _ReviewFormatter(LogFormatter):
    def format_message(self, log_entry: Any) -> str:
        reason = log_entry.data["reason"]
        return f"{self.label}: {reason}" if reason else str(self.label)


class _TermsFormatter(LogFormatter):
    def format_message(self, log_entry: Any) -> str:
        changes = log_entry.data["changes"].items()
        parts = [f"{FIELDS.get(name, name)}: {value_text(name, a)} → {value_text(name, b)}" for name, (a, b) in changes]
        return "; ".join([f"{self.label}: {', '.join(parts)}", *filter(None, [log_entry.data["reason"]])])


class _StudioFormatter(LogFormatter):
    def format_message(self, log_entry: Any) -> str:
        """Whoever it is about, and why."""
        facts = (log_entry.data.get(name, "") for name in ("name", "email", "studio", "reason"))
        told = ", ".join(str(fact) for fact in facts if fact)
        return f"{self.label}: {told}" if told else str(self.label)


class _StudioRoomFormatter(LogFormatter):
    def format_message(self, log_entry: Any) -> str:
        changes = log_entry.data["changes"].items()
        parts = [f"{FIELDS.get(name, name)}: {value_text(name, a)} → {value_text(name, b)}" for name, (a, b) in changes]
        return f"{self.label}: {', '.join(parts)}"


class _ShowEndFormatter(LogFormatter):
    def format_message(self, log_entry: Any) -> str:
        sessions, reason = log_entry.data["sessions"], log_entry.data["reason"]
        text = _("%(show)s ended by the site, %(sessions)s paid sessions closed")
        text = sentence(text, cap=True, sessions=sessions)
        return f"{text}: {reason}" if reason else text


class _RatingFormatter(LogFormatter):
    def format_message(self, log_entry: Any) -> str:
        return _("Rating removed: %(stars)s of 5") % {"stars": log_entry.data["stars"]}


class _RecordingFormatter(LogFormatter):
    def format_message(self, log_entry: Any) -> str:
        """By whom, when it was no person's own doing."""
        retention = log_entry.data.get("by") == "retention"
        return f"{self.label}: {_('older than the site keeps them')}" if retention else str(self.label)


class _ProofFormatter(LogFormatter):
    def format_message(self, log_entry: Any) -> str:
        return _("%(label)s: %(checks)s checks, %(drifts)s drifts") % {"label": self.label, **log_entry.data}


class _ExportFormatter(LogFormatter):
    def format_message(self, log_entry: Any) -> str:
        return f"{self.label}: {log_entry.data['what']}.{log_entry.data['format']}"


class _OrderFormatter(LogFormatter):
    """Who it was about, and until when."""

    def format_message(self, log_entry: Any) -> str:
        data = log_entry.data or {}
        told = [data.get("name"), data.get("until"), _("and the address") if data.get("address") else None]
        facts = ", ".join(str(fact) for fact in told if fact)
        return f"{self.label}: {facts}" if facts else str(self.label)


_FORMATTERS = {
    **dict.fromkeys((TERMS, PRICES, PROFILE, IMPORT), _TermsFormatter),
    **dict.fromkeys((*REVIEWS, VOYEUR), _ReviewFormatter),
    **dict.fromkeys(ORDER, _OrderFormatter),
    **dict.fromkeys(STUDIOS, _StudioFormatter),
    studio_log.ROOM: _StudioRoomFormatter,
    SHOW_END: _ShowEndFormatter,
    EXPORT: _ExportFormatter,
    PROOF: _ProofFormatter,
    RATING: _RatingFormatter,
    recording_log.DELETE: _RecordingFormatter,
}
