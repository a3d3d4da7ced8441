"""The package is gone: what is left of it in the database, and whether the site is what it was."""

from __future__ import annotations

import sys

import django
from django.core.management import call_command

django.setup()

import photographs  # noqa: E402  needs Django
from django.apps import apps  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.auth.models import Permission  # noqa: E402
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.migrations.recorder import MigrationRecorder  # noqa: E402
from django.urls import reverse  # noqa: E402
from wagtail.models import Site  # noqa: E402

gone = ("ppv_plugin", "ppv_plugin_pages", *sys.argv[1:])
assert not any(apps.is_installed(name) for name in ("ppv_plugin", "ppv_plugin.pages"))
call_command("migrate", verbosity=0)
call_command("remove_stale_contenttypes", include_stale_apps=True, interactive=False, verbosity=0)

call_command("check", fail_level="WARNING")
call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)
tables = connection.introspection.table_names()
assert not [name for name in tables if name.startswith("ppv_plugin")], tables
assert not ContentType.objects.filter(app_label__in=gone).exists()
assert not Permission.objects.filter(content_type__app_label__in=gone).exists()
assert not MigrationRecorder.Migration.objects.filter(app__in=gone).exists()
if connection.vendor == "postgresql":
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE proname LIKE 'ppv%%'")
        assert cursor.fetchall() == []

assert photographs.take() == photographs.kept()
admin = photographs.browser(Site.objects.get(is_default_site=True))
admin.force_login(get_user_model().objects.get(is_superuser=True))
for name in (
    "wagtailadmin_home",
    "wagtailadmin_explore_root",
    "wagtailusers_users:index",
    "wagtailusers_groups:index",
    "wagtailadmin_reports:site_history",
    "wagtailadmin_pages:search",
):
    answer = admin.get(reverse(name))
    assert answer.status_code == 200, (name, answer)
for group in apps.get_model("auth.Group").objects.all():
    assert admin.get(reverse("wagtailusers_groups:edit", args=[group.pk])).status_code == 200, group
print("nothing is left")
