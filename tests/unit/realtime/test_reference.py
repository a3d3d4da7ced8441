"""The reference of the messages cannot drift from the messages."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from django.core.management import call_command

from ppv_plugin.realtime import client_messages as c
from ppv_plugin.realtime import protocol as p
from ppv_plugin.realtime.asyncapi import document, name_of

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
KINDS = [*get_args(c.ClientMessage), *get_args(p.ServerMessage)]


def test_the_asyncapi_document_is_the_one_of_the_types() -> None:
    out = StringIO()
    call_command("ppv_asyncapi", stdout=out)
    stored = (REFERENCE / "asyncapi.yaml").read_text(encoding="utf-8")
    assert stored == out.getvalue(), "run: manage.py ppv_asyncapi --output docs/reference/asyncapi.yaml"
    assert yaml.safe_load(stored)["asyncapi"] == "3.0.0"


def test_every_reference_in_the_document_leads_somewhere() -> None:
    whole = document()

    def refs(node: Any) -> list[str]:
        if isinstance(node, dict):
            found = [node["$ref"]] if "$ref" in node else []
            return found + [ref for value in node.values() for ref in refs(value)]
        return [ref for value in node for ref in refs(value)] if isinstance(node, list) else []

    for ref in set(refs(whole)):
        place: Any = whole
        for step in ref.removeprefix("#/").split("/"):
            assert step in place, ref
            place = place[step]


@pytest.mark.parametrize("kind", KINDS, ids=name_of)
def test_every_message_and_every_field_of_it_is_described(kind: Any) -> None:
    text = (REFERENCE / "messages.md").read_text(encoding="utf-8")
    heading = f"### `{name_of(kind)}`"
    assert heading in text.splitlines()
    section = text.split(f"{heading}\n", 1)[1].split("\n### ", 1)[0].split("\n## ", 1)[0]
    missing = [name for name in kind.__struct_fields__ if name != "cid" and f"`{name}`" not in section]
    assert not missing, f"{heading} does not say what {missing} are"


def test_every_close_code_is_described() -> None:
    text = (REFERENCE / "messages.md").read_text(encoding="utf-8")
    for code in p.CLOSE_CODES:
        assert f"| {code} |" in text
