"""Signed receipts as pages, commands and strangers see them: is it what was signed, and what do the books say?"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from ppv_plugin.metering.queries import Receipt

from . import rules
from .document import document_of, receipt_from
from .keys import key_ring
from .models import SignedReceipt
from .rules import Signed, Verdict


@dataclass(frozen=True, slots=True)
class Proof:
    """A stored receipt held against its signature and the books.

    `receipt` is what to show: the signed document where its signature holds or its key is no longer known, else the
    books. `differing`: fields in which the books say something else than the document.
    """

    receipt: Receipt
    verdict: Verdict
    differing: list[str]
    key_id: str
    signed_at: datetime
    file: str


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file that somebody brought is worth. `changed`: where it differs from the one issued, when it is known
    which one that was; only names of fields, never what stands in them."""

    verdict: Verdict
    document: dict[str, Any] = field(default_factory=dict)
    key_id: str = ""
    changed: list[str] = field(default_factory=list)


def proof(*, row: SignedReceipt, live: Receipt) -> Proof:
    """`live`: the receipt as the books tell it now. Raises rules.KeyProblem."""
    books = document_of(live)
    document = _parsed(row.document)
    public = key_ring().public(row.key_id)
    if public is None:
        verdict = Verdict.UNKNOWN_KEY
    else:
        verdict = Verdict.VALID if rules.holds(row.document, row.signature, public) else Verdict.CHANGED
    readable = document.get("schema") == rules.SCHEMA and verdict != Verdict.CHANGED
    return Proof(
        receipt=receipt_from(document, live=live) if readable else live,
        verdict=verdict,
        differing=rules.differences(document, books),
        key_id=row.key_id,
        signed_at=row.signed_at,
        file=rules.file_text(Signed(document, row.key_id, row.signature)),
    )


def examine(*, text: str) -> Examined:
    """Check a file against this site's keys, and against the original when it is no longer whole."""
    verdict = rules.verify(text, key_ring())
    if verdict == Verdict.UNREADABLE:
        return Examined(verdict)
    brought = rules.read(text)
    if verdict == Verdict.VALID:
        return Examined(verdict, brought.document, brought.key_id)
    original = _original_of(brought)
    if original is None:
        return Examined(verdict, key_id=brought.key_id)
    changed = rules.differences(rules.file_of(brought), rules.file_of(original))
    return Examined(Verdict.CHANGED if changed else verdict, key_id=brought.key_id, changed=changed)


def _original_of(brought: Signed) -> Signed | None:
    """Known by its signature, or by every word of its document: who has neither learns nothing from us."""
    rows = SignedReceipt.objects.all()
    well_formed = rules.SIGNATURE.fullmatch(brought.signature)
    row = rows.filter(signature=brought.signature).first() if well_formed else None
    if row is None and (session_id := _uuid(brought.document.get("receipt"))):
        row = rows.filter(session_id=session_id, document=rules.canonical(brought.document)).first()
    return Signed(_parsed(row.document), row.key_id, row.signature) if row else None


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _parsed(text: str) -> dict[str, Any]:
    """A row that somebody broke is an empty document: it differs in every field."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
