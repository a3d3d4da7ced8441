"""The app is gone while somebody is in a show under its billing rule: nobody pays wrongly, and the site works."""

from __future__ import annotations

from io import StringIO

import django

django.setup()

from django.conf import settings  # noqa: E402  all of these need Django
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import override_settings  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402
from photographs import browser, path_of  # noqa: E402

from ppv_plugin.ledger import queries as ledger  # noqa: E402
from ppv_plugin.media import services as media  # noqa: E402
from ppv_plugin.metering.models import MeteredSession  # noqa: E402
from ppv_plugin.models import PricingSettings, Room  # noqa: E402
from ppv_plugin.pages.addresses import page_types  # noqa: E402
from ppv_plugin.shows.worker import Meter  # noqa: E402

GONE, BY_SECONDS = "by a rule that is not there any more", "charged by the second"


def room_page(room: Room) -> str:
    listing = page_types("listing")[0].objects.in_site(room.site).get()
    answer = browser(room.site).get(f"{path_of(listing)}{room.slug}/")
    assert answer.status_code == 200, answer
    return answer.content.decode()


call_command("check", fail_level="WARNING", stdout=StringIO())
call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)

running = MeteredSession.objects.get(state="open", own_rule=True)
before = ledger.balances_of(account_ids=[running.client_account_id])[running.client_account_id]
options = {**getattr(settings, "PPV_PLUGIN", {}), "MEDIA_ENGINE": "ppv_plugin.media.fake.FakeEngine"}
with override_settings(PPV_PLUGIN=options):
    media.reset_engine()
    Meter().step(now=timezone.now(), mono=0.0)
    media.reset_engine()
after = ledger.balances_of(account_ids=[running.client_account_id])[running.client_account_id]
settled = running.settled
running.refresh_from_db()
assert (running.state, running.end_reason, running.settled) == ("closed", "no_rule", settled)
assert (after.balance, after.held) == (before.balance, 0)

room = Room.objects.get(slug="ana")
prices = PricingSettings.for_site(room.site)
assert prices.rule == "encore.third_free"
assert GONE in room_page(room)
admin = browser(room.site)
admin.force_login(get_user_model().objects.get(is_superuser=True))
url = reverse("wagtailsettings:edit", args=["ppv_plugin", "pricingsettings", room.site.pk])
for address in (url, reverse("wagtailadmin_home"), reverse("wagtailsnippets_ppv_plugin_roommode:list")):
    assert admin.get(address).status_code == 200, address
assert "encore" in admin.get(reverse("wagtailadmin_home")).content.decode()

PricingSettings.objects.filter(pk=prices.pk).update(rule="per_second")
assert BY_SECONDS in room_page(room)
call_command("ppv_reconcile", stdout=StringIO())
print("the site goes on without it")
