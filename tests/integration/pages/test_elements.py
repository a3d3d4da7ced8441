"""The small pieces: a site that draws one its own way has it everywhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from ppv_plugin.testing.cast import Cast

from .conftest import Browse

ROOT = Path(__file__).parents[3]
TEMPLATES = ROOT / "ppv_plugin" / "templates" / "ppv_plugin"
PAGES = ("/live/", "/live/ana/", "/wallet/", "/live/?q=nobody")


def own(settings: Any, folder: Path, name: str, text: str) -> None:
    place = folder / "ppv_plugin" / "elements"
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(text)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [folder]}]


def rendered(source: str, **context: Any) -> str:
    loaded = "{% load ppv %}" + source
    return Template(loaded).render(Context({"request": RequestFactory().get("/"), **context}))


@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("button.html", PAGES),
        ("notice.html", PAGES[:2]),
        ("price.html", PAGES[:2]),
        ("badge.html", PAGES[:2]),
        ("empty.html", PAGES[3:]),
        ("status.html", PAGES[:2]),
        ("icon.html", PAGES[1:2]),
    ],
)
def test_a_sites_own_element_is_in_every_page_that_has_one(
    ppv_pages: Cast, browse: Browse, settings: Any, tmp_path: Path, name: str, pages: tuple[str, ...]
) -> None:
    client = browse(ppv_pages.cy)
    own(settings, tmp_path, name, "<i>OUR OWN</i>{{ content }}")
    for path in pages:
        assert "<i>OUR OWN</i>" in client.get(path).content.decode(), path


def test_a_field_of_a_sites_own_is_in_forms_of_several_pages(
    ppv_pages: Cast, browse: Browse, settings: Any, tmp_path: Path
) -> None:
    own(settings, tmp_path, "field.html", "<i>OUR OWN</i>{{ field }}")
    assert "<i>OUR OWN</i>" in browse(ppv_pages.cy).get("/ppv/wallet/limits/").content.decode()
    assert "<i>OUR OWN</i>" in browse(ppv_pages.ana).get("/studio/").content.decode()


def test_a_button_with_an_address_is_a_link_and_another_sends_nothing_by_itself() -> None:
    link = rendered('{% ppv_element "button" kind="primary large" href=url %}Go{% endppv_element %}', url="/a?b=1&c=2")
    assert link == '<a class="ppv-button ppv-button--primary ppv-button--large" href="/a?b=1&amp;c=2">Go</a>'
    assert rendered('{% ppv_element "button" attrs=\'data-act="x"\' %}Do{% endppv_element %}') == (
        '<button class="ppv-button" type="button" data-act="x">Do</button>'
    )


def test_what_stands_inside_an_element_is_escaped_as_everywhere() -> None:
    shown = rendered('{% ppv_element "notice" kind="error" %}{{ text }}{% endppv_element %}', text="<script>")
    assert shown == '<div class="ppv-notice ppv-notice--error">&lt;script&gt;</div>'


def test_pages_draw_buttons_and_notices_from_their_elements() -> None:
    """A start tag with a condition in it stands as it is; there are few."""
    plain: dict[str, int] = {}
    for path in [*TEMPLATES.glob("includes/*.html"), *TEMPLATES.glob("pages/*.html"), *TEMPLATES.glob("blocks/*.html")]:
        for tag in re.findall(
            r'<[a-z]+ [^<>]*class="ppv-(?:button|notice|empty|badge|price)\b[^>]*>', path.read_text()
        ):
            if "{" not in tag:
                plain[path.name] = plain.get(path.name, 0) + 1
    assert plain == {}
