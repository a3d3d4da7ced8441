"""Recordings lie where no web server serves them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register

from ppv_plugin.conf import conf
from ppv_plugin.media.configured import recordings_root

from .messages import TAG, error

PUBLIC_ALIASES = ("default", "staticfiles")


@register(TAG)
def private_files(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    return [*_folder(), *_storage()]


def _folder() -> Iterator[CheckMessage]:
    folder = recordings_root().resolve()
    for name in ("MEDIA_ROOT", "STATIC_ROOT"):
        served = getattr(settings, name, None)
        if not served:
            continue
        place = Path(served).resolve()
        if folder == place or place in folder.parents or folder in place.parents:
            yield error(
                "E016",
                f"Recordings would lie in {folder}, which is in or around {name}: everybody could fetch them.",
                'Set "RECORDINGS_ROOT" in PPV_PLUGIN to a folder that no web server serves.',
            )


def _storage() -> Iterator[CheckMessage]:
    alias = conf.RECORDINGS_STORAGE
    if not alias:
        return
    if alias in PUBLIC_ALIASES or alias not in settings.STORAGES:
        yield error(
            "E017",
            f"RECORDINGS_STORAGE is {alias!r}, which is " + ("public." if alias in PUBLIC_ALIASES else "not there."),
            "Add a private storage to STORAGES and name it there.",
        )
        return
    place = settings.STORAGES[alias].get("OPTIONS", {}).get("location")
    served = getattr(settings, "MEDIA_ROOT", None)
    if place and served and Path(served).resolve() in (Path(place).resolve(), *Path(place).resolve().parents):
        yield error(
            "E017",
            f"The storage {alias!r} of RECORDINGS_STORAGE lies in MEDIA_ROOT: everybody could fetch what is in it.",
            "Give it another location.",
        )
