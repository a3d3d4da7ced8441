"""From the relay's codes to the product's errors. The relay itself knows no Django."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ppv_plugin.errors import BadInput, MediaFull, MediaUnavailable, NotAllowed, PPVError
from ppv_plugin.media.relay.errors import RelayError

ERRORS: dict[str, type[PPVError]] = {cls.code: cls for cls in (BadInput, NotAllowed, MediaFull, MediaUnavailable)}


def refusal(code: str) -> PPVError:
    """An unknown code is a fault of the engine."""
    return ERRORS.get(code, MediaUnavailable)()


@contextmanager
def translated() -> Iterator[None]:
    """Relay errors raised inside become product errors; the relay's own text stays as the cause, for the log."""
    try:
        yield
    except RelayError as error:
        raise refusal(error.code) from error
