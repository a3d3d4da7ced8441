"""Imported once by the process that all others are forked from: Django and what the roles need, no connection yet."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.chaos.settings")
django.setup()

import demo_site.asgi  # noqa: E402, F401
import ppv_plugin.media.relay.http  # noqa: E402
import ppv_plugin.shows.worker  # noqa: E402, F401
import tests.chaos.roles  # noqa: E402, F401
