"""Receipts: their canonical document, their signature, and that no character of them can be changed."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ppv_plugin.metering import rules as metering
from ppv_plugin.metering.queries import Receipt, Share, TimelineEntry
from ppv_plugin.metering.receipts import rules
from ppv_plugin.metering.receipts.document import RULE_NUMBERS, document_of, receipt_from
from ppv_plugin.metering.receipts.rules import Key, KeyProblem, KeyRing, Signed, Verdict
from ppv_plugin.metering.rules import Party, Split, Tariff

BEGIN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEY = rules.key_of(bytes(range(32)), "first")
OTHER = rules.key_of(bytes(range(1, 33)), "second")
RING = KeyRing((KEY,))


def line(seconds: float, used: float, kind: str, note: str = "") -> TimelineEntry:
    return TimelineEntry(BEGIN + timedelta(seconds=seconds), round(used * 1000), kind, "", note)


def receipt(**changes: Any) -> Receipt:
    """200 seconds of a private show at 2.00, 30 of which were lost: 5.33 after 10 seconds of grace."""
    split = Split(8000, (Party(2, 1, 3, 3000),), 4)
    found = Receipt(
        id=UUID(int=7),
        subject="private",
        facts={"room": "Ana’s room", "room_id": 5, "performer": "Ana", "performer_user": "81", "client": "cy",
               "client_user": "82", "mode": "Free", "media": "video"},
        tariff=Tariff("per_second", 200, split, grace_ms=10_000),
        rule="per_second",
        rule_text="",
        cpm=200,
        grace_seconds=10,
        opened_at=BEGIN,
        started_at=BEGIN + timedelta(seconds=1),
        closed_at=BEGIN + timedelta(seconds=201),
        used_ms=170_000,
        total=533,
        within_grace=False,
        reason="client",
        client_account_id=1,
        shares=[Share("client", "u1", 1, -533), Share("studio", "u3", 3, 128), Share("performer", "u2", 2, 298),
                Share("house", "", 4, 107)],
        timeline=[line(0, 0, "opened"), line(1, 0, "started"), line(101, 100, "paused"), line(131, 100, "resumed"),
                  line(150, 119, "warned", "5"), line(201, 170, "closed")],
    )  # fmt: skip
    return replace(found, **changes)


def signed_text(document: dict[str, Any], key: Key = KEY) -> str:
    return rules.file_text(Signed(document, key.id, rules.sign(rules.canonical(document), key)))


DOCUMENT = document_of(receipt())
FILE = signed_text(DOCUMENT)


# --- the document -----------------------------------------------------------------------------------------------------
def test_the_document_is_what_the_schema_says() -> None:
    assert rules.canonical(DOCUMENT) == (
        '{"schema":"ppv.receipt.v1","receipt":"00000000-0000-0000-0000-000000000007","kind":"private",'
        '"room":"Ana’s room","mode":"Free","media":"video","performer":"Ana","client":"cy",'
        '"opened_at":"2026-03-01T12:00:00.000Z","started_at":"2026-03-01T12:00:01.000Z",'
        '"closed_at":"2026-03-01T12:03:21.000Z","reason":"client",'
        '"rule":{"name":"per_second","price_per_minute":"2.00","grace_ms":10000},'
        '"used_ms":170000,"unit":"token","total":"5.33","grace":{"free_ms":10000,"nothing_charged":false},'
        '"split":{"performers_percent":"80.00","performers":[{"weight":1,"studio_percent":"30.00"}]},'
        '"amounts":[{"role":"client","name":"cy","amount":"-5.33"},{"role":"studio","name":"","amount":"1.28"},'
        '{"role":"performer","name":"Ana","amount":"2.98"},{"role":"house","name":"","amount":"1.07"}],'
        '"pauses":[{"from":"2026-03-01T12:01:41.000Z","until":"2026-03-01T12:02:11.000Z","used_ms":100000}],'
        '"timeline":[{"at":"2026-03-01T12:00:00.000Z","used_ms":0,"event":"opened","note":""},'
        '{"at":"2026-03-01T12:00:01.000Z","used_ms":0,"event":"started","note":""},'
        '{"at":"2026-03-01T12:01:41.000Z","used_ms":100000,"event":"paused","note":""},'
        '{"at":"2026-03-01T12:02:11.000Z","used_ms":100000,"event":"resumed","note":""},'
        '{"at":"2026-03-01T12:02:30.000Z","used_ms":119000,"event":"warned","note":"5"},'
        '{"at":"2026-03-01T12:03:21.000Z","used_ms":170000,"event":"closed","note":""}]}'
    )


def test_nobody_is_named_but_by_a_public_name() -> None:
    text = rules.canonical(DOCUMENT)
    assert [word for word in ("81", "82", "u1", "u2", "u3", "room_id", "user", "account") if word in text] == []


def test_the_clock_of_the_reader_does_not_matter() -> None:
    from zoneinfo import ZoneInfo

    there = ZoneInfo("Asia/Kathmandu")
    moved = receipt(opened_at=BEGIN.astimezone(there))
    assert document_of(moved) == DOCUMENT


def test_what_comes_after_the_end_is_not_part_of_it() -> None:
    later = receipt(timeline=[*receipt().timeline, line(4000, 170, "refunded", "5.33")])
    assert document_of(later) == DOCUMENT


def test_a_pause_that_never_ended_lasts_to_the_end() -> None:
    timeline = [line(0, 0, "opened"), line(1, 0, "started"), line(101, 100, "paused"), line(201, 100, "closed")]
    pauses = document_of(receipt(timeline=timeline))["pauses"]
    assert [(p["from"], p["until"]) for p in pauses] == [("2026-03-01T12:01:41.000Z", "2026-03-01T12:03:21.000Z")]


@pytest.mark.parametrize("rule", metering.RULES)
def test_a_document_and_its_receipt_say_the_same(rule: str) -> None:
    tariff = replace_tariff(receipt().tariff, rule=rule)
    document = document_of(receipt(tariff=tariff, rule=rule, started_at=None))
    assert document_of(receipt_from(document)) == document
    assert receipt_from(document, live=receipt()).amount_of(3) == 128


@pytest.mark.parametrize("rule", metering.RULES)
def test_it_has_every_number_that_the_rule_uses(rule: str) -> None:
    tariff = Tariff(rule, 200, Split(8000, (Party(2),), 4), grace_ms=10_000)
    every = ("grace_ms", "threshold_ms", "step_ms", "minimum_ms", "block_ms")
    times = [1, 5_000, 11_000, 21_000, 60_001, 185_000, 310_000, 600_001]

    def matters(name: str) -> bool:
        other = replace_tariff(tariff, **{name: getattr(tariff, name) * 3})
        return any(metering.owed(tariff, ms) != metering.owed(other, ms) for ms in times)

    assert [name for name in every if matters(name)] == list(RULE_NUMBERS[rule])


def replace_tariff(tariff: Tariff, **changes: Any) -> Tariff:
    return metering.tariff_from({**metering.tariff_to(tariff), **changes})


# --- the signature ----------------------------------------------------------------------------------------------------
def test_what_was_signed_is_valid_however_it_is_indented() -> None:
    compact = rules.canonical(json.loads(FILE))
    for text in (FILE, compact, FILE.replace("\n", "\r\n"), "  " + compact + "\n\n"):
        assert rules.verify(text, RING) is Verdict.VALID


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(FILE) - 1), st.characters())
def test_any_single_changed_character_fails(place: int, character: str) -> None:
    assume(character != FILE[place])
    assume(not (outside(place) and FILE[place].isspace() and character in " \t\r\n"))
    assert rules.verify(FILE[:place] + character + FILE[place + 1 :], RING) is not Verdict.VALID


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(FILE) - 1))
def test_any_missing_or_doubled_character_fails(place: int) -> None:
    assume(not (outside(place) and FILE[place].isspace()))
    for text in (FILE[:place] + FILE[place + 1 :], FILE[: place + 1] + FILE[place:]):
        assert rules.verify(text, RING) is not Verdict.VALID


def outside(place: int) -> bool:
    """Between the fields, where white space means nothing. No text in the file has an escaped quote."""
    return FILE[:place].count('"') % 2 == 0


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "null", '"x"', "{}" * 2, "[" * 100_000, "1" * 5000, '{"document":1,"signature":2}',
        '{"document":{"schema":"ppv.receipt.v2"},"signature":{}}', "x" * (rules.MAX_BYTES + 1),
        FILE.replace('"5.33"', "5.33"), FILE.replace("5.33", r"\ud800"), FILE.replace("170000", "NaN"),
        FILE.replace('"total"', '"total": "0.00", "total"'), FILE.replace("Ed25519", "none"),
        FILE.replace('"key": "first"', '"key": 1'),
    ],
    ids=lambda text: text[:16] or "empty",
)  # fmt: skip
def test_what_is_no_receipt_is_told_so(text: str) -> None:
    assert rules.verify(text, RING) is Verdict.UNREADABLE


def test_another_order_or_another_way_to_write_it_is_a_change() -> None:
    turned = {"document": dict(reversed(DOCUMENT.items())), "signature": json.loads(FILE)["signature"]}
    assert rules.verify(json.dumps(turned, ensure_ascii=False), RING) is Verdict.CHANGED
    assert rules.verify(FILE.replace("Ana", r"\u0041na"), RING) is Verdict.CHANGED


def test_the_unused_bits_of_base64_are_looked_at() -> None:
    value = json.loads(FILE)["signature"]["value"]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    twin = value[:-3] + alphabet[alphabet.index(value[-3]) + 1] + "=="
    assert base64.b64decode(twin) == base64.b64decode(value)
    assert rules.verify(FILE.replace(value, twin), RING) is Verdict.CHANGED


def test_a_stranger_verifies_it_with_nothing_of_ours() -> None:
    """As docs/how-to/verify-a-receipt.md says."""
    program = (
        "import base64, json, sys\n"
        "from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey\n"
        "receipt = json.load(sys.stdin)\n"
        'document = json.dumps(receipt["document"], ensure_ascii=False, separators=(",", ":")).encode()\n'
        "Ed25519PublicKey.from_public_bytes(base64.b64decode(sys.argv[1])).verify(base64.b64decode("
        'receipt["signature"]["value"]), document)\n'
    )
    run = [sys.executable, "-I", "-X", "utf8", "-c", program, rules.encoded(KEY.public)]
    assert subprocess.run(run, input=FILE.encode(), capture_output=True, check=False).returncode == 0
    changed = FILE.replace("5.33", "5.34").encode()
    assert b"InvalidSignature" in subprocess.run(run, input=changed, capture_output=True, check=False).stderr


# --- differences ------------------------------------------------------------------------------------------------------
def test_differences_are_named_by_their_path() -> None:
    other = json.loads(rules.canonical(DOCUMENT))
    other["total"] = "5.34"
    other["timeline"][2]["at"] = "x"
    del other["pauses"][0]
    other["more"] = 1
    other["grace"]["nothing_charged"] = 0  # not the same as false
    assert rules.differences(DOCUMENT, other) == [
        "total", "grace.nothing_charged", "pauses[0]", "timeline[2].at", "more"
    ]  # fmt: skip
    assert rules.differences(DOCUMENT, json.loads(rules.canonical(DOCUMENT))) == []
    assert rules.differences({"a": 1, "b": 2}, {"b": 2, "a": 1}) == ["order of the fields"]


# --- keys -------------------------------------------------------------------------------------------------------------
def entry(key: Key, half: str = "private") -> dict[str, str]:
    raw = key.seed if half == "private" else key.public
    assert raw is not None
    return {"id": key.id, half: rules.encoded(raw)}


def test_an_old_receipt_outlives_a_new_key_and_not_a_removed_one() -> None:
    both = rules.ring_from([entry(OTHER), entry(KEY, "public")], secrets=[])
    assert both.signer == OTHER
    assert rules.verify(FILE, both) is Verdict.VALID
    assert rules.verify(FILE, rules.ring_from([entry(OTHER)], secrets=[])) is Verdict.UNKNOWN_KEY


def test_a_key_that_only_verifies_is_passed_over_for_signing() -> None:
    ring = rules.ring_from([entry(KEY, "public"), entry(OTHER)], secrets=[])
    assert ring.signer == OTHER
    with pytest.raises(KeyProblem):
        rules.sign("x", ring.keys[0])


def test_another_key_under_the_same_name_does_not_verify() -> None:
    assert rules.verify(FILE, KeyRing((Key("first", OTHER.public),))) is Verdict.CHANGED


def test_without_keys_the_site_secret_gives_one() -> None:
    ring = rules.ring_from([], secrets=["new secret", "old secret"])
    assert ring.derived
    assert ring.signer.id.startswith("secret-key-")
    assert ring == rules.ring_from([], secrets=["new secret", "old secret"])
    before = rules.derived_key("old secret")
    assert rules.verify(signed_text(DOCUMENT, before), ring) is Verdict.VALID
    assert rules.verify(signed_text(DOCUMENT, rules.derived_key("third")), ring) is Verdict.UNKNOWN_KEY


def test_the_key_file_has_no_secret_and_is_enough_to_verify() -> None:
    ring = rules.ring_from([entry(KEY, "public"), entry(OTHER)], secrets=[])
    text = json.dumps(rules.published(ring))
    assert rules.encoded(OTHER.seed or b"") not in text
    assert [key["id"] for key in json.loads(text)["keys"]] == ["second", "first"]
    assert rules.verify(FILE, rules.public_ring(json.loads(text))) is Verdict.VALID


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        (["x"], "not a dictionary"),
        ([{"private": rules.encoded(bytes(32))}], "needs an id"),
        ([{"id": "a b", "private": rules.encoded(bytes(32))}], "needs an id"),
        ([{"id": "a"}], "neither"),
        ([{"id": "a", "private": "AAAA"}], "32 bytes"),
        ([{"id": "a", "private": "%%%"}], "32 bytes"),
        ([{"id": "a", "public": rules.encoded(bytes(32))}], "nothing can be signed"),
        ([entry(KEY), entry(KEY)], "same id"),
        ([{**entry(KEY), **entry(OTHER, "public"), "id": "a"}], "belong together"),
    ],
)
def test_a_key_that_cannot_be_used_is_named(entries: list[Any], told: str) -> None:
    with pytest.raises(KeyProblem, match=told):
        rules.ring_from(entries, secrets=["s"])


@pytest.mark.parametrize("key_file", [{}, {"keys": []}, {"keys": "x"}, [], {"keys": [{"id": "a"}]}])
def test_a_key_file_without_keys_is_refused(key_file: Any) -> None:
    with pytest.raises(KeyProblem):
        rules.public_ring(key_file)
