"""The words a site uses: presets shipped with the package and the rule that picks one. No database, no request.

The presets are translatable texts; a site's own words (`Label` rows) win over them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

TERM_CHOICES = [
    ("performer", _("Performer")),
    ("client", _("Client")),
    ("studio", _("Studio")),
    ("room", _("Room")),
    ("show", pgettext_lazy("noun", "Show")),
    ("token", _("Token")),
]
TERMS = tuple(key for key, _label in TERM_CHOICES)


@dataclass(frozen=True, slots=True)
class Word:
    singular: str | Promise
    plural: str | Promise
    indefinite: str | Promise


_STUDIO = Word(_("studio"), _("studios"), _("a studio"))
_TOKEN = Word(_("token"), _("tokens"), _("a token"))
_ROOM = Word(_("room"), _("rooms"), _("a room"))
_SHOW = Word(_("show"), _("shows"), _("a show"))

PRESETS: dict[str, dict[str, Word]] = {
    "broadcaster": {
        "performer": Word(_("broadcaster"), _("broadcasters"), _("a broadcaster")),
        "client": Word(_("viewer"), _("viewers"), _("a viewer")),
    },
    "teacher": {
        "performer": Word(_("teacher"), _("teachers"), _("a teacher")),
        "client": Word(_("student"), _("students"), _("a student")),
        "studio": Word(_("school"), _("schools"), _("a school")),
        "room": Word(_("classroom"), _("classrooms"), _("a classroom")),
        "show": Word(_("lesson"), _("lessons"), _("a lesson")),
        "token": Word(_("credit"), _("credits"), _("a credit")),
    },
    "therapist": {
        "performer": Word(_("therapist"), _("therapists"), _("a therapist")),
        "client": Word(_("patient"), _("patients"), _("a patient")),
        "studio": Word(_("practice"), _("practices"), _("a practice")),
        "room": Word(
            pgettext_lazy("of a therapist", "office"),
            pgettext_lazy("of a therapist", "offices"),
            pgettext_lazy("of a therapist", "an office"),
        ),
        "show": Word(_("session"), _("sessions"), _("a session")),
        "token": Word(_("credit"), _("credits"), _("a credit")),
    },
    "consultant": {
        "performer": Word(_("consultant"), _("consultants"), _("a consultant")),
        "client": Word(_("client"), _("clients"), _("a client")),
        "studio": Word(_("agency"), _("agencies"), _("an agency")),
        "room": Word(_("office"), _("offices"), _("an office")),
        "show": Word(_("call"), _("calls"), _("a call")),
        "token": Word(_("credit"), _("credits"), _("a credit")),
    },
    "artist": {
        "performer": Word(_("artist"), _("artists"), _("an artist")),
        "client": Word(_("fan"), _("fans"), _("a fan")),
        "room": Word(_("venue"), _("venues"), _("a venue")),
        "token": Word(_("coin"), _("coins"), _("a coin")),
    },
}
PRESET_CHOICES = [
    ("broadcaster", _("Broadcaster / viewer")),
    ("teacher", _("Teacher / student")),
    ("therapist", _("Therapist / patient")),
    ("consultant", _("Consultant / client")),
    ("artist", _("Artist / fan")),
]
_COMMON = {"studio": _STUDIO, "token": _TOKEN, "room": _ROOM, "show": _SHOW}
# Where no site is asked: commands, migrations, names of permissions.
NEUTRAL: dict[str, Word] = {
    "performer": Word(_("performer"), _("performers"), _("a performer")),
    "client": Word(_("client"), _("clients"), _("a client")),
    **_COMMON,
}


def words_for(*, preset: str, own: Iterable[tuple[str, str, str, str, str]], language: str) -> dict[str, Word]:
    """term -> Word. `own` rows are (language, term, singular, plural, indefinite); the exact language wins
    over its base ("de" for "de-at"), which wins over "every language", which wins over the preset."""
    found = {**_COMMON, **PRESETS.get(preset, PRESETS["broadcaster"])}
    wanted = ["", language.split("-")[0], language]
    ranked = sorted((row for row in own if row[0] in wanted), key=lambda row: wanted.index(row[0]))
    for _language, term, singular, plural, indefinite in ranked:
        found[term] = Word(singular, plural or singular, indefinite or singular)
    return found
