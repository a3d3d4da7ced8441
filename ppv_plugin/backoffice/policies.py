"""Who may do what in the admin with rows that nobody may change: sessions, accounts, the ledger, clients."""

from __future__ import annotations

from typing import Any

from wagtail.admin.views.generic.history import HistoryView
from wagtail.permission_policies import ModelPermissionPolicy


class ViewOnlyPolicy(ModelPermissionPolicy):
    """Whatever permissions a user holds, and be it a superuser: looking is all there is."""

    actions = frozenset({"view"})

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in self.actions and super().user_has_permission(user, action)


class ViewAndRemovePolicy(ViewOnlyPolicy):
    """What others have said may be taken away, and never be said for them."""

    actions = frozenset({"view", "delete"})


class ViewOnlyHistory(HistoryView):
    any_permission_required = ["view"]


def view_only(viewset: type[Any]) -> type[Any]:
    return _governed(viewset, ViewOnlyPolicy(viewset.model))


def view_and_remove(viewset: type[Any]) -> type[Any]:
    return _governed(viewset, ViewAndRemovePolicy(viewset.model))


def _governed(viewset: type[Any], policy: ViewOnlyPolicy) -> type[Any]:
    """Gives a viewset's model the policy, the way the running Wagtail wants it."""
    try:
        from wagtail.permissions import register_permission_policy
    except ImportError:  # Wagtail 7.4
        viewset.permission_policy = policy
    else:
        register_permission_policy(viewset.model, policy)
    viewset.inspect_view_enabled = True
    viewset.copy_view_enabled = False
    viewset.exclude_form_fields = []
    viewset.history_view_class = ViewOnlyHistory
    return viewset
