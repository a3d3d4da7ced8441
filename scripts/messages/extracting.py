"""Every text of a package that is marked for translation: Python by Babel, templates by Django's own reading of them.

Texts of JavaScript are no case of their own: modules take theirs from the templates (elements, `data-` attributes).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract

from scripts.terminal import ROOT

PACKAGES = (ROOT / "ppv_plugin", ROOT / "demo_site")
NOTE_TAGS = ("Translators:",)
# `gettext_noop` marks a text that is translated where it is shown.
KEYWORDS: dict[str, Any] = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def source_files(package: Path) -> list[Path]:
    python = (path for path in package.rglob("*.py") if "migrations" not in path.parts)
    templates = (path for path in (package / "templates").rglob("*") if path.suffix in {".html", ".txt", ".xml"})
    return sorted((*python, *templates))


def marked_texts(package: Path) -> Catalog:
    """The template catalogue: each text once, with the files it stands in."""
    found = Catalog()
    for path in source_files(package):
        place = path.relative_to(ROOT).as_posix()
        for text, notes, context in texts_of(path):
            found.add(text, locations=[(place, 1)], auto_comments=notes, context=context)
    return found


def texts_of(path: Path) -> Iterator[tuple[Any, list[str], str | None]]:
    source = path.read_bytes() if path.suffix == ".py" else as_python(path.read_text("utf-8"), path)
    for _line, text, notes, context in extract("python", BytesIO(source), KEYWORDS, NOTE_TAGS, strip_comment_tags=True):
        yield text, notes, context


def as_python(template: str, path: Path) -> bytes:
    """Calls of gettext in the place of tags. What stands between them is blanked out; its indentation is taken away,
    which would be a mistake in Python."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    from django.utils.translation.template import templatize

    calls = templatize(template, origin=str(path))
    return "\n".join(line.lstrip() for line in calls.splitlines()).encode()
