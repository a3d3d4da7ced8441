"""`make messages`: collects the texts of the source, merges them into the catalogues and compiles those.

python -m scripts.messages             after a text was added, changed or translated
python -m scripts.messages --check     what lint asks: nothing missing, nothing behind; writes nothing
python -m scripts.messages --missing de    the texts that still want a translation, as a catalogue
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from babel.messages.catalog import Catalog

from scripts.messages import catalogues
from scripts.messages.checking import faults
from scripts.messages.extracting import PACKAGES, marked_texts
from scripts.terminal import say


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.messages", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="say what is wrong, write nothing")
    parser.add_argument("--missing", choices=catalogues.LANGUAGES, help="print what is not translated")
    wish = parser.parse_args(words)
    sources = {package: marked_texts(package) for package in PACKAGES}
    if wish.missing:
        for package, source in sources.items():
            say(catalogues.as_po(missing(package, wish.missing, source)).decode())
        return 0
    if not wish.check:
        for package, source in sources.items():
            for language in catalogues.LANGUAGES:
                catalogues.write(package, language, catalogues.merged(package, language, source))
    return 1 if sum(report(package, source) for package, source in sources.items()) else 0


def missing(package: Path, language: str, source: Catalog) -> Catalog:
    found = catalogues.merged(package, language, source)
    for message in list(found):
        if message.id and all(catalogues.forms_of(message)):
            found.delete(message.id, message.context)
    return found


def report(package: Path, source: Catalog) -> int:
    count = 0
    for language in catalogues.LANGUAGES:
        lines = list(faults(package, language, source))
        count += len(lines)
        for line in lines:
            say(f"{package.name}, {language}: {line}")
        say(f"{package.name}, {language}: {len(source)} texts, {len(lines)} faults")
    return count


if __name__ == "__main__":
    sys.exit(main())
