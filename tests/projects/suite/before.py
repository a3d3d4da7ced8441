"""The site's life without us: its own migrations, its pages, and a photograph of each. Words: its own apps."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

django.setup()

import photographs  # noqa: E402  needs Django

if len(sys.argv) > 1:
    call_command("makemigrations", *sys.argv[1:], verbosity=0)
call_command("migrate", verbosity=0)
if Path("seed.py").exists():
    runpy.run_path("seed.py")
if not settings.DEBUG:
    call_command("collectstatic", interactive=False, verbosity=0)
photographs.keep()
