"""Media follows money: after a commit that changed who may send and see what, the engine is told."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from ppv_plugin.signals import stage_changed

from . import services


@receiver(stage_changed, dispatch_uid="ppv_plugin.shows.stage")
def tell_engine(*, room_id: int, **_facts: Any) -> None:
    """An engine that does not answer is told again by the worker's repair."""
    services.apply_stage(room_id=room_id)
