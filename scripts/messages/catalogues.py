"""The catalogue files of each package and language: read, merged with what the source says now, written, compiled.

Both files are deterministic: no dates, no line numbers, no version of a tool, so that two branches disagree only where
their texts do.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

LANGUAGES = ("de", "ar")
HEADER = "# Made by scripts/messages: only what stands behind msgstr is written by hand."
# As Django writes them, character by character: it can then keep our texts and its own in one table.
PLURAL_FORMS = {
    "de": "nplurals=2; plural=(n != 1);",
    "ar": "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 "
    ": n%100>=11 && n%100<=99 ? 4 : 5;",
}


class PlainCatalog(Catalog):
    """A catalogue whose header says nothing that changes by itself."""

    def _get_mime_headers(self) -> list[tuple[str, str]]:
        language = str(self.locale_identifier)
        return [
            ("Project-Id-Version", "ppv-plugin"),
            ("Language", language),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", f"{PLURAL_FORMS[language]}\n"),
        ]

    mime_headers = property(_get_mime_headers)


def po_path(package: Path, language: str) -> Path:
    return package / "locale" / language / "LC_MESSAGES" / "django.po"


def mo_path(package: Path, language: str) -> Path:
    return po_path(package, language).with_suffix(".mo")


def existing(package: Path, language: str) -> Catalog:
    path = po_path(package, language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def merged(package: Path, language: str, source: Catalog) -> Catalog:
    """What the source says now, with the translations there are. A changed text is a new one: no guess is kept."""
    known = existing(package, language)
    result = PlainCatalog(locale=language, fuzzy=False, header_comment=HEADER)
    for message in source:
        if message.id:
            old = known.get(message.id, message.context)
            result.add(
                message.id,
                old.string if old is not None and holds(old, message.id) else empty(message.id, result),
                locations=[(place, 1) for place in sorted({place for place, _line in message.locations})],
                auto_comments=message.auto_comments,
                user_comments=old.user_comments if old is not None else (),
                context=message.context,
            )
    return result


def holds(old: Message, text: object) -> bool:
    """Not if it is marked as doubtful, or if the text got or lost its plural since."""
    return not old.fuzzy and isinstance(old.string, str) == isinstance(text, str)


def forms_of(message: Message) -> list[str]:
    """The translation: one form, or one for each kind of number the language knows."""
    if message.string is None or isinstance(message.string, str):
        return [message.string or ""]
    return list(message.string)


def empty(text: object, catalog: Catalog) -> str | tuple[str, ...]:
    return "" if isinstance(text, str) else ("",) * catalog.num_plurals


def write(package: Path, language: str, catalog: Catalog) -> None:
    path = po_path(package, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_po(catalog))
    mo_path(package, language).write_bytes(as_mo(catalog))


def as_po(catalog: Catalog) -> bytes:
    out = BytesIO()
    write_po(out, catalog, width=0, include_lineno=False)
    return out.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    out = BytesIO()
    write_mo(out, catalog)
    return out.getvalue()
