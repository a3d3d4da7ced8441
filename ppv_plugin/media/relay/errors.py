"""Refusals of the relay. They carry the codes of `ppv_plugin.errors`, which the adapters outside translate."""

from __future__ import annotations


class RelayError(Exception):
    """`code` is one of the codes of the product's error tree; the text is for the log, not for people."""

    code = "media"

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class OfferRefused(RelayError):
    """The caller sent something malformed: a description, an id, a plan."""

    code = "bad_input"


class JoinRefused(RelayError):
    """The plan does not allow it."""

    code = "not_allowed"


class RelayFull(RelayError):
    """The plan would exceed the capacity of this relay."""

    code = "media_full"


class IncompatibleLibrary(RelayError):
    """The installed aiortc lacks something the relay depends on."""
