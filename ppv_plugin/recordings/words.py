"""What people are told before something is recorded: the same words on the screen and in what is kept of it.

They hold no words that a site may change, as they are read on sockets too.
"""

from __future__ import annotations

from django.utils.translation import gettext as _


def to_performer() -> str:
    return _("This is recorded: your picture and sound are kept in a file that is yours.")


def to_viewer(*, name: str) -> str:
    return _("This is recorded. The file holds the picture and sound of %(name)s, never yours.") % {"name": name}


def to_asker(*, name: str) -> str:
    """Of a private show, before it is asked for."""
    return _("It may be recorded, if %(name)s agrees too: %(name)s’s picture and sound, never mine.") % {"name": name}


def to_asked() -> str:
    """The performer, before a private show begins that the other side lets be recorded."""
    return _("Record it: my picture and sound. The other side has agreed.")
