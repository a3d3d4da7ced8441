"""People who work in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

EDITORS, MODERATORS, FINANCE, SUPPORT = (
    f"Video chat {name}" for name in ("editors", "moderators", "finance", "support")
)


def member(group: str) -> Client:
    """Signed in as somebody who is in this group of `ppv_setup` and in no other, and not `is_staff`."""
    user = get_user_model().objects.create_user(group.split()[-1], password="x")
    user.groups.add(Group.objects.get(name=group))
    return signed_in(user)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client
