"""`make messages`: collects the texts of the source, merges them into the catalogues and compiles those.

python -m scripts.messages             after a text was added, changed or translated
python -m scripts.messages --check     what lint asks: nothing missing, nothing behind; writes nothing
python -m scripts.messages --missing de    the texts that still want a translation, as a catalogue
"""

from __future__ import annotations

import argparse
import sys

from babel.messages.catalog import Catalog

from scripts.messages import catalogues
from scripts.messages.checking import faults
from scripts.messages.extracting import marked_texts
from scripts.terminal import say


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.messages", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="say what is wrong, write nothing")
    parser.add_argument("--missing", choices=catalogues.LANGUAGES, help="print what is not translated")
    wish = parser.parse_args(words)
    source = marked_texts()
    if wish.missing:
        say(catalogues.as_po(missing(wish.missing, source)).decode())
        return 0
    if not wish.check:
        for language in catalogues.LANGUAGES:
            catalogues.write(language, catalogues.merged(language, source))
    return report(source)


def missing(language: str, source: Catalog) -> Catalog:
    found = catalogues.merged(language, source)
    for message in list(found):
        if message.id and all(catalogues.forms_of(message)):
            found.delete(message.id, message.context)
    return found


def report(source: Catalog) -> int:
    count = 0
    for language in catalogues.LANGUAGES:
        lines = list(faults(language, source))
        count += len(lines)
        for line in lines:
            say(f"{language}: {line}")
        say(f"{language}: {len(source)} texts, {len(lines)} faults")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
