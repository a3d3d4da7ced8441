"""What studios do stands in Wagtail's audit log, as what staff does: see `docs/reference/log-actions.md`."""

from __future__ import annotations

from typing import Any

from wagtail.log_actions import log

INVITE, WITHDRAW = "ppv_plugin.studio.invite", "ppv_plugin.studio.withdraw"
JOIN, LEAVE = "ppv_plugin.studio.join", "ppv_plugin.studio.leave"
DISABLE, ENABLE = "ppv_plugin.studio.disable", "ppv_plugin.studio.enable"
ROOM = "ppv_plugin.studio.room"


def record(action: str, *, subject: Any, user: Any, **facts: Any) -> None:
    """`subject`: the performer, room or studio in whose history it stands."""
    log(instance=subject, action=action, user=user, data=facts)
