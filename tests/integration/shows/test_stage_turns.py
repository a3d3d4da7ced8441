"""Many who leave at once cost few applications of the stage, and nobody's change is missed."""

from __future__ import annotations

import threading

import pytest

from ppv_plugin.shows.services import media as stage
from ppv_plugin.testing.cast import Cast


def test_twenty_at_once_are_served_by_few_applications(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    began, go_on, read = threading.Event(), threading.Event(), []

    def plan(*, room_id: int, boot_id: str) -> None:
        read.append(room_id)
        began.set()
        go_on.wait(5)

    monkeypatch.setattr(stage.stage_queries, "stage_plan", plan)
    room_id = cast.ana_room.pk
    before = stage._turns[room_id].asked
    threads = [threading.Thread(target=stage.apply_stage, kwargs={"room_id": room_id}) for _ in range(21)]
    threads[0].start()
    assert began.wait(5)
    for thread in threads[1:]:
        thread.start()
    while stage._turns[room_id].asked < before + 21:
        threading.Event().wait(0.01)
    go_on.set()
    for thread in threads:
        thread.join(5)
    assert len(read) == 2
