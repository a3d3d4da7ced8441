"""The registration page: what it shows to whom, and what happens when its form is sent.

Whoever is signed in takes a role with one form. A visitor makes an account of the site's own kind along with it, or is
sent to the site's own sign-up page (`SIGNUP_URL`) and comes back. See decision 9.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, authenticate, get_user_model, login
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ppv_plugin import hooks
from ppv_plugin.conf import conf
from ppv_plugin.errors import NotAllowed
from ppv_plugin.people import letters, rules, services, throttle
from ppv_plugin.people.queries import last_change, requirements, role_settings, row_of
from ppv_plugin.people.texts import blocking_text
from ppv_plugin.rooms.opening import open_room

from . import addresses
from .registration_forms import RoleForm, has_field

HOUR = 3600
LETTERS_PER_HOUR = 5  # activation letters to one person


def context(*, page: Any, request: HttpRequest, now: datetime) -> dict[str, Any]:
    """`state`, what the page is for this person: closed, elsewhere, sent, sign_up, join, or the status they have."""
    role, wants = page.role, requirements(role=page.role, site=page.get_site())
    row = row_of(user=request.user, role=role)
    state = _state(request, row, wants.open)
    found: dict[str, Any] = {
        "role": role,
        "state": state,
        "wants": wants,
        "row": row,
        "login_url": addresses.login_url(request),
        "signup_url": signup_url(request),
        "dashboard_url": addresses.url_of(request, "dashboard"),
        "listing_url": addresses.url_of(request, "listing"),
        "activation_hours": conf.ACTIVATION_HOURS,
        "sent_again": request.GET.get("sent") == "again",
    }
    if row is not None:
        found |= {"blocking": blocking_text(role=role, row=row), "change": last_change(role=role, subject=row.uuid)}
    if state in {"sign_up", "join", "rejected"}:
        found |= getattr(request, "ppv_forms", None) or forms_for(page=page, request=request)
    return found


def _state(request: HttpRequest, row: Any, is_open: bool) -> str:
    if row is not None and (row.status != rules.REJECTED or not is_open):
        return str(row.status)
    if request.GET.get("sent") == "1" and not request.user.is_authenticated:
        return "sent"
    if not is_open:
        return "closed"
    if row is not None:
        return "rejected"
    if request.user.is_authenticated:
        return "join"
    return "elsewhere" if conf.SIGNUP_URL else "sign_up"


def signup_url(request: HttpRequest) -> str:
    if not conf.SIGNUP_URL:
        return ""
    return f"{resolve_url(conf.SIGNUP_URL)}?{urlencode({REDIRECT_FIELD_NAME: request.path})}"


def forms_for(*, page: Any, request: HttpRequest) -> dict[str, Any]:
    given = request.POST if request.method == "POST" else None
    email, user = requirements(role=page.role, site=page.get_site()).email, request.user
    if not user.is_authenticated:
        from .account_forms import account_form  # not before the site's user model is there

        account = account_form(given, masked=email)
        return {"account_form": account, "role_form": RoleForm(given, role=page.role, ask_email=False)}
    row = row_of(user=user, role=page.role)
    first = {"name": row.name if row else services.public_name(user), "about": getattr(row, "bio", "")}
    ask = email and not letters.address_of(user) and has_field(get_user_model(), user.get_email_field_name())
    return {"role_form": RoleForm(given, role=page.role, ask_email=ask, initial=first)}


def submit(*, page: Any, request: HttpRequest, now: datetime) -> HttpResponse | None:
    """Where to go on, or None: the forms say what is wrong."""
    row = row_of(user=request.user, role=page.role)
    state = _state(request, row, requirements(role=page.role, site=page.get_site()).open)
    if state == rules.DRAFT and request.POST.get("again"):
        return _send_again(page, request, row)
    if state not in {"sign_up", "join", "rejected"}:
        return redirect(request.path)
    forms = forms_for(page=page, request=request)
    request.ppv_forms = forms  # type: ignore[attr-defined]
    wrong = [form for form in forms.values() if not form.is_valid()]  # each is asked, for each says what is wrong
    if wrong or not _within_limit(request, forms) or not _let_in(page, request, forms):
        return None
    return _sign_up(page, request, forms, now) if state == "sign_up" else _join(page, request, forms["role_form"], now)


def _within_limit(request: HttpRequest, forms: dict[str, Any]) -> bool:
    address = request.META.get("REMOTE_ADDR", "")
    if throttle.allowed(key=f"sign-up.{address}", times=conf.SIGN_UPS_PER_HOUR, seconds=HOUR):
        return True
    forms["role_form"].add_error(None, _("There were too many tries from where you are. Please come back in an hour."))
    return False


def _let_in(page: Any, request: HttpRequest, forms: dict[str, Any]) -> bool:
    user = request.user if request.user.is_authenticated else None
    try:
        hooks.veto_registration(user=user, role=page.role, site=page.get_site())
    except NotAllowed as refused:
        forms["role_form"].add_error(None, str(refused.text))
        return False
    return True


def _join(page: Any, request: HttpRequest, form: RoleForm, now: datetime) -> HttpResponse | None:
    user: Any = request.user
    with transaction.atomic():
        if email := form.cleaned_data.get("email"):
            name = user.get_email_field_name()
            setattr(user, name, email)
            try:
                with transaction.atomic():
                    user.save(update_fields=[name])
            except IntegrityError:
                form.add_error("email", _("This address cannot be used."))
                return None
        _take_role(page, user, form, now)
    return redirect(request.path)


def _take_role(page: Any, user: Any, form: RoleForm, now: datetime) -> None:
    site = page.get_site()
    row = services.register(
        user=user,
        role=page.role,
        site=site,
        name=form.cleaned_data["name"],
        about=form.cleaned_data.get("about", ""),
        language=get_language() or "",
        now=now,
    )
    if page.role == "performer" and role_settings(site).performer_room:
        open_room(performer=row, site=site)


def _sign_up(page: Any, request: HttpRequest, forms: dict[str, Any], now: datetime) -> HttpResponse | None:
    """With confirmation by e-mail, everybody sees the same: what was known about the address goes to the address."""
    account, masked = forms["account_form"], forms["account_form"].masked
    if account.taken:
        account.instance.set_password(account.cleaned_data["password1"])  # takes as long as for a new account
        _tell_owners(page, request, account)
        return redirect(f"{request.path}?sent=1")
    try:
        with transaction.atomic():
            user = account.save(commit=False)
            if masked and has_field(type(user), "is_active"):
                user.is_active = False
            user.save()
            account.save_m2m()
            _take_role(page, user, forms["role_form"], now)
    except IntegrityError:  # somebody else was faster with the same name
        account.add_error(None, _("This is taken. Please choose another, or sign in."))
        return None
    if masked:
        return redirect(f"{request.path}?sent=1")
    return signed_in(request, account)


def signed_in(request: HttpRequest, account: Any) -> HttpResponse:
    """By whatever back ends the site has; where they want more than a password, on the site's own page."""
    model = get_user_model()
    name = account.cleaned_data[model.USERNAME_FIELD]
    user = authenticate(request, username=name, password=account.cleaned_data["password1"])
    if user is None:
        return redirect(addresses.login_url(request))
    login(request, user)
    return redirect(request.path)


def _tell_owners(page: Any, request: HttpRequest, account: Any) -> None:
    """An account that still waits for its link gets the link again, any other is told that it exists."""
    model = get_user_model()
    name = model.get_email_field_name()
    site = page.get_site()
    for user in model._default_manager.filter(**{f"{name}__iexact": account.cleaned_data[name]})[:3]:
        if not _letter_allowed(user):
            continue
        row = row_of(user=user, role=page.role)
        if row is not None and row.status == rules.DRAFT:
            letters.send_activation(row=row, role=page.role)
        elif user.is_active:
            url = f"{site.root_url}{resolve_url(settings.LOGIN_URL)}"
            letters.send(letter="known", user=user, site=site, language=get_language() or "", url=url)


def _letter_allowed(user: Any) -> bool:
    return throttle.allowed(key=f"letter.{user.pk}", times=LETTERS_PER_HOUR, seconds=HOUR)


def _send_again(page: Any, request: HttpRequest, row: Any) -> HttpResponse:
    if _letter_allowed(request.user):
        letters.send_activation(row=row, role=page.role)
    return redirect(f"{request.path}?sent=again")
