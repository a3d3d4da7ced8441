"""What a session or a posting was for, in words: by a session's `subject` and a transfer's `kind`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

KIND_TEXTS = {
    "top_up": _("Top-up"),
    "private": _("Private"),
    "group": _("Group"),
    "tip": _("Tip"),
    "voyeur": _("Unseen viewing"),
    "two_way": _("2-way"),
    "refund": _("Refund"),
    "adjustment": _("Adjustment by the site"),
    "repayment": _("Repaid to the site"),
}


def kind_text(kind: str) -> str:
    """One that has no name is called by its key, in words."""
    known = KIND_TEXTS.get(kind)
    return str(known) if known is not None else kind.replace("_", " ").capitalize()
