"""The receipt of a session, its signed file, and the page on which anybody checks one."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from ppv_plugin.conf import conf
from ppv_plugin.errors import NotFound
from ppv_plugin.metering import queries as metering
from ppv_plugin.metering.queries import Receipt
from ppv_plugin.metering.receipts import queries as receipts
from ppv_plugin.metering.receipts import rules
from ppv_plugin.metering.receipts.document import receipt_from
from ppv_plugin.metering.receipts.keys import key_ring
from ppv_plugin.metering.receipts.queries import Examined, Proof
from ppv_plugin.metering.receipts.services import signed_receipt
from ppv_plugin.metering.refund_queries import refund_lines
from ppv_plugin.metering.timeline import lines_of
from ppv_plugin.shows.queries import own_rating

from . import addresses
from .rating_views import SAID
from .receipts import Reading, reading

_log = logging.getLogger(__name__)
FORM_BYTES = 2 * rules.MAX_BYTES  # a pasted file grows when it is encoded for the way


@never_cache
@require_safe
def receipt(request: HttpRequest, session: uuid.UUID) -> HttpResponse:
    """The same facts for every side. For anybody else it does not exist."""
    if not request.user.is_authenticated:
        return redirect(addresses.login_url(request))
    found, read = _readable(request, session)
    proof = _proof(found)
    shown = proof.receipt if proof else found
    read = reading(user=request.user, receipt=shown) or read
    refunds = refund_lines(session_id=session)
    context = {
        "ppv_base": conf.BASE_TEMPLATE,
        "receipt": shown,
        "timeline": lines_of(receipt=shown, refunds=refunds),
        "role": read.role,
        "shares": read.shares,
        "proof": proof,
        "refunds": refunds,
        "own_rating": own_rating(user=request.user, session_id=session) if read.role == "client" else None,
        "rating_said": said if (said := request.GET.get("rating", "")) in SAID else "",
        "file_url": reverse("ppv:receipt_file", args=[session]),
        "verify_url": request.build_absolute_uri(reverse("ppv:verify_receipt")),
        "wallet_url": addresses.url_of(request, "wallet"),
        "dashboard_url": addresses.url_of(request, "dashboard"),
    }
    return render(request, "ppv_plugin/pages/receipt.html", context)


@never_cache
@require_safe
def signed_file(request: HttpRequest, session: uuid.UUID) -> HttpResponse:
    """The signed receipt as a file, for those who may see its page; there is none while the session runs."""
    if not request.user.is_authenticated:
        return redirect(addresses.login_url(request))
    found, _read = _readable(request, session)
    proof = _proof(found)
    if proof is None:
        raise Http404("not signed yet")
    name = f'attachment; filename="receipt-{session}.json"'
    return HttpResponse(proof.file, content_type="application/json", headers={"Content-Disposition": name})


@cache_control(public=True, max_age=300)
@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The public keys, for those who check receipts elsewhere."""
    return JsonResponse(rules.published(key_ring()), json_dumps_params={"indent": 2})


@csrf_exempt  # only until the length is known: looking for the token reads the whole body
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Say what a signed receipt is worth, to anybody."""
    if request.method == "POST" and _length(request) > FORM_BYTES:
        return _verify_page(request, {"too_long": True}, status=413)
    return _examined(request)


@csrf_protect
def _examined(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _verify_page(request, {})
    text = _brought(request)
    if text is not None and not text.strip():
        return _verify_page(request, {"nothing": True}, status=400)
    examined = receipts.examine(text=text) if text is not None else Examined(rules.Verdict.UNREADABLE)
    shown = receipt_from(examined.document) if examined.document else None
    context = {
        "examined": examined,
        "receipt": shown,
        "timeline": lines_of(receipt=shown) if shown else [],
        "text": text if shown is None else "",
    }
    return _verify_page(request, context)


def _verify_page(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    ours = {"ppv_base": conf.BASE_TEMPLATE, "keys_url": reverse("ppv:receipt_keys"), "action": request.path}
    return render(request, "ppv_plugin/pages/verify_receipt.html", {**ours, **context}, status=status)


def _length(request: HttpRequest) -> int:
    """Without a length Django reads no form at all, so 0 is safe."""
    text = str(request.META.get("CONTENT_LENGTH") or "0")
    return int(text) if text.isdecimal() else 0


def _brought(request: HttpRequest) -> str | None:
    """The text of the form, the file's before the pasted one. None: not a text at all."""
    if (upload := request.FILES.get("file")) is None:
        return str(request.POST.get("receipt", ""))
    try:
        return bytes(upload.read(rules.MAX_BYTES + 1)).decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _readable(request: HttpRequest, session: uuid.UUID) -> tuple[Receipt, Reading]:
    try:
        found = metering.receipt(session_id=session)
    except NotFound:
        raise Http404("no such receipt") from None
    if (read := reading(user=request.user, receipt=found)) is None:
        raise Http404("no such receipt")
    return found, read


def _proof(found: Receipt) -> Proof | None:
    """None while the session runs, and when the keys cannot be used: the books are shown then."""
    try:
        row = signed_receipt(session_id=found.id, now=timezone.now())
        return receipts.proof(row=row, live=found) if row else None
    except rules.KeyProblem:
        _log.exception("the receipt of %s cannot be signed or verified", found.id)
        return None
