"""The site's receipt keys, as its settings say."""

from __future__ import annotations

from django.conf import settings

from ppv_plugin.conf import conf

from .rules import KeyRing, ring_from


def key_ring() -> KeyRing:
    """Raises rules.KeyProblem when RECEIPT_KEYS cannot be used (check E008 says so beforehand)."""
    secrets = [settings.SECRET_KEY, *getattr(settings, "SECRET_KEY_FALLBACKS", [])]
    return ring_from(conf.RECEIPT_KEYS, secrets=secrets)
