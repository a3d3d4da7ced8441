"""Who a chat line speaks to: names behind an @. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

MENTIONS_MAX = 5


class Person(NamedTuple):
    """Somebody who can be mentioned."""

    key: str
    name: str


def mentioned(text: str, people: Iterable[Person]) -> list[Person]:
    """Those whose name stands behind an @ in the text, longest names first, each once, a few at most."""
    by_name = {_plain(person.name): person for person in people if person.name}
    names = sorted(by_name, key=len, reverse=True)
    found: dict[str, Person] = {}
    folded = _plain(text)
    for index, char in enumerate(folded):
        if char != "@" or (index and folded[index - 1].isalnum()):  # an e-mail address mentions nobody
            continue
        rest = folded[index + 1 :]
        name = next((name for name in names if _begins_with(rest, name)), None)
        if name is not None:
            found.setdefault(by_name[name].key, by_name[name])
    return list(found.values())[:MENTIONS_MAX]


def matching(prefix: str, people: Iterable[Person], *, limit: int) -> list[str]:
    """Names that begin with this, or one of whose words does; each once, in the order of `people`."""
    wanted = _plain(prefix)
    names = dict.fromkeys(person.name for person in people if person.name)
    hits = [name for name in names if any(part.startswith(wanted) for part in (_plain(name), *_plain(name).split()))]
    return hits[:limit]


def _begins_with(text: str, name: str) -> bool:
    return text.startswith(name) and not text[len(name) : len(name) + 1].isalnum()


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
