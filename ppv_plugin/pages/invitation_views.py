"""The page behind the link in a studio's letter: what it means, and yes or no. Opening it changes nothing.

Who is signed in answers with that account. A visitor without one makes it here, with a password of their own; where the
address has an account already, its owner signs in and comes back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from ppv_plugin.conf import conf
from ppv_plugin.errors import PPVError
from ppv_plugin.people.queries import performer_of, requirements, studio_share
from ppv_plugin.people.rules import StudioShare
from ppv_plugin.studios import invitations, letters
from ppv_plugin.studios import services as studios
from ppv_plugin.studios.models import StudioInvitation
from ppv_plugin.studios.queries import OPEN, expired, invitation_of, may_create

from . import addresses
from .registration import signed_in, signup_url
from .registration_forms import RoleForm


@never_cache
@sensitive_post_parameters("account-password1", "account-password2")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    uuid, now = letters.read(token), timezone.now()
    row = invitation_of(uuid) if uuid is not None else None
    state = _state(request, row, now)
    forms = _forms(request, row) if row is not None and state in {"join", "sign_up"} else {}
    refusal = ""
    if request.method == "POST" and row is not None and state in {"join", "sign_up", "sign_in", "other"}:
        try:
            done = _answer(request, row, state, forms, now)
        except PPVError as refused:
            refusal = str(refused.text)
        else:
            if done is not None:
                return done
    context = {
        "ppv_base": conf.BASE_TEMPLATE,
        "row": row,
        "state": state,
        "refusal": refusal,
        "declined": row is not None and row.state == StudioInvitation.State.DECLINED,
        "share": _share(row),
        "approval": row is not None and requirements(role="performer", site=row.site).approval,
        "performer": performer_of(request.user),
        "login_url": addresses.login_url(request, back_to=request.path),
        "signup_url": signup_url(request),
        "dashboard_url": addresses.url_of(request, "dashboard"),
        **forms,
    }
    status = 404 if row is None else 200
    response = render(request, "ppv_plugin/pages/invitation.html", context, status=status)
    response["Referrer-Policy"] = "same-origin"  # the link is a secret; forms still need their origin
    return response


def _state(request: HttpRequest, row: StudioInvitation | None, now: datetime) -> str:
    """none, accepted (by this person), answered, expired, closed (the studio takes nobody in), join, other (signed in
    with another account than the letter's), sign_in (the address has an account), elsewhere, sign_up."""
    if row is None:
        return "none"
    user = request.user
    if (
        row.state == StudioInvitation.State.ACCEPTED
        and (performer := performer_of(user)) == row.performer
        and performer
    ):
        return "accepted"
    if row.state != OPEN:
        return "answered"
    if expired(row, now=now):
        return "expired"
    if not may_create(row.studio):
        return "closed"
    if user.is_authenticated:
        return "join" if invitations.addressed_to(row, user) else "other"
    if invitations.accounts_of(row.email).exists():
        return "sign_in"
    return "elsewhere" if conf.SIGNUP_URL else "sign_up"


def _forms(request: HttpRequest, row: StudioInvitation) -> dict[str, Any]:
    given = request.POST if request.method == "POST" and "accept" in request.POST else None
    known = performer_of(request.user)
    forms: dict[str, Any] = {}
    if known is None:
        forms["role_form"] = RoleForm(given, role="performer", ask_email=False, initial={"name": row.name})
    if not request.user.is_authenticated:
        from .account_forms import account_form  # not before the site's user model is there

        forms["account_form"] = _for_address(account_form(given, masked=False, initial=_address(row)), row.email)
    return forms


def _address(row: StudioInvitation) -> dict[str, str]:
    model = get_user_model()
    return {model.get_email_field_name(): row.email}


def _for_address(form: Any, email: str) -> Any:
    """The letter proves one address, so the account has that one."""
    name = get_user_model().get_email_field_name()
    if name in form.fields:
        form.fields[name].disabled = True
    return form


def _answer(request: HttpRequest, row: StudioInvitation, state: str, forms: dict[str, Any], now: datetime) -> Any:
    """Where to go on; None when a form says what is wrong, or nothing was answered. Raises PPVError."""
    uuid = UUID(str(row.uuid))
    if "decline" in request.POST:
        studios.decline(uuid=uuid, now=now)
        return redirect(request.path)
    wrong = [form for form in forms.values() if not form.is_valid()]  # each is asked, for each says what is wrong
    if "accept" not in request.POST or state not in {"join", "sign_up"} or wrong:
        return None
    given = forms["role_form"].cleaned_data if "role_form" in forms else {}
    words = {"name": given.get("name", row.name), "about": given.get("about", ""), "language": get_language() or ""}
    if state == "join":
        studios.accept(user=request.user, uuid=uuid, now=now, **words)
        return redirect(request.path)
    account = forms["account_form"]
    try:
        with transaction.atomic():
            user = account.save()
            studios.accept(user=user, uuid=uuid, now=now, **words)
    except IntegrityError:  # somebody else was faster with the same name
        account.add_error(None, _("This is taken. Please choose another, or sign in."))
        return None
    return signed_in(request, account)


def _share(row: StudioInvitation | None) -> StudioShare | None:
    """What the studio would take of what this person earns, before they say yes."""
    if row is None:
        return None
    performer = row.studio.performers.model(studio=row.studio)
    return studio_share(performer=performer, site=row.site)
