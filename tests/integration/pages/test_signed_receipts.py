"""A signed receipt on its pages: who may have it, what strangers can check, and that tampering shows."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client, override_settings

from ppv_plugin.ledger import append_only
from ppv_plugin.metering import refunds
from ppv_plugin.metering.models import MeteredSession, SessionEvent
from ppv_plugin.metering.receipts import receivers, rules
from ppv_plugin.metering.receipts.models import APPEND_ONLY_TABLES, SignedReceipt
from ppv_plugin.metering.receipts.services import signed_receipt
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.signals import session_closed
from ppv_plugin.testing.cast import Cast

from .conftest import Browse

KEYS = [{"id": f"key-{n}", "private": rules.encoded(bytes([n]) * 32)} for n in range(2)]
VERIFY = "/ppv/verify/"


def with_keys(*keys: dict[str, str]) -> override_settings:
    from django.conf import settings

    return override_settings(PPV_PLUGIN={**settings.PPV_PLUGIN, "RECEIPT_KEYS": list(keys)})


def private_session(cast: Cast, *, client: Any = None) -> MeteredSession:
    """Cy and Ana, 95 seconds at 2.00 with 10 seconds of grace: 2.83."""
    client = client or cast.cy
    cast.fund(client, 10_000)
    show = cast.private(client)
    cast.pass_time(95, meter=Meter(), every=5)
    shows.end_private(user=client, private_id=show.id, now=cast.now)
    return MeteredSession.objects.get(id=show.session_id)


@pytest.fixture
def session(ppv_pages: Cast) -> MeteredSession:
    ppv_pages.live(ppv_pages.ana, ppv_pages.free)
    return private_session(ppv_pages)


def page(browser: Client, session: MeteredSession) -> str:
    return browser.get(f"/ppv/receipts/{session.id}/").content.decode()


def file_of(browser: Client, session: MeteredSession) -> str:
    return browser.get(f"/ppv/receipts/{session.id}.json").content.decode()


def verdict(answer: Any) -> str:
    return answer.content.decode().split('data-verdict="')[1].split('"')[0]


def brought(text: str, browser: Client | None = None) -> Any:
    return (browser or Client()).post(VERIFY, {"receipt": text})


# --- signing ----------------------------------------------------------------------------------------------------------
def test_it_is_signed_when_the_session_closes(session: MeteredSession) -> None:
    row = SignedReceipt.objects.get(session=session)
    document = json.loads(row.document)
    assert document["total"] == "2.83"
    assert {a["role"]: a["amount"] for a in document["amounts"]} == {
        "client": "-2.83", "performer": "2.26", "house": "0.57"
    }  # fmt: skip
    assert document["reason"] == "client"
    assert "secret-key-" in row.key_id


def test_an_open_session_has_none(ppv_pages: Cast, browse: Browse) -> None:
    ppv_pages.live(ppv_pages.ana, ppv_pages.free)
    ppv_pages.fund(ppv_pages.cy, 10_000)
    show = ppv_pages.private(ppv_pages.cy)
    assert signed_receipt(session_id=show.session_id, now=ppv_pages.now) is None
    browser = browse(ppv_pages.cy)
    assert browser.get(f"/ppv/receipts/{show.session_id}.json").status_code == 404
    assert "still running" in browser.get(f"/ppv/receipts/{show.session_id}/").content.decode()


def test_what_was_missed_is_signed_at_the_first_look(ppv_pages: Cast, browse: Browse) -> None:
    ppv_pages.live(ppv_pages.ana, ppv_pages.free)
    session_closed.disconnect(dispatch_uid="ppv_plugin.metering.receipts")
    try:
        session = private_session(ppv_pages)
    finally:
        session_closed.connect(receivers.sign, dispatch_uid="ppv_plugin.metering.receipts")
    assert not SignedReceipt.objects.exists()
    assert "Download the signed receipt" in page(browse(ppv_pages.cy), session)
    assert SignedReceipt.objects.filter(session=session).exists()


def test_signing_again_changes_nothing(ppv_pages: Cast, session: MeteredSession) -> None:
    before = SignedReceipt.objects.values().get()
    with with_keys(KEYS[0]):
        signed_receipt(session_id=session.id, now=ppv_pages.now)
    assert SignedReceipt.objects.values().get() == before


def test_a_key_that_cannot_be_used_takes_no_page_down(ppv_pages: Cast, browse: Browse) -> None:
    ppv_pages.live(ppv_pages.ana, ppv_pages.free)
    with with_keys({"id": "broken", "private": "no"}):
        session = private_session(ppv_pages)
        assert session.state == "closed"
        shown = page(browse(ppv_pages.cy), session)
    assert "could not be signed" in shown
    assert "2.83" in shown


@pytest.mark.parametrize("verb", ["update", "delete"])
def test_the_database_refuses_to_change_it(session: MeteredSession, verb: str) -> None:
    rows = SignedReceipt.objects.filter(session=session)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(document="{}") if verb == "update" else rows.delete()


# --- who may have it --------------------------------------------------------------------------------------------------
def test_every_side_has_the_same_file(ppv_pages: Cast, browse: Browse) -> None:
    ppv_pages.fund(ppv_pages.cy, 10_000)
    ppv_pages.live(ppv_pages.bo, ppv_pages.group)
    visit = ppv_pages.visit(ppv_pages.cy)
    ppv_pages.pass_time(640, meter=Meter(), every=5)
    shows.leave_group(user=ppv_pages.cy, room_id=ppv_pages.bo_room.pk, now=ppv_pages.now)
    ppv_pages.di.user_permissions.add(Permission.objects.get(codename="view_meteredsession"))
    sides = (ppv_pages.cy, ppv_pages.bo, ppv_pages.eos.owner, ppv_pages.di)
    files = {file_of(browse(user), visit.session) for user in sides}
    assert len(files) == 1
    amounts = json.loads(files.pop())["document"]["amounts"]
    assert {a["role"]: a["amount"] for a in amounts} == {
        "client": "-15.25", "performer": "8.54", "studio": "3.66", "house": "3.05"
    }  # fmt: skip


@pytest.mark.parametrize("name", ["di", "bo", "eos"])
def test_for_others_the_file_does_not_exist(
    ppv_pages: Cast, browse: Browse, session: MeteredSession, name: str
) -> None:
    user = ppv_pages.eos.owner if name == "eos" else getattr(ppv_pages, name)
    assert browse(user).get(f"/ppv/receipts/{session.id}.json").status_code == 404
    assert browse(user).get(f"/ppv/receipts/{uuid4()}.json").status_code == 404


def test_a_visitor_is_asked_to_sign_in(browse: Browse, session: MeteredSession) -> None:
    for number in (session.id, uuid4()):
        assert browse(None).get(f"/ppv/receipts/{number}.json").headers["Location"].startswith("/login/?next=")


def test_it_comes_as_a_file(ppv_pages: Cast, browse: Browse, session: MeteredSession) -> None:
    answer = browse(ppv_pages.cy).get(f"/ppv/receipts/{session.id}.json")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="receipt-{session.id}.json"'
    assert answer.headers["Content-Type"] == "application/json"
    assert "no-store" in answer.headers["Cache-Control"]


# --- tampering --------------------------------------------------------------------------------------------------------
def tampered(shown: str) -> bool:
    return 'data-part="tampered"' in shown


def test_a_clean_receipt_raises_no_alarm(ppv_pages: Cast, browse: Browse, session: MeteredSession) -> None:
    shown = page(browse(ppv_pages.cy), session)
    assert not tampered(shown)
    assert "ppv-notice" not in shown


def test_a_changed_entry_of_the_ledger_shows(ppv_pages: Cast, browse: Browse, session: MeteredSession) -> None:
    """The first to overcome the ledger's triggers is told of by the page, which shows what was signed."""
    change = (
        "UPDATE ppv_plugin_entry SET amount = amount + %s WHERE transfer_id IN "
        "(SELECT id FROM ppv_plugin_transfer WHERE source = 'session' AND source_id = %s) AND leg = 0"
    )
    with unprotected(append_only.TABLES) as cursor:
        cursor.execute(change, [100, str(session.id)])
    shown = page(browse(ppv_pages.cy), session)
    with unprotected(append_only.TABLES) as cursor:  # the ledger is proven after each test
        cursor.execute(change, [-100, str(session.id)])
    assert tampered(shown)
    assert "<code>total</code>" in shown
    assert "2.83" in shown
    assert "3.83" not in shown


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"used_ms": 90_000}, "used_ms"),
        ({"end_reason": "performer"}, "reason"),
        ({"facts": {"room": "Another room"}}, "room"),
    ],
)
def test_a_changed_session_shows(
    ppv_pages: Cast, browse: Browse, session: MeteredSession, change: dict[str, Any], field: str
) -> None:
    MeteredSession.objects.filter(id=session.id).update(**change)
    shown = page(browse(ppv_pages.cy), session)
    assert tampered(shown)
    assert f"<code>{field}</code>" in shown
    assert "Another room" not in shown


def test_a_changed_timeline_shows(ppv_pages: Cast, browse: Browse, session: MeteredSession) -> None:
    SessionEvent.objects.filter(session=session, kind="started").delete()
    assert "timeline" in page(browse(ppv_pages.ana), session).split('data-part="tampered"')[1]


@pytest.mark.parametrize("document", ['"total":"0.01"', "broken", "[]"])
def test_a_changed_copy_shows_and_the_books_are_believed(
    ppv_pages: Cast, browse: Browse, session: MeteredSession, document: str
) -> None:
    before = SignedReceipt.objects.get().document
    text = before.replace('"total":"2.83"', document) if document.startswith('"') else document
    with unprotected(APPEND_ONLY_TABLES):
        SignedReceipt.objects.update(document=text)
    shown = page(browse(ppv_pages.cy), session)
    assert tampered(shown)
    assert "not what was signed" in shown
    assert "2.83" in shown
    assert verdict(brought(file_of(browse(ppv_pages.cy), session))) in {"changed", "unreadable"}


class unprotected:
    """What somebody with the database's password can do."""

    def __init__(self, tables: tuple[str, ...]) -> None:
        self.tables = tables

    def __enter__(self) -> Any:
        append_only.remove(connection, self.tables)
        self.cursor = connection.cursor()
        return self.cursor

    def __exit__(self, *error: object) -> None:
        self.cursor.close()
        append_only.install(connection, self.tables)


# --- rotation ---------------------------------------------------------------------------------------------------------
def test_keys_are_changed_and_given_up(ppv_pages: Cast, browse: Browse) -> None:
    ppv_pages.live(ppv_pages.ana, ppv_pages.free)
    browser = browse(ppv_pages.cy)
    with with_keys(KEYS[0]):
        old = private_session(ppv_pages)
        old_file = file_of(browser, old)
    with with_keys(KEYS[1], KEYS[0]):
        new = private_session(ppv_pages)
        assert [verdict(brought(text)) for text in (old_file, file_of(browser, new))] == ["valid", "valid"]
        assert SignedReceipt.objects.get(session=new).key_id == "key-1"
        assert "ppv-notice" not in page(browser, old)
    with with_keys(KEYS[1]):
        assert verdict(brought(old_file)) == "unknown_key"
        assert "not in use any more" in page(browser, old)
        assert "2.83" in page(browser, old)


def test_the_public_keys_are_published(ppv_pages: Cast) -> None:
    with with_keys(KEYS[1], KEYS[0]):
        answer = Client().get("/ppv/receipt-keys.json")
    assert [key["id"] for key in answer.json()["keys"]] == ["key-1", "key-0"]
    assert KEYS[0]["private"] not in answer.content.decode()


# --- anybody checks ---------------------------------------------------------------------------------------------------
def test_a_stranger_checks_it_pasted_or_as_a_file(ppv_pages: Cast, browse: Browse, session: MeteredSession) -> None:
    text = file_of(browse(ppv_pages.cy), session)
    pasted = brought(text)
    assert (pasted.status_code, verdict(pasted)) == (200, "valid")
    assert "2.83" in pasted.content.decode()
    as_file = Client().post(VERIFY, {"file": SimpleUploadedFile("r.json", b"\xef\xbb\xbf" + text.encode())})
    assert verdict(as_file) == "valid"
    assert "2.26" in as_file.content.decode()


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ('"2.83"', '"2.84"', "document.total"),
        ('"performer": "Ana"', '"performer": "Bo"', "document.performer"),
        ('"key": "', '"key": "x', "signature.key"),
    ],
)
def test_a_changed_digit_fails_and_is_named(
    ppv_pages: Cast, browse: Browse, session: MeteredSession, before: str, after: str, field: str
) -> None:
    answer = brought(file_of(browse(ppv_pages.cy), session).replace(before, after, 1))
    assert verdict(answer) == "changed"
    assert f"<code>{field}</code>" in answer.content.decode()


def test_a_changed_number_is_found_by_its_signature(ppv_pages: Cast, browse: Browse, session: MeteredSession) -> None:
    answer = brought(file_of(browse(ppv_pages.cy), session).replace(str(session.id), str(uuid4())))
    assert "<code>document.receipt</code>" in answer.content.decode()


def test_a_changed_signature_is_named(ppv_pages: Cast, browse: Browse, session: MeteredSession) -> None:
    value = SignedReceipt.objects.get().signature
    other = ("A" if value[0] != "A" else "B") + value[1:]
    answer = brought(file_of(browse(ppv_pages.cy), session).replace(value, other))
    assert "<code>signature.value</code>" in answer.content.decode()


def test_who_only_knows_the_number_can_guess_nothing(ppv_pages: Cast, browse: Browse, session: MeteredSession) -> None:
    """A made-up receipt with a real number learns neither which fields are right nor that the number exists."""
    made_up = json.loads(file_of(browse(ppv_pages.cy), session))
    made_up["document"]["client"] = "di"
    made_up["signature"]["value"] = rules.encoded(bytes(64))
    answer = brought(json.dumps(made_up)).content.decode()
    assert "cannot be told" in answer
    assert "<code>" not in answer.split("data-verdict")[1].split("</div>")[0]


@pytest.mark.parametrize("text", ["hello", "{}", "\x00", '{"document": "\\u0000"}', "[" * 9999])
def test_what_is_no_receipt_is_said(ppv_pages: Cast, text: str) -> None:
    assert verdict(brought(text)) == "unreadable"


@pytest.mark.parametrize("value", ["\\u0000", "\\ud800", "x"])
def test_a_strange_signature_is_only_a_wrong_one(
    ppv_pages: Cast, browse: Browse, session: MeteredSession, value: str
) -> None:
    signature = SignedReceipt.objects.get().signature
    text = file_of(browse(ppv_pages.cy), session).replace(signature, value).replace("2.83", "2.82")
    assert verdict(brought(text)) in {"changed", "unreadable"}


def test_bytes_that_are_no_text_are_no_receipt(ppv_pages: Cast) -> None:
    assert verdict(Client().post(VERIFY, {"file": SimpleUploadedFile("r.json", b"\xff\xfe\x00")})) == "unreadable"


def test_nothing_is_asked_for(ppv_pages: Cast) -> None:
    assert verdict(brought("  ")) == "nothing"


def test_too_much_is_refused_before_it_is_read(ppv_pages: Cast) -> None:
    class Unread(BytesIO):
        def read(self, *_size: Any) -> bytes:
            raise AssertionError("the body was read")

    answer = Client().generic("POST", VERIFY, b"", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    too_long = Client().post(
        VERIFY, content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(2 * rules.MAX_BYTES + 1),
        **{"wsgi.input": Unread()},
    )  # fmt: skip
    assert (too_long.status_code, verdict(too_long)) == (413, "too_long")


def test_the_form_is_protected_and_nothing_is_signed_in(ppv_pages: Cast) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert "csrfmiddlewaretoken" in browser.get(VERIFY).content.decode()
    assert brought("{}", browser).status_code == 403


def test_it_works_without_any_script(ppv_pages: Cast, browse: Browse, session: MeteredSession) -> None:
    shown = brought(file_of(browse(ppv_pages.cy), session)).content.decode()
    scripts = [part.split(">")[0] for part in shown.split("<script")[1:]]
    assert all("src=" in part or "nonce=" in part for part in scripts)
    assert " onclick" not in shown
    assert " style=" not in shown


def test_a_refund_leaves_the_signed_receipt_as_it_was(ppv_pages: Cast, browse: Browse, session: MeteredSession) -> None:
    before = file_of(browse(ppv_pages.cy), session)
    refunds.request_refund(
        session_id=session.id, amount=None, reason="The sound was bad", cid="1", alone_max=None, actor="fin",
        now=ppv_pages.now,
    )  # fmt: skip
    assert ppv_pages.balance(ppv_pages.cy) == 10_000
    assert file_of(browse(ppv_pages.cy), session) == before
    assert not tampered(page(browse(ppv_pages.cy), session))
