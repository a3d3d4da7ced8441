"""The test top-up and the balance for the wallet button: views that are no pages of the tree."""

from __future__ import annotations

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ppv_plugin.conf import conf
from ppv_plugin.errors import PPVError
from ppv_plugin.ledger.queries import balance_of
from ppv_plugin.ledger.rules import tokens
from ppv_plugin.payments.forms import PRESETS, TopUpForm
from ppv_plugin.payments.services import top_up as top_up_wallet
from ppv_plugin.people.queries import client_of
from ppv_plugin.shows.queries import running

from . import addresses


@never_cache
@require_POST
def top_up(request: HttpRequest) -> HttpResponse:
    """Tokens that cost nothing, where the site allows test payments; back to the wallet, or the form and why not."""
    if not conf.TEST_PAYMENTS:
        raise Http404("test payments are off")
    wallet_url = addresses.url_of(request, "wallet") or "/"
    if not request.user.is_authenticated:
        return redirect(addresses.login_url(request, back_to=wallet_url))
    form = TopUpForm(request.POST)
    back_url = addresses.back_url(request, request.POST.get("next", ""))
    refusal = ""
    if form.is_valid():
        try:
            top_up_wallet(
                user=request.user,
                amount=form.cleaned_data["total"],
                key=form.cleaned_data["key"],
                now=timezone.now(),
            )
        except PPVError as error:
            refusal = str(error.text)
        else:
            return redirect(f"{wallet_url}?{urlencode([('added', '1'), *([('next', back_url)] if back_url else [])])}")
    context = {
        "ppv_base": conf.BASE_TEMPLATE,
        "refusal": refusal or form.refusal,
        "top_up_form": TopUpForm.fresh(),
        "top_up_url": request.path,
        "presets": PRESETS,
        "wallet_url": wallet_url,
        "back_url": back_url,
    }
    return render(request, "ppv_plugin/pages/top_up_refused.html", context, status=400)


@never_cache
@require_safe
def wallet_running(request: HttpRequest) -> HttpResponse:
    """The meters of what this client pays for now, as the room itself shows them: for the wallet while it is open."""
    client = client_of(request.user) if request.user.is_authenticated else None
    meters = [one.meter for one in running(client=client)] if client is not None else []
    return HttpResponse(msgspec.json.encode({"meters": meters}), content_type="application/json")


@never_cache
@require_safe
def wallet_state(request: HttpRequest) -> HttpResponse:
    """Who asks, and what they can spend: for a button on pages that are the same for everybody."""
    if not request.user.is_authenticated:
        return JsonResponse({"signed_in": False, "available": None})
    client = client_of(request.user)
    balance = balance_of(kind="client", owner=str(client.uuid) if client else "")
    return JsonResponse({"signed_in": True, "available": tokens(balance.available)})
