"""What is wrong with a catalogue: a text without a translation, a lost placeholder, a .mo that is behind."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import django
import wagtail
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo

from scripts.messages.catalogues import as_mo, as_po, existing, forms_of, merged, mo_path, po_path

# %(name)s of Python and templates, {name} of JavaScript, the tags and entities of HTML
PLACES = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|</?\w[^>]*>|&\w+;")
# Forms that stand for one number only, which may be said without a figure: "one minute".
SINGLE = {"de": {0}, "ar": {0, 1, 2}}
# Whose texts share a table with ours. (Of the rest of django.contrib no site with Wagtail shows anything.)
NEIGHBOURS = (
    Path(django.__file__).parent / "conf" / "locale",
    *(Path(django.__file__).parent / "contrib" / app / "locale" for app in ("auth", "contenttypes")),
    *sorted(Path(wagtail.__file__).parent.rglob("locale")),
)


def faults(package: Path, language: str, source: Catalog) -> Iterator[str]:
    """One line for each."""
    known = existing(package, language)
    if known.obsolete:
        yield f"{len(known.obsolete)} obsolete entries are kept"
    for message in known:
        if message.id and message.fuzzy:
            yield f"fuzzy: {shown(message)}"
    target = merged(package, language, source)
    yield from (line for message in target if message.id for line in faults_of(message, language))
    for path, wanted in ((po_path(package, language), as_po(target)), (mo_path(package, language), as_mo(target))):
        if not path.exists() or path.read_bytes() != wanted:
            yield f"{path.name} is behind: run python -m scripts.messages"
            return


def faults_of(message: Message, language: str) -> Iterator[str]:
    texts = [message.id] if isinstance(message.id, str) else list(message.id)
    forms = forms_of(message)
    if not all(forms):
        yield f"not translated: {shown(message)}"
        return
    for number, form in enumerate(forms):
        if not same_places(texts, form, one_number=len(texts) > 1 and number in SINGLE[language]):
            yield f"placeholders or tags differ: {shown(message)} -> {form}"
        if not same_edges(texts[0], form):
            yield f"spaces or line breaks at an end differ: {shown(message)} -> {form}"
    theirs = neighbours(language).get((texts[0], message.context))
    if theirs and forms[0] not in theirs:
        yield f"Django or Wagtail say {sorted(theirs)}, ours would replace it; give ours a context: {shown(message)}"


@cache
def neighbours(language: str) -> dict[tuple[str, str | None], set[str]]:
    """What Django and Wagtail make of their texts. Every app's texts share one table, where ours may win over theirs:
    the same text without a context must say the same."""
    found: dict[tuple[str, str | None], set[str]] = {}
    for folder in NEIGHBOURS:
        compiled = folder / language / "LC_MESSAGES" / "django.mo"
        if compiled.exists():
            with compiled.open("rb") as file:
                for message in read_mo(file):
                    text = message.id if isinstance(message.id, str) else message.id[0]
                    found.setdefault((text, message.context), set()).add(forms_of(message)[0])
    return found


def same_places(texts: Sequence[str], form: str, *, one_number: bool) -> bool:
    wanted, found = Counter(PLACES.findall(texts[-1])), Counter(PLACES.findall(form))
    if wanted == found or Counter(PLACES.findall(texts[0])) == found:
        return wanted == found or one_number
    return one_number and not found - wanted and sum((wanted - found).values()) == 1


def same_edges(text: str, form: str) -> bool:
    ends = re.compile(r"^(\s*).*?(\s*)$", re.DOTALL)
    asked, given = ends.match(text), ends.match(form)
    return asked is not None and given is not None and asked.groups() == given.groups()


def shown(message: Message) -> str:
    text = message.id if isinstance(message.id, str) else message.id[0]
    return repr(text if len(text) <= 90 else f"{text[:87]}...")
