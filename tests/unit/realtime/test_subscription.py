"""What a hub's subscription does when its channel layer stumbles."""

from __future__ import annotations

import pytest

from ppv_plugin.realtime.bus_layer import LayerSubscription

pytestmark = pytest.mark.asyncio


class StumblingLayer:
    """Fails once, as channels_redis does while its reader opens the same connection again."""

    def __init__(self) -> None:
        self.joined: list[str] = []
        self._stumbled = False

    async def group_add(self, group: str, channel: str) -> None:
        if not self._stumbled:
            self._stumbled = True
            raise RuntimeError("readuntil() called while another coroutine is already waiting for incoming data")
        self.joined.append(group)


async def test_two_who_open_one_connection_at_once_count_as_a_lost_one() -> None:
    subscription = LayerSubscription(StumblingLayer(), deliver=lambda event: None)
    with pytest.raises(ConnectionError):
        await subscription.join("room.1")


async def test_a_group_that_could_not_be_joined_is_joined_by_the_next_refresh() -> None:
    layer = StumblingLayer()
    subscription = LayerSubscription(layer, deliver=lambda event: None)
    with pytest.raises(ConnectionError):
        await subscription.join("room.1")
    await subscription.refresh()
    assert layer.joined == ["room.1"]
