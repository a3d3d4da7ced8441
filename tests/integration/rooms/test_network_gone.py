"""Nobody tells that a performer's network is gone: the meter of any process notices."""

from __future__ import annotations

from datetime import timedelta

from ppv_plugin.models import Room, Show
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast


def test_a_performer_whose_network_is_gone_is_offline_within_a_minute(cast: Cast) -> None:
    """No tab, no media, no process that says so: the meter of any process notices."""
    from ppv_plugin.media import services as media

    meter = Meter()
    cast.live(cast.ana, cast.free)
    meter.step(now=cast.now, mono=0)
    media.get_engine().reboot()  # type: ignore[attr-defined]  # with the server went everybody's media
    for second in range(1, 61):
        cast.now += timedelta(seconds=1)
        meter.step(now=cast.now, mono=float(second))
    assert Show.objects.get().state == "ended"
    assert Room.objects.get(pk=cast.ana_room.pk).state == "offline"
