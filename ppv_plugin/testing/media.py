"""For tests of sites and of the product: a media engine whose clock and media obey the test."""

from __future__ import annotations

from ppv_plugin.media.fake import FakeEngine

__all__ = ["FakeEngine"]
