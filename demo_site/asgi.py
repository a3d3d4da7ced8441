"""The demo site as an ASGI application: `uvicorn demo_site.asgi:application`."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

from ppv_plugin.asgi import get_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo_site.settings")

application = get_application(get_asgi_application())
