"""Whether a person really sees and hears: frames shown, frames decoded, sound received, asked of the browser itself."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

FRAMES = """(video, wanted) => new Promise((resolve) => {
  let shown = 0;
  const count = () => (++shown < wanted ? video.requestVideoFrameCallback(count) : resolve(true));
  video.requestVideoFrameCallback(count);
  setTimeout(() => resolve(false), 15000);
})"""
RECEIVED = """async () => {
  const sum = { frames: 0, keyFrames: 0, width: 0, samples: 0 };
  for (const connection of window.seenConnections ?? []) {
    if (connection.connectionState === "closed") continue;
    for (const report of (await connection.getStats()).values()) {
      if (report.type !== "inbound-rtp") continue;
      sum.frames += report.framesDecoded ?? 0;
      sum.keyFrames += report.keyFramesDecoded ?? 0;
      sum.width = Math.max(sum.width, report.frameWidth ?? 0);
      sum.samples += (report.totalSamplesReceived ?? 0) - (report.concealedSamples ?? 0);
    }
  }
  return sum;
}"""
MORE = (
    "async (before) => { const now = await (" + RECEIVED + ")();"
    " return now.frames > before.frames && now.samples > before.samples && now.keyFrames > 0 && now.width > 0; }"
)


def shows_moving_picture(video: Locator, *, frames: int = 5) -> None:
    """New frames reach the screen."""
    assert video.evaluate(FRAMES, frames), f"No {frames} new frames were shown within 15 s."


def receives_picture_and_sound(page: Page) -> None:
    """Decoded frames and sound samples both grow, on connections that are open now."""
    before = received(page)
    page.wait_for_function(MORE, arg=before, polling=250, timeout=15_000)


def received(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(RECEIVED)
    return found
