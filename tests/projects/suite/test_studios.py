"""A studio and somebody it invites, whatever the site takes for an account."""

from __future__ import annotations

import re

from django.contrib.auth import get_user_model
from django.core import mail
from photographs import browser, path_of

from ppv_plugin.models import Performer
from ppv_plugin.pages.addresses import page_types
from ppv_plugin.testing.cast import Cast

PASSWORD = "lantern-in-the-attic"


def test_whoever_is_invited_makes_an_account_of_the_sites_own_kind(cast: Cast) -> None:
    owner, guest = browser(cast.site), browser(cast.site)
    owner.force_login(cast.eos.owner)
    path = path_of(page_types("studio")[0].objects.in_site(cast.site).get())
    sent = owner.post(path, {"act": "invite", "name": "Fay", "email": "fay@people.example"})
    assert sent.status_code == 302
    link = re.search(r"https?://[^/\s]+(/\S+)", str(mail.outbox[-1].body))
    assert link is not None
    model = get_user_model()
    account = {f"account-{model.USERNAME_FIELD}": "fay", "account-password1": PASSWORD, "account-password2": PASSWORD}
    answer = guest.post(link.group(1), {**account, "name": "Fay", "about": "Stories.", "accept": "1"})
    assert answer.status_code == 302, answer.content.decode()
    performer = Performer.objects.get(studio=cast.eos, name="Fay")
    assert performer.user.check_password(PASSWORD)
    assert getattr(performer.user, model.get_email_field_name()) == "fay@people.example"
    assert "Fay" in owner.get(path).content.decode()
