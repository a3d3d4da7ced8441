"""Spreadsheets of the lists: numbers as numbers, names that nobody can run, no gap that breaks one, all logged."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry

from ppv_plugin.backoffice.exports import at, harmless
from ppv_plugin.metering import refunds
from ppv_plugin.models import MeteredSession
from ppv_plugin.testing.cast import Cast

from .staff import SUPPORT, member
from .test_lists import LISTS


def csv_rows(client: Client, url: str, **filters: str) -> list[dict[str, str]]:
    answer = client.get(url, {"export": "csv", **filters})
    assert answer.status_code == 200, url
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def sheet_rows(client: Client, url: str, **filters: str) -> list[tuple[Any, ...]]:
    answer = client.get(url, {"export": "xlsx", **filters})
    assert answer.status_code == 200, url
    return list(load_workbook(io.BytesIO(answer.getvalue())).active.iter_rows(values_only=True))


@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_exported_in_both_formats_with_the_same_rows(admin: Client, name: str) -> None:
    plain, sheet = csv_rows(admin, LISTS[name]), sheet_rows(admin, LISTS[name])
    assert list(sheet[0]) == list(plain[0]) if plain else sheet[0]
    assert len(sheet) == len(plain) + 1


@pytest.mark.parametrize("name", ["rooms", "performers", "studios", "modes", "sessions", "accounts", "ledger"])
def test_what_there_is_is_in_the_export(admin: Client, name: str) -> None:
    assert csv_rows(admin, LISTS[name])


def test_a_session_is_exported_with_its_facts_and_amounts(admin: Client) -> None:
    (row,) = csv_rows(admin, LISTS["sessions"])
    assert (row["Viewer"], row["Broadcaster"], row["Room mode"]) == ("cy", "Ana", "Free")
    assert (row["Paid"], row["Given back"], row["Milliseconds"]) == ("2.83", "0.00", "95000")


def test_amounts_are_numbers_in_a_workbook(admin: Client) -> None:
    heads, *rows = sheet_rows(admin, LISTS["ledger"])
    amounts = [row[heads.index("Amount")] for row in rows]
    assert all(isinstance(amount, int | float | Decimal) for amount in amounts)
    assert 100 in amounts  # what the client bought


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "  =", "\uff1d"])
def test_names_that_begin_like_a_formula_are_text(admin: Client, worked: Cast, start: str) -> None:
    worked.ana_room.title = f"{start}cmd|' /C calc'!A0"
    worked.ana_room.save()
    titles = [row["Title"] for row in csv_rows(admin, LISTS["rooms"])]
    assert [title for title in titles if title.startswith("'")] != []
    heads, *rows = sheet_rows(admin, LISTS["rooms"])
    assert any(row[heads.index("Title")].startswith("'") for row in rows)


def test_negative_amounts_are_left_alone() -> None:
    assert harmless(Decimal("-5.00")) == Decimal("-5.00")
    assert harmless("-5 +3") == "'-5 +3"


def test_characters_that_a_workbook_cannot_hold_are_dropped(admin: Client, worked: Cast) -> None:
    worked.ana_room.title = "Ana\x0b\x01"
    worked.ana_room.save()
    heads, *rows = sheet_rows(admin, LISTS["rooms"])
    assert "Ana" in [row[heads.index("Title")] for row in rows]


def test_rooms_without_mode_price_and_studio_are_exported(admin: Client, worked: Cast) -> None:
    rows = {row["Title"]: row for row in csv_rows(admin, LISTS["rooms"])}
    assert (rows["Ana's room"]["Studio"], rows["Bo's room"]["Studio"]) == ("", "Eos")
    assert (rows["Ana's room"]["Room mode"], rows["Bo's room"]["Room mode"]) == ("Free", "")
    assert rows["Ana's room"]["Private, per minute"] == ""


def test_what_is_missing_on_the_way_is_empty() -> None:
    assert at("performer.studio.name")(object()) is None


def test_refunds_name_people(admin: Client, worked: Cast) -> None:
    session = MeteredSession.objects.get()
    refunds.request_refund(
        session_id=session.id, amount=100, reason="=too loud", cid="a", alone_max=None, actor="policy", now=worked.now
    )
    (row,) = csv_rows(admin, LISTS["refunds"])
    assert (row["For"], row["Amount"], row["Reason"]) == ("cy · Ana", "1.00", "'=too loud")
    assert row["Asked for by"] == "the site's policy"


def test_an_export_has_the_rows_of_the_filter(admin: Client) -> None:
    assert [row["Kind"] for row in csv_rows(admin, LISTS["accounts"], kind="house")] == ["House"]
    assert csv_rows(admin, LISTS["sessions"], q="Ana") != []
    assert csv_rows(admin, LISTS["sessions"], q="nobody") == []


def test_accounts_are_found_by_the_name_of_their_owner(admin: Client) -> None:
    assert [row["Owner"] for row in csv_rows(admin, LISTS["accounts"], q="an")] == ["Ana"]


def test_an_export_asks_the_database_the_same_however_many_rows(
    admin: Client, worked: Cast, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        worked.fund(worked.di, 100 + number)
    with django_assert_max_num_queries(20):
        assert len(csv_rows(admin, LISTS["ledger"])) > 30


def test_every_export_is_in_the_log_of_who_took_it(admin: Client) -> None:
    sheet_rows(admin, LISTS["sessions"], state="closed")
    entry = ModelLogEntry.objects.get(action="ppv_plugin.export")
    assert entry.data == {"what": "sessions", "format": "xlsx", "filters": {"state": "closed"}}
    assert entry.user.get_username() == "root"
    assert entry.message == "Spreadsheet downloaded: sessions.xlsx"


def test_who_may_not_see_a_list_gets_no_export_of_it(worked: Cast) -> None:
    client = member(SUPPORT)
    assert client.get(LISTS["ledger"], {"export": "csv"}).status_code == 302
    assert not ModelLogEntry.objects.filter(action="ppv_plugin.export").exists()
