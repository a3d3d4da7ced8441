"""The samples of the reference of blocks and tags, and of the how-to about themes, as they are written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import RequestFactory

from ppv_plugin import blocks
from ppv_plugin.templatetags import ppv_parts
from ppv_plugin.testing.cast import Cast

from .conftest import Browse

DOCS = Path(__file__).parents[3] / "docs"
REFERENCE = (DOCS / "reference" / "blocks-and-tags.md").read_text()
THEMING = (DOCS / "how-to" / "theming.md").read_text()


def samples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", REFERENCE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("source", samples("django"))
def test_a_template_sample_is_drawn(ppv_pages: Cast, source: str) -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    shown = Template(source).render(Context({"request": request}))
    assert "class=" in shown
    assert "{%" not in shown


def test_the_python_sample_makes_the_fields_it_names() -> None:
    found: dict[str, Any] = {}
    exec(samples("python")[0], found)
    assert set(found["only_one"].stream_block.child_blocks) == {"live_now"}
    assert set(found["everything"].stream_block.child_blocks) == {"heading", *dict(blocks.ppv_blocks())}


def test_every_block_and_tag_is_in_the_reference() -> None:
    headings = set(re.findall(r"^### `(\w+)`$", REFERENCE, re.MULTILINE))
    assert headings == {*ppv_parts.register.tags, "ppv_element"}
    for name, block in blocks.ppv_blocks():
        assert f"`{type(block).__name__}`" in REFERENCE
        assert all((block.meta.icon, block.meta.label, block.get_description(), block.is_previewable)), name


def test_the_button_of_the_how_to_is_in_every_page(
    ppv_pages: Cast, browse: Browse, settings: Any, tmp_path: Path
) -> None:
    name, text = re.findall(r'^```django title="([\w./]+)"\n(.*?)^```$', THEMING, re.MULTILINE | re.DOTALL)[0]
    place = tmp_path / name
    place.parent.mkdir(parents=True)
    place.write_text(text)
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    for path in ("/live/", "/live/ana/", "/wallet/"):
        assert 'class="btn' in browse(ppv_pages.cy).get(path).content.decode()
