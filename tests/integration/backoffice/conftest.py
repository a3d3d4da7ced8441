"""A site that has worked, and who runs it."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast

from .staff import signed_in


@pytest.fixture
def worked(cast: Cast) -> Cast:
    """Somebody has paid for a private show: 2.83 for 95 seconds. Ana is live still."""
    call_command("ppv_setup", stdout=StringIO())
    cast.fund(cast.cy, 10_000)
    cast.live(cast.ana, cast.free)
    show = cast.private(cast.cy)
    cast.pass_time(95, meter=Meter())
    shows.end_private(user=cast.cy, private_id=show.id, now=cast.now)
    return cast


@pytest.fixture
def admin(worked: Cast) -> Client:
    return signed_in(get_user_model().objects.create_superuser("root", password="root"))
