"""What people are told by e-mail about their roles: plain text, in their language, with their site's words.

Each letter is a template in `ppv_plugin/mail/`; its first line is the subject. A site overrides it by the same path.
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from wagtail.models import Site

from ppv_plugin import hooks
from ppv_plugin.conf import conf

_log = logging.getLogger(__name__)
_SALT = "ppv_plugin.people.activation"


def address_of(user: Any) -> str:
    """Empty where the account has none, or the user model has no field for it."""
    return str(getattr(user, user.get_email_field_name(), "") or "")


def send(*, letter: str, user: Any, site: Any, language: str, **facts: Any) -> bool:
    """False when there is no address, or a hook keeps it back. A mail server that fails is logged, and nothing else
    fails with it."""
    to = address_of(user)
    return bool(to) and send_to(to=to, letter=letter, site=site, language=language, user=user, **facts)


def send_to(*, to: str, letter: str, site: Any, language: str, **facts: Any) -> bool:
    """The same to somebody who may have no account."""
    site = site or Site.objects.filter(is_default_site=True).first()
    context = {"ppv_site": site, "site_name": _site_name(site), **facts}
    with translation.override(language or settings.LANGUAGE_CODE):
        subject, _line, body = render_to_string(f"ppv_plugin/mail/{letter}.txt", context).strip().partition("\n")
        written = hooks.letter(hooks.Letter(letter, subject, body.strip() + "\n"), user=facts.get("user"), site=site)
        if written is None:
            return False
        try:
            send_mail(" ".join(written.subject.split()), written.body, None, [to])
        except OSError:  # smtplib's errors are among these
            _log.exception("the letter %r could not be sent", letter)
            return False
    return True


def send_activation(*, row: Any, role: str) -> bool:
    """The link that confirms the address of a draft."""
    user = row.owner if role == "studio" else row.user
    token = signing.dumps([role, str(row.uuid), address_of(user)], salt=_SALT, compress=True)
    return send(
        letter="activation",
        user=user,
        site=row.site,
        language=row.language,
        role=role,
        url=absolute(row.site, reverse("ppv:activate", args=[token])),
        hours=conf.ACTIVATION_HOURS,
    )


def read_activation(token: str) -> tuple[str, str, str] | None:
    """(role, uuid, address) of a link that is ours and not too old."""
    try:
        role, subject, address = signing.loads(token, salt=_SALT, max_age=conf.ACTIVATION_HOURS * 3600)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(role), str(subject), str(address)


def _site_name(site: Any) -> str:
    return str(site.site_name or site.hostname) if site is not None else ""


def absolute(site: Any, path: str) -> str:
    """By the site's own address, never by what a request claims to be its host."""
    site = site or Site.objects.filter(is_default_site=True).first()
    return f"{site.root_url}{path}" if site is not None else path
