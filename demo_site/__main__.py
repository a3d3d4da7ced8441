"""`python -m demo_site <command>`: what `manage.py` is elsewhere."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo_site.settings")
execute_from_command_line(["python -m demo_site", *sys.argv[1:]])
