"""Every public page of the site, byte by byte, to be held against another moment's."""

from __future__ import annotations

import json
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.test import Client
from wagtail.models import Site

FILE = Path("photographs.json")


def browser(site: Site) -> Client:
    """Behind the proxy that ends TLS, where there is one."""
    proxied = {} if settings.DEBUG else {"x-forwarded-proto": "https"}
    return Client(headers={"host": site.hostname, **proxied})


def own_pages(site: Site) -> list:
    """The pages of the site below its homes in every language, without those of the video chat."""
    homes = [site.root_page, *site.root_page.get_translations()]
    found = [page for home in homes for page in home.get_descendants(inclusive=True).live().specific()]
    return [page for page in found if not hasattr(page, "ppv_kind")]


def path_of(page) -> str:
    _site, _root, path = page.get_url_parts()
    return path


def take() -> dict[str, list]:
    taken = {}
    for site in Site.objects.all():
        for page in own_pages(site):
            answer = browser(site).get(path_of(page))
            headers = sorted(f"{name}: {value}" for name, value in answer.items())
            taken[f"{site} {path_of(page)}"] = [answer.status_code, headers, answer.content.decode()]
    assert taken
    assert apps.is_installed("wagtail")
    assert {status for status, _headers, _text in taken.values()} == {200}
    return taken


def keep() -> None:
    FILE.write_text(json.dumps(take()))


def kept() -> dict[str, list]:
    return json.loads(FILE.read_text())
