"""The documented way out while the package is still installed. Words: the apps with page types of ours."""

from __future__ import annotations

import sys
from pathlib import Path

import django
from django.core.management import call_command

django.setup()

call_command("shell", command=Path("delete_pages.py").read_text())
for app in (*sys.argv[1:], "ppv_plugin"):
    call_command("migrate", app, "zero", verbosity=0)
