"""`ppv_receipt_key` and `ppv_verify_receipt`, as scripts use them."""

from __future__ import annotations

import json
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings

from ppv_plugin.metering.receipts import rules
from ppv_plugin.metering.receipts.keys import key_ring
from ppv_plugin.metering.receipts.models import SignedReceipt
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast

KEY = rules.key_of(bytes(32), "a-key")
DOCUMENT = {"schema": rules.SCHEMA, "receipt": "00000000-0000-0000-0000-000000000007", "total": "5.33"}
FILE = rules.file_text(rules.Signed(DOCUMENT, KEY.id, rules.sign(rules.canonical(DOCUMENT), KEY)))


@pytest.fixture
def receipt_file(tmp_path: Path) -> Path:
    path = tmp_path / "receipt.json"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(rules.published(rules.KeyRing((KEY,)))))
    return path


def keys(*entries: dict[str, str]) -> override_settings:
    return override_settings(PPV_PLUGIN={**settings.PPV_PLUGIN, "RECEIPT_KEYS": list(entries)})


def verified(*words: Any) -> str:
    out = StringIO()
    call_command("ppv_verify_receipt", *map(str, words), stdout=out)
    return out.getvalue()


def refused(*words: Any) -> str:
    with pytest.raises(CommandError) as caught:
        verified(*words)
    assert caught.value.returncode == 1
    return str(caught.value)


# --- without a database: these tests have none ------------------------------------------------------------------------
def test_a_key_file_is_enough(receipt_file: Path, key_file: Path) -> None:
    said = verified(receipt_file, "--key", key_file)
    assert said == f"valid: receipt {DOCUMENT['receipt']}, total 5.33, signed with a-key\n"


def test_a_changed_digit_fails(receipt_file: Path, key_file: Path) -> None:
    receipt_file.write_text(FILE.replace("5.33", "5.34"))
    assert refused(receipt_file, "--key", key_file) == "changed: not what was signed"


def test_another_key_is_unknown(receipt_file: Path, key_file: Path) -> None:
    key_file.write_text(json.dumps(rules.published(rules.KeyRing((rules.key_of(bytes(32)),)))))
    assert refused(receipt_file, "--key", key_file).startswith("unknown key: 'a-key'")


@pytest.mark.parametrize("raw", [b"", b"{}", b"\xff\xfe", b"x" * (rules.MAX_BYTES + 10)], ids=len)
def test_what_is_no_receipt_is_unreadable(receipt_file: Path, key_file: Path, raw: bytes) -> None:
    receipt_file.write_bytes(raw)
    assert refused(receipt_file, "--key", key_file).startswith("unreadable: ")


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"keys": [{"id": "a"}]}'])
def test_a_key_file_that_is_none_is_said(receipt_file: Path, key_file: Path, text: str) -> None:
    key_file.write_text(text)
    assert refused(receipt_file, "--key", key_file).startswith("the keys cannot be used: ")


def test_files_that_are_not_there_are_named(receipt_file: Path, key_file: Path, tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path / "none.json", "--key", key_file)
    assert "cannot be read" in refused(receipt_file, "--key", tmp_path / "none.json")


def test_standard_input_is_read(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(FILE.encode())))
    assert verified("-", "--key", key_file).startswith("valid: ")


def test_the_sites_own_keys_verify(receipt_file: Path) -> None:
    with keys({"id": "a-key", "private": rules.encoded(bytes(32))}):
        assert verified(receipt_file).startswith("valid: ")


# --- with the site's originals ----------------------------------------------------------------------------------------
def test_changed_fields_are_named_where_the_original_is(cast: Cast, receipt_file: Path) -> None:
    cast.live(cast.ana, cast.free)
    cast.fund(cast.cy, 10_000)
    show = cast.private(cast.cy)
    cast.pass_time(95, meter=Meter(), every=5)
    shows.end_private(user=cast.cy, private_id=show.id, now=cast.now)
    row = SignedReceipt.objects.get()
    text = rules.file_text(rules.Signed(json.loads(row.document), row.key_id, row.signature))
    receipt_file.write_text(text)
    assert "total 2.83" in verified(receipt_file)
    receipt_file.write_text(text.replace('"2.83"', '"2.38"'))
    assert refused(receipt_file) == "changed: not what was signed; differs in document.total"


# --- a new key --------------------------------------------------------------------------------------------------------
def made(*words: str) -> tuple[list[dict[str, str]], str]:
    out, err = StringIO(), StringIO()
    call_command("ppv_receipt_key", *words, stdout=out, stderr=err)
    return json.loads(out.getvalue()), err.getvalue()


def test_a_new_key_signs_and_those_before_still_verify() -> None:
    before = key_ring().signer
    listed, told = made()
    assert "PPV_RECEIPT_KEYS" in told
    assert listed[0]["private"] not in told
    assert listed[1:] == [{"id": before.id, "public": rules.encoded(before.public)}]
    with keys(*listed):
        ring = key_ring()
        assert (ring.signer.id, ring.derived) == (listed[0]["id"], False)
        assert ring.public(before.id) == before.public
        again, _told = made("--id", "spring")
        assert [key["id"] for key in again] == ["spring", listed[0]["id"], before.id]
        assert [key for key in again if "private" in key] == again[:1]


def test_every_key_is_another() -> None:
    assert made()[0][0] != made()[0][0]


@pytest.mark.parametrize("name", ["a b", "x" * 65, "ü"])
def test_a_name_that_no_key_can_have_is_refused(name: str) -> None:
    with pytest.raises(CommandError, match="--id takes"):
        made("--id", name)


def test_a_name_is_given_once() -> None:
    with keys({"id": "a-key", "private": rules.encoded(bytes(32))}), pytest.raises(CommandError, match="already"):
        made("--id", "a-key")


def test_keys_that_cannot_be_read_are_not_thrown_away() -> None:
    with keys({"id": "a-key", "private": "no"}), pytest.raises(CommandError, match="cannot be kept"):
        made()
