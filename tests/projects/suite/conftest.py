"""Runs inside a third-party site, on its own settings and its own, real database. Nothing is rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from typing import Any

import django
import pytest

django.setup()

from django.apps import apps  # noqa: E402  all of these need Django
from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import CommandError, call_command  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from photographs import browser  # noqa: E402
from wagtail.models import Site  # noqa: E402

from ppv_plugin.media import services as media  # noqa: E402
from ppv_plugin.shows import services as shows  # noqa: E402
from ppv_plugin.shows.worker import Meter  # noqa: E402
from ppv_plugin.testing.cast import Cast  # noqa: E402


@dataclass(frozen=True)
class Installed:
    """What `ppv_setup` said and did, in the order of the how-to."""

    unmigrated: str
    dry: dict[str, str]
    first: dict[str, str]
    second: dict[str, str]
    dry_changed: bool
    second_changed: bool


@pytest.fixture(scope="session", autouse=True)
def installed() -> Installed:
    unmigrated = ""
    try:
        call_command("ppv_setup", stdout=StringIO())
    except CommandError as refused:
        unmigrated = str(refused)
    call_command("migrate", verbosity=0)
    if not settings.DEBUG:
        call_command("collectstatic", interactive=False, verbosity=0)
    empty = every_row()
    dry = set_up("--dry-run")
    dry_changed = every_row() != empty
    first = set_up()
    filled = every_row()
    return Installed(unmigrated, dry, first, set_up(), dry_changed, every_row() != filled)


def set_up(*words: str) -> dict[str, str]:
    said = {}
    for site in Site.objects.all():
        out = StringIO()
        call_command("ppv_setup", "--site", site.hostname, *words, stdout=out)
        said[site.hostname] = out.getvalue()
    return said


def every_row() -> dict[str, list[dict[str, Any]]]:
    models = [model for model in apps.get_models() if model._meta.managed and not model._meta.swapped]
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in models}


@pytest.fixture(scope="session")
def cast(installed: Installed) -> Iterator[Cast]:
    """The people, and a private show that Cy has paid: 95 seconds at 2.00 a minute with 10 seconds of grace."""
    options = {**getattr(settings, "PPV_PLUGIN", {}), "MEDIA_ENGINE": "ppv_plugin.media.fake.FakeEngine"}
    letters = "django.core.mail.backends.locmem.EmailBackend"
    with override_settings(PPV_PLUGIN=options, EMAIL_BACKEND=letters):
        media.reset_engine()
        made = Cast.made()
        made.live(made.ana, made.free)
        made.fund(made.cy, 10_000)
        show = made.private(made.cy)
        made.pass_time(95, meter=Meter(), every=5)
        shows.end_private(user=made.cy, private_id=show.id, now=made.now)
        yield made
        media.reset_engine()


@pytest.fixture(scope="session")
def superuser(installed: Installed) -> Any:
    model = get_user_model()
    with suppress(model.DoesNotExist):
        return model.objects.get_by_natural_key("root@site.example")
    names = dict.fromkeys({model.USERNAME_FIELD, *model.REQUIRED_FIELDS}, "root@site.example")
    return model.objects.create_superuser(**names, password="root")


@pytest.fixture
def admin(superuser: Any) -> Client:
    client = browser(Site.objects.get(is_default_site=True))
    client.force_login(superuser)
    return client


@pytest.fixture(params=["visitor", "client", "performer"])
def person(request: pytest.FixtureRequest, cast: Cast) -> Any:
    return {"visitor": None, "client": cast.cy, "performer": cast.ana}[request.param]
