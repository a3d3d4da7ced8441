"""The cast on a site that ppv_setup has set up, and a browser for each of them."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from ppv_plugin.testing.cast import Cast

Browse = Callable[[Any], Client]


@pytest.fixture
def ppv_pages(cast: Cast) -> Cast:
    call_command("ppv_setup", stdout=StringIO())
    return cast


@pytest.fixture
def browse(ppv_pages: Cast) -> Browse:
    """A browser signed in as that user; None = a visitor."""

    def signed_in(user: Any) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return signed_in
