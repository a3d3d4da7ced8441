"""A real browser publishes and watches through the embedded relay: no site, no database."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Page, async_playwright

from ppv_plugin.media.embedded import EmbeddedEngine
from ppv_plugin.media.engine import (
    AV,
    Direction,
    FlowState,
    ParticipantEvidence,
    ParticipantPlan,
    StagePlan,
)
from ppv_plugin.media.relay.options import HostAddress, RelayOptions

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
]
ADDRESS = "http://localhost/"  # a secure context; answered by the test itself
ANA = ParticipantPlan("ana", publishes=AV)
CY = ParticipantPlan("cy", source="ana", needs=AV)

PUBLISH = """async () => {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
  const pc = (window.pc = new RTCPeerConnection());
  for (const track of stream.getTracks()) pc.addTransceiver(track, { direction: "sendonly", streams: [stream] });
  await pc.setLocalDescription();
  await pc.setRemoteDescription({ type: "answer", sdp: await window.join("ana", "publish", pc.localDescription.sdp) });
}"""
WATCH = """async () => {
  const video = document.createElement("video");
  Object.assign(video, { autoplay: true, muted: true, srcObject: new MediaStream() });
  document.body.append(video);
  const pc = (window.pc = new RTCPeerConnection());
  for (const kind of ["audio", "video"]) pc.addTransceiver(kind, { direction: "recvonly" });
  pc.ontrack = (event) => video.srcObject.addTrack(event.track);
  window.rendered = 0;
  const count = () => { window.rendered += 1; video.requestVideoFrameCallback(count); };
  video.requestVideoFrameCallback(count);
  await pc.setLocalDescription();
  await pc.setRemoteDescription({ type: "answer", sdp: await window.join("cy", "subscribe", pc.localDescription.sdp) });
}"""
SEEN = """async () => {
  const seen = { rendered: window.rendered };
  for (const report of (await window.pc.getStats()).values())
    if (report.type === "inbound-rtp") seen[report.kind] = report;
  return seen;
}"""


@pytest.fixture
async def engine() -> AsyncIterator[EmbeddedEngine]:
    engine = EmbeddedEngine(RelayOptions(host_addresses=(HostAddress.parse("127.0.0.1"),)))
    yield engine
    await engine.close()


@pytest.fixture
async def pages(engine: EmbeddedEngine) -> AsyncIterator[tuple[Page, Page]]:
    async def join(source: Any, participant: str, direction: str, sdp: str) -> str:
        answer = await engine.join(stage="s", participant=participant, direction=Direction(direction), offer_sdp=sdp)
        return answer.sdp

    if CHROMIUM is None:
        pytest.skip("needs Chromium: make test-browser")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = await browser.new_context()
        await context.expose_binding("join", join)
        await context.route(f"{ADDRESS}*", lambda route: route.fulfill(body="<body></body>", content_type="text/html"))
        opened = (await context.new_page(), await context.new_page())
        for page in opened:
            await page.goto(ADDRESS)
        yield opened
        await browser.close()


class Show:
    def __init__(self, engine: EmbeddedEngine, viewer: Page) -> None:
        self.engine, self.viewer = engine, viewer

    async def plan(self, cy: ParticipantPlan) -> None:
        await self.engine.apply(StagePlan("s", (ANA, cy)))

    async def cy(self) -> ParticipantEvidence:
        return next(p for p in (await self.engine.evidence()).participants if p.id == "cy")

    async def until(self, true: Callable[[], Awaitable[bool]], seconds: float = 6) -> None:
        end = time.monotonic() + seconds
        while not await true():
            assert time.monotonic() < end, await self.cy()
            await asyncio.sleep(0.05)

    async def rendered_within(self, seconds: float) -> int:
        before = await self.viewer.evaluate("() => window.rendered")
        await asyncio.sleep(seconds)
        return int(await self.viewer.evaluate("() => window.rendered")) - before

    async def flow_ms(self) -> int:
        return (await self.cy()).flow_ms


async def test_a_browser_sees_and_pays_for_what_the_plan_lets_through(
    engine: EmbeddedEngine, pages: tuple[Page, Page]
) -> None:
    publisher, viewer = pages
    show = Show(engine, viewer)
    await show.plan(CY)
    begun = time.monotonic()
    await viewer.evaluate(WATCH)  # before there is anything to see
    await publisher.evaluate(PUBLISH)

    async def paid() -> bool:
        return await show.flow_ms() > 500

    await show.until(paid)
    assert await show.flow_ms() <= (time.monotonic() - begun) * 1000
    seen = await viewer.evaluate(SEEN)
    assert seen["rendered"] > 0
    assert seen["video"]["framesDecoded"] > 0
    assert seen["video"]["frameWidth"] > 0
    assert seen["audio"]["totalSamplesReceived"] > 0

    picture = await engine.snapshot(stage="s", participant="ana", width=320)
    assert picture is not None
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    assert image.size == (320, 240)
    red, green, blue = image.resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    assert green > 2 * max(red, blue), "the fake camera is green"

    await show.plan(replace(CY, source=None))
    await show.until(lambda: darkens(show))  # what was on its way is still drawn
    dark = await show.flow_ms()
    assert await show.rendered_within(0.6) == 0
    assert (await show.flow_ms(), (await show.cy()).state) == (dark, FlowState.IDLE)

    await show.plan(CY)
    await show.until(lambda: grows(show, dark))
    assert await show.rendered_within(0.5) > 0

    quota = await show.flow_ms() + 700
    await show.plan(replace(CY, quota_ms=quota))

    async def cut() -> bool:
        return (await show.cy()).state is FlowState.CUT

    await show.until(cut)
    await show.until(lambda: darkens(show))
    assert await show.rendered_within(0.5) == 0
    assert quota - 400 <= await show.flow_ms() <= quota


async def darkens(show: Show) -> bool:
    return await show.rendered_within(0.2) == 0


async def grows(show: Show, before: int) -> bool:
    return await show.flow_ms() > before
