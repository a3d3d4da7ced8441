"""What the engine says may come late, twice and in another order, also with its clock: no time is charged for that."""

from __future__ import annotations

import pytest

from ppv_plugin.ledger import services as ledger
from ppv_plugin.metering import services as metering
from ppv_plugin.metering.models import MeteredSession
from ppv_plugin.metering.usage import Heartbeat, SpokenFor, UsageReport
from tests.races.world import NOW, session, wallet

pytestmark = pytest.mark.django_db


def test_a_sample_from_before_a_stall_that_comes_after_it_charges_nothing() -> None:
    running = session(wallet(10_000), ledger.account(kind="performer", owner="p"), minutes=10)

    def hear(mono_ms: int, flow_ms: int, flow: str) -> None:
        reports = [UsageReport(running.participant, "boot", flow_ms, flow)]
        metering.record_usage(reports=reports, now=NOW, heartbeat=Heartbeat("boot", mono_ms, "meter"))

    hear(100_000, 100_000, "flowing")
    hear(160_000, 100_000, "stalled")
    with pytest.raises(SpokenFor):
        hear(100_000, 100_000, "flowing")
    metering.close_session(session_id=running.id, reason="client", now=NOW)
    assert MeteredSession.objects.get(pk=running.pk).used_ms == 100_000
