"""Actions of recordings in Wagtail's audit log."""

from __future__ import annotations

DELETE = "ppv_plugin.recording.delete"
