"""What `{% ppv_head %}` and its kin put into a page."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urljoin

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import Client, RequestFactory, override_settings

from ppv_plugin.templatetags import ppv

pytestmark = pytest.mark.django_db


def rendered(text: str, **context: Any) -> str:
    request = RequestFactory().get("/")
    for name, value in context.pop("on_request", {}).items():
        setattr(request, name, value)
    return Template("{% load ppv %}" + text).render(Context({"request": request, **context}))


def import_map(html: str) -> dict[str, str]:
    found = re.search(r'<script type="importmap"[^>]*>(.*?)</script>', html)
    assert found is not None
    return json.loads(found[1])["imports"]


def own_modules(modules: dict[str, str]) -> override_settings:
    return override_settings(PPV_PLUGIN={**settings.PPV_PLUGIN, "IMPORTMAP_OVERRIDES": modules})


def test_every_module_on_disk_has_a_name_in_the_import_map() -> None:
    folder = settings.BASE_DIR / "ppv_plugin/static/ppv_plugin/js"
    with own_modules({"ppv/chat": "/own/chat.js"}):
        names = import_map(rendered("{% ppv_head %}"))
    assert set(names) == {f"ppv/{path.stem}" for path in folder.glob("*.js")}


def test_every_style_sheet_on_disk_is_linked_once() -> None:
    html = rendered("{% ppv_styles %}{% ppv_head %}{% ppv_head %}")
    folder = settings.BASE_DIR / "ppv_plugin/static/ppv_plugin/css"
    for path in set(folder.glob("*.css")) - {folder / "backoffice.css"}:  # Wagtail's admin links that one
        assert len(re.findall(rf"/{path.stem}(\.[0-9a-f]+)?\.css", html)) == 1


def test_a_site_may_point_a_module_elsewhere() -> None:
    with own_modules({"ppv/chat": "/own/chat.js"}):
        assert import_map(rendered("{% ppv_head %}"))["ppv/chat"] == "/own/chat.js"


def test_no_url_can_end_the_script_it_stands_in() -> None:
    evil = "</script><script>alert(1)</script>"
    with own_modules({"ppv/chat": evil}):
        html = rendered("{% ppv_head %}")
    assert "alert(1)</script>" not in html
    assert import_map(html)["ppv/chat"] == evil


def test_a_nonce_that_was_not_read_yet_is_read() -> None:
    class Unread:
        def __bool__(self) -> bool:
            return False

        def __str__(self) -> str:
            return "abc123"

    with own_modules({"ppv/chat": "/own/chat.js"}):
        html = rendered("{% ppv_head %}", on_request={"csp_nonce": Unread()})
    assert '<script type="importmap" nonce="abc123">' in html


@pytest.mark.parametrize("attributes", [{}, {"csp_nonce": "abc123"}])
def test_nothing_is_inline(attributes: dict[str, str]) -> None:
    html = rendered('{% ppv_head "room" %}', on_request=attributes)
    assert re.findall(r"<script(?![^>]* src=)", html) == []
    assert "nonce" not in html


def test_every_import_leads_to_another_module_by_its_address(client: Client) -> None:
    html = rendered('{% ppv_head "room" %}')
    seen: set[str] = set()
    wanted = set(re.findall(r'(?:src|href)="(/ppv/modules/[^"]+)"', html))
    while wanted - seen:
        address = (wanted - seen).pop()
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert answer["Content-Type"].startswith("text/javascript")
        assert "immutable" in answer["Cache-Control"]
        text = re.sub(r"/\*.*?\*/", "", answer.content.decode(), flags=re.DOTALL)
        assert '"ppv/' not in text
        wanted |= {urljoin(address, name) for name in re.findall(r'(?:from|import)\s*\(?\s*"([^"]+)"', text)}
        seen.add(address)
    assert {path.rsplit("/", 1)[1] for path in seen} == {f"{name}.js" for name in ppv.MODULES}


def test_another_versions_module_is_not_kept(client: Client) -> None:
    answer = client.get("/ppv/modules/0123456789ab/start.js")
    assert answer["Cache-Control"] == "no-cache"
    assert client.get("/ppv/modules/0123456789ab/nothing.js").status_code == 404


def test_a_page_preloads_what_it_names() -> None:
    assert rendered("{% ppv_head %}").count("modulepreload") == 0
    assert rendered('{% ppv_head "room" %}').count("modulepreload") == len(ppv.PRELOADS["room"])


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ('{% ppv_word "performer" %}', "broadcaster"),
        ('{% ppv_word "client" plural=True cap=True %}', "Viewers"),
        ('{% ppv_word "performer" article=True %}', "a broadcaster"),
    ],
)
def test_roles_are_called_what_the_site_calls_them(tag: str, text: str) -> None:
    assert rendered(tag) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (583, "5.83&nbsp;tokens"),
        (100, "1.00&nbsp;token"),
        (-5, '<bdi dir="ltr">-0.05</bdi>&nbsp;tokens'),  # so that the minus stands before it in Arabic too
        ("2.00", "2.00&nbsp;tokens"),
    ],
)
def test_an_amount_carries_its_unit(amount: int | str, text: str) -> None:
    assert rendered("{% ppv_money amount %}", amount=amount) == f'<span class="ppv-money">{text}</span>'


@pytest.mark.parametrize(("ms", "text"), [(0, "0:00"), (185_900, "3:05"), (3_729_000, "1:02:09"), (None, "0:00")])
def test_a_duration_is_read_like_a_clock(ms: int | None, text: str) -> None:
    assert ppv.ppv_clock(ms) == text
