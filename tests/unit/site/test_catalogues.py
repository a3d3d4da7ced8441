"""What collects, merges and checks the translations, on a small package of its own; words of the presets."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest
from django.utils import translation

from ppv_plugin.people.labels import PRESETS, TERMS, words_for
from scripts.messages import catalogues
from scripts.messages.checking import faults
from scripts.messages.extracting import marked_texts, texts_of

TEMPLATE = """{% load i18n %}<div>
    {% translate "Live" context "on air" %}{# 30 % of it's "quoted" #}
      {% blocktranslate trimmed count n=rows.total %}
        {{ n }} minute
      {% plural %}
        {{ n }} minutes
      {% endblocktranslate %}
  <p title="{% translate 'Save' %}">
  {% blocktranslate with name=user.name %}<b>{{ name }}</b> pays 5 %{% endblocktranslate %}
"""
MODULE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext_lazy
NAME = "x"
TEXTS = [phrase(_("one %(room)s " "and more")), pgettext_lazy("noun", "Show"), ngettext("a", "b", 3), _(f"no {NAME}")]
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("scripts.messages.extracting.ROOT", tmp_path)
    folder = tmp_path / "shop"
    (folder / "templates").mkdir(parents=True)
    (folder / "texts.py").write_text(
        "from django.utils.translation import gettext as _, ngettext\n"
        'A = _("Ends in {minutes} for %(name)s")\nB = ngettext("%(n)s day", "%(n)s days", 2)\n'
    )
    return folder


def translate(package: Path, language: str, **strings: str | tuple[str, ...]) -> None:
    catalog = catalogues.merged(package, language, marked_texts(package))
    for message in catalog:
        if message.id:
            message.string = strings["one" if isinstance(message.id, str) else "many"]
    catalogues.write(package, language, catalog)


def complaints(package: Path, language: str = "de") -> str:
    return "\n".join(faults(package, language, marked_texts(package)))


def test_templates_give_their_texts_as_django_looks_them_up(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(TEMPLATE)
    assert [(text, context) for text, _notes, context in texts_of(path)] == [
        ("Live", "on air"),
        (("%(n)s minute", "%(n)s minutes"), None),
        ("Save", None),
        ("<b>%(name)s</b> pays 5 %%", None),
    ]


def test_modules_give_joined_texts_contexts_and_plurals_but_no_made_up_ones(tmp_path: Path) -> None:
    path = tmp_path / "texts.py"
    path.write_text(MODULE)
    assert [text for text, _notes, _context in texts_of(path)] == ["one %(room)s and more", "Show", ("a", "b")]


def test_a_whole_catalogue_has_no_faults_and_works(package: Path) -> None:
    translate(package, "de", one="Endet in {minutes} für %(name)s", many=("%(n)s Tag", "%(n)s Tage"))
    assert complaints(package) == ""
    with catalogues.mo_path(package, "de").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert compiled.ngettext("%(n)s day", "%(n)s days", 5) == "%(n)s Tage"


@pytest.mark.parametrize(
    ("one", "many", "complaint"),
    [
        ("", ("%(n)s Tag", "%(n)s Tage"), "not translated"),
        ("Endet in {minutes}", ("%(n)s Tag", "%(n)s Tage"), "placeholders"),
        ("Endet in {minuten} für %(name)s", ("%(n)s Tag", "%(n)s Tage"), "placeholders"),
        ("Endet in {minutes} für %(name)s", ("ein Tag", "viele Tage"), "placeholders"),
        ("Endet in {minutes} für %(name)s", ("%(n)s Tag", ""), "not translated"),
        ("Endet in {minutes} für %(name)s ", ("%(n)s Tag", "%(n)s Tage"), "spaces"),
    ],
)
def test_what_is_wrong_with_a_translation_is_said(
    package: Path, one: str, many: tuple[str, ...], complaint: str
) -> None:
    translate(package, "de", one=one, many=many)
    assert complaint in complaints(package)


def test_a_form_for_one_number_may_say_it_in_a_word(package: Path) -> None:
    translate(package, "de", one="Endet in {minutes} für %(name)s", many=("ein Tag", "%(n)s Tage"))
    assert complaints(package) == ""


def test_arabic_has_six_forms(package: Path) -> None:
    forms = ("%(n)s يوم", "يوم واحد", "يومان", "%(n)s أيام", "%(n)s يومًا", "%(n)s يوم")
    translate(package, "ar", one="{minutes} %(name)s", many=forms)
    assert complaints(package, "ar") == ""
    with catalogues.mo_path(package, "ar").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    said = [compiled.ngettext("%(n)s day", "%(n)s days", n) for n in (0, 1, 2, 3, 11, 100)]
    assert said == list(forms)


def test_a_source_that_has_moved_on_is_noticed(package: Path) -> None:
    translate(package, "de", one="Endet in {minutes} für %(name)s", many=("%(n)s Tag", "%(n)s Tage"))
    (package / "more.py").write_text('from django.utils.translation import gettext as _\nC = _("New")\n')
    assert "not translated: 'New'" in complaints(package)


def test_a_compiled_file_that_is_behind_is_noticed(package: Path) -> None:
    translate(package, "de", one="Endet in {minutes} für %(name)s", many=("%(n)s Tag", "%(n)s Tage"))
    catalogues.mo_path(package, "de").write_bytes(b"")
    assert "django.mo is behind" in complaints(package)


@pytest.mark.parametrize("language", ["de", "ar"])
@pytest.mark.parametrize("preset", PRESETS)
def test_the_article_form_of_a_preset_is_the_word_itself(preset: str, language: str) -> None:
    words = words_for(preset=preset, own=(), language=language)
    with translation.override(language):
        for term in TERMS:
            word = words[term]
            assert str(word.singular)
            # the same after "als" and before a verb, and of no gender: sentences need no inflection
            assert str(word.indefinite) == str(word.singular)
            assert str(word.plural)
