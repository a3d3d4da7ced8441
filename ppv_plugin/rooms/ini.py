"""Room modes as INI text, as a WordPress paid-videochat plugin keeps them: one section a mode. Reads, saves nothing.

Every problem is found in one reading, each with its line. What the product cannot do yet is named, never dropped.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ppv_plugin import hooks
from ppv_plugin.ledger.rules import parse_tokens, tokens

from .rules import AUDIO, GROUP_CPM_MAX, TEXT, TWO_WAY_SLOTS_MAX, VIDEO

BYTES_MAX = 1_000_000
NAME_MAX, DESCRIPTION_MAX, KEY_MAX = 60, 240, 40
_TRUE, _FALSE = {"1", "true", "on", "yes"}, {"0", "false", "off", "no", "none", "null", ""}
_SECTION = re.compile(r"\[(?P<name>.*)\]\s*(?:[;#].*)?")
_QUOTED = re.compile(r"""(?P<quote>["'])(?P<value>.*?)(?P=quote)\s*(?P<rest>.*)""")
_COMMENT, _COMMENT_AFTER_TEXT = re.compile(r"[;#].*"), re.compile(r"(?:^|\s);.*")
TWO_WAY_SLOTS = 2  # where there is a 2-way price and no number of places
CONFERENCE_SLOTS = 6  # where a conference says none
SAYS_KIND = {"room_audio": AUDIO, "h5v_audio": AUDIO, "room_text": TEXT}  # the last that is on says what is sent
_TEXTS = {"description", "vw_presentationMode"}  # in which a # is a letter like others


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the text cannot be taken. Lines count from 1."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Unused:
    """A setting of the text for which the product has no feature yet."""

    line: int
    mode: str
    key: str
    value: str


@dataclass(slots=True)
class ModeText:
    """A section: `values` are fields of a room mode. `waits_for`: the settings without which it would be another mode,
    so that nobody is to choose it yet."""

    line: int
    name: str
    key: str
    values: dict[str, Any] = field(default_factory=dict)
    waits_for: list[str] = field(default_factory=list)
    slots: int | None = None  # of a conference
    lines: dict[str, int] = field(default_factory=dict)  # each setting's line, by its lower-case name


@dataclass(slots=True)
class ModesText:
    modes: list[ModeText] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unused: list[Unused] = field(default_factory=list)


class _Refused(ValueError):
    """The value cannot be meant; the text says why."""


def _boolean(value: str) -> bool:
    word = value.lower()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise _Refused(_("write 1 or 0 (also true or false, on or off, yes or no)"))


def _not(value: str) -> bool:
    return not _boolean(value)


def _money(value: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,12}(\.\d*)?|[+-]?\.\d+", value, re.ASCII):
        hint = _("write the decimals after a point, as in 1.50") if "," in value else _("write a number, as in 1.50")
        raise _Refused(hint)
    try:
        amount = parse_tokens(value)
    except ValueError:
        raise _Refused(_("prices have at most two decimals")) from None
    if not 0 <= amount <= GROUP_CPM_MAX:
        raise _Refused(_("a price lies between 0.00 and %(high)s") % {"high": tokens(GROUP_CPM_MAX)})
    return amount


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not re.fullmatch(r"\d{1,9}", value, re.ASCII) or not low <= int(value) <= high:
            raise _Refused(_("write a whole number from %(low)s to %(high)s") % {"low": low, "high": high})
        return int(value)

    return read


def _description(value: str) -> str:
    if len(value) > DESCRIPTION_MAX:
        raise _Refused(_("%(count)s characters, at most %(most)s") % {"count": len(value), "most": DESCRIPTION_MAX})
    return value


def _any(value: str) -> str:
    return value


# setting -> the field of a room mode it fills, and how it is read
USED: dict[str, tuple[str, Callable[[str], Any]]] = {
    "description": ("description", _description),
    "cpm": ("group_cpm", _money),
    "cpm2": ("two_way_cpm", _money),
    "2way": ("two_way_slots", _whole(0, TWO_WAY_SLOTS_MAX)),
    "voyeur": ("voyeur_enabled", _boolean),
    "cpmv": ("voyeur_cpm", _money),
    "requests_disable": ("requests_enabled", _not),
    "snapshots": ("snapshots_enabled", _boolean),
    "stream_record": ("recorded", _boolean),
    "snapshotsInterval": ("snapshot_seconds", _whole(5, 3600)),
    "group_disabled": ("lobby", _boolean),
    "calls_only": ("by_link", _boolean),
    "room_conference": ("conference", _boolean),
    **{name: (name, _boolean) for name in SAYS_KIND},
}
# what the product has no feature for yet: still read, so that what cannot be meant is found now
UNUSED: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("room_slots", "party_reserved"), _whole(0, 1000)),
    **dict.fromkeys(
        [
            "archive",
            "archiveImport",
            "room_private",
            "conference_auto",
            "stream_record_private",
            "stream_record_all",
            "room_random",
            "party",
            "external_rtmp",
            "goals_panel",
            "goals_sort",
            "gifts",
        ],
        _boolean,
    ),
    "vw_presentationMode": _any,
}
# Where one of these is on, the mode is something else than the live rooms there are.
DECISIVE = ("room_private", "room_random")
_KNOWN = {name.lower(): name for name in (*USED, *UNUSED)}


def read_modes(text: bytes | str) -> ModesText:
    """The modes in the order of the text. With problems nothing of it is to be saved."""
    found = ModesText()
    lines = _lines(text, found.problems)
    mode: ModeText | None = None
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if not stripped or stripped[0] in ";#":
            continue
        if stripped[0] == "[":
            mode = _begun(number, stripped, found)
        elif mode is None:
            found.problems.append(Problem(number, _("This stands before the first [section], so it has no mode.")))
        else:
            _take(number, stripped, mode, found)
    for mode in found.modes:
        _complete(mode, found)
    if not found.modes and not found.problems:
        found.problems.append(Problem(1, _("There is no [section], so no mode.")))
    found.problems.sort(key=lambda problem: problem.line)
    return found


def key_of(name: str) -> str:
    """The key a mode of this name gets: its Latin letters and digits; a stable other one where it has none."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:KEY_MAX].strip("-")
    return key or f"mode-{sha256(name.encode()).hexdigest()[:8]}"


def _lines(text: bytes | str, problems: list[Problem]) -> list[str]:
    if len(text) > BYTES_MAX:
        problems.append(Problem(1, _("This is larger than a megabyte: it is not a list of modes.")))
        return []
    if isinstance(text, bytes):
        if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
            problems.append(Problem(1, _("This is UTF-16 text. Save it as UTF-8.")))
            return []
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = text.count(b"\n", 0, error.start) + 1
            problems.append(Problem(line, _("This is not UTF-8 text. Save it as UTF-8.")))
            return []
    lines = re.split(r"\r\n|\n|\r", text.removeprefix("\ufeff"))
    bad = next((n for n, line in enumerate(lines, 1) if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", line)), None)
    if bad is not None:
        problems.append(Problem(bad, _("There is a control character. This is not plain text.")))
        return []
    return lines


def _begun(number: int, line: str, found: ModesText) -> ModeText:
    match = _SECTION.fullmatch(line)
    name = " ".join(match["name"].split()) if match else ""
    mode = ModeText(number, name, key_of(name))
    if match is None:
        found.problems.append(Problem(number, _("A section ends with ], as in [Free].")))
        return mode  # its settings are still looked at, and belong to nothing
    if not name or len(name) > NAME_MAX:
        text = _("A mode's name has from 1 to %(most)s characters.") % {"most": NAME_MAX}
        found.problems.append(Problem(number, text))
        return mode
    twin = next((other for other in found.modes if other.key == mode.key), None)
    if twin is not None:
        text = _("[%(name)s] and [%(other)s] in line %(line)s would be the same mode, %(key)s.")
        facts = {"name": name, "other": twin.name, "line": twin.line, "key": mode.key}
        found.problems.append(Problem(number, text % facts))
        return mode
    found.modes.append(mode)
    return mode


def _take(number: int, line: str, mode: ModeText, found: ModesText) -> None:
    written, equals, rest = line.partition("=")
    name = written.strip()
    feature = _features().get(name.lower())
    known = feature.imported_as if feature is not None else _KNOWN.get(name.lower())
    try:
        if not equals:
            raise _Refused(_("This is no setting: write name = value."))
        if known is None:
            raise _Refused(_unknown(name))
        if first := mode.lines.get(known.lower()):
            raise _Refused(_("%(name)s was set in line %(line)s already.") % {"name": known, "line": first})
        mode.lines[known.lower()] = number
        value = _value(known, rest.strip())
        if feature is not None:
            mode.values.setdefault("features", {})[feature.key] = _of_feature(feature, value)
        else:
            _keep(number, known, value, mode, found)
    except _Refused as refused:
        found.problems.append(Problem(number, str(refused)))


def _features() -> dict[str, hooks.ModeFeature]:
    """Settings that the site's own apps brought, by their lower-case name."""
    own = hooks.mode_features().values()
    return {feature.imported_as.lower(): feature for feature in own if feature.imported_as}


def _of_feature(feature: hooks.ModeFeature, value: str) -> Any:
    field = feature.field()
    if isinstance(field, forms.BooleanField):
        return _boolean(value)
    try:
        return field.clean(value)
    except ValidationError as refused:
        why = " ".join(refused.messages).rstrip(".")
        text = _("%(name)s = %(value)s: %(why)s.")
        raise _Refused(text % {"name": feature.imported_as, "value": value[:40], "why": why}) from None


def _keep(number: int, known: str, value: str, mode: ModeText, found: ModesText) -> None:
    field_name, read = USED.get(known, ("", UNUSED.get(known, _any)))
    try:
        meant = read(value)
    except _Refused as refused:
        text = _("%(name)s = %(value)s: %(why)s.") % {"name": known, "value": value[:40], "why": refused}
        raise _Refused(text) from None
    if field_name:
        mode.values[field_name] = meant
        return
    found.unused.append(Unused(number, mode.name, known, value))
    if (known in DECISIVE and meant) or (known == "conference_auto" and not meant):
        mode.waits_for.append(known)
    if known == "room_slots":
        mode.slots = meant


def _complete(mode: ModeText, found: ModesText) -> None:
    """What one setting means follows from another."""
    values = mode.values
    _say_kind(mode, found)
    if values.get("two_way_cpm") and "two_way_slots" not in values:
        values["two_way_slots"] = TWO_WAY_SLOTS
    if values.get("voyeur_enabled") and not values.get("voyeur_cpm"):
        values["voyeur_cpm"] = values.get("group_cpm", 0)
        if not values["voyeur_cpm"]:  # nobody watches unseen for nothing
            _drop_voyeurs(mode, found)
    if values.get("conference"):
        _complete_conference(mode, found)
    elif "conference_auto" in mode.waits_for:
        mode.waits_for.remove("conference_auto")
    if values.get("by_link"):
        _use(mode, found, "room_private")
        values |= {"lobby": True, "requests_enabled": False}
    if values.get("lobby"):
        _complete_lobby(mode, found)


def _complete_conference(mode: ModeText, found: ModesText) -> None:
    slots = mode.slots if mode.slots is not None else mode.values.get("two_way_slots", 0)
    mode.values["two_way_slots"] = min(slots or CONFERENCE_SLOTS, TWO_WAY_SLOTS_MAX)
    _use(mode, found, "room_slots")
    if "conference_auto" not in mode.waits_for:
        _use(mode, found, "conference_auto")
    if mode.values.get("voyeur_enabled"):  # nobody watches unseen where everybody is seen
        _drop_voyeurs(mode, found)


def _complete_lobby(mode: ModeText, found: ModesText) -> None:
    """There is nothing to watch, so nothing that is said of watching counts."""
    for setting in ("cpm", "cpm2", "2way"):
        if mode.values.pop(USED[setting][0], 0) and setting in mode.lines:
            found.unused.append(Unused(mode.lines[setting], mode.name, setting, ""))
    if mode.values.get("voyeur_enabled"):
        _drop_voyeurs(mode, found)


def _drop_voyeurs(mode: ModeText, found: ModesText) -> None:
    mode.values["voyeur_enabled"] = False
    found.unused.append(Unused(mode.lines["voyeur"], mode.name, "voyeur", "1"))


def _use(mode: ModeText, found: ModesText, setting: str) -> None:
    """What another setting made mean something."""
    line = mode.lines.get(setting)
    found.unused = [unused for unused in found.unused if unused.line != line]
    mode.waits_for = [name for name in mode.waits_for if name != setting]


def _say_kind(mode: ModeText, found: ModesText) -> None:
    """Without a picture there is none in the listing, and no place for a camera."""
    values = mode.values
    said = {name: values.pop(name) for name in SAYS_KIND if name in values}
    if not said:
        return
    values["kind"] = next((SAYS_KIND[name] for name in reversed(SAYS_KIND) if said.get(name)), VIDEO)
    if values["kind"] == VIDEO:
        return
    values["snapshots_enabled"] = False
    if values.pop("two_way_cpm", 0) or values.get("two_way_slots"):
        name = "2way" if "2way" in mode.lines else "cpm2"
        found.unused.append(Unused(mode.lines[name], mode.name, name, str(values.get("two_way_slots", ""))))
    values["two_way_slots"] = 0


def _value(name: str, written: str) -> str:
    """Without its quotes and the comment behind it."""
    if written[:1] not in ('"', "'"):
        return (_COMMENT_AFTER_TEXT if name in _TEXTS else _COMMENT).sub("", written).strip()
    match = _QUOTED.fullmatch(written)
    if match is None:
        raise _Refused(_("%(name)s: the quotation mark is not closed in this line.") % {"name": name})
    if match["rest"] and match["rest"][0] not in ";#":
        raise _Refused(_("%(name)s: there is more after the closing quotation mark.") % {"name": name})
    return match["value"].strip()


def _unknown(name: str) -> str:
    text = _("%(name)s is no setting of a room mode.") % {"name": name[:40] or "="}
    near = difflib.get_close_matches(name.lower(), _KNOWN, n=1)
    return f"{text} {_('Is %(near)s meant?') % {'near': _KNOWN[near[0]]}}" if near else text


def told(found: ModesText) -> Iterator[str]:
    """The problems as lines for people."""
    for problem in found.problems:
        yield _("line %(line)s: %(text)s") % {"line": problem.line, "text": problem.text}
