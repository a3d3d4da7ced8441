"""Where recordings lie: a private place of their own, never below what the site serves."""

from __future__ import annotations

from django.core.files.storage import FileSystemStorage, Storage, storages

from ppv_plugin.conf import conf
from ppv_plugin.media.configured import recordings_root


def store() -> Storage:
    """Where finished files are played from: the relay's folder, or the storage that the site has named."""
    if conf.RECORDINGS_STORAGE:
        return storages[conf.RECORDINGS_STORAGE]
    return FileSystemStorage(location=recordings_root(), file_permissions_mode=0o600, directory_permissions_mode=0o700)


def lies_with_the_relay() -> bool:
    """Whether a finished file is in its place as soon as the relay has closed it."""
    return not conf.RECORDINGS_STORAGE
