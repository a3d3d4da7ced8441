"""Room modes as INI text: what is read, and what is refused with its line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppv_plugin.ledger.rules import tokens
from ppv_plugin.rooms.ini import ModesText, key_of, read_modes
from ppv_plugin.rooms.rules import GROUP_CPM_MAX


def problems(text: bytes | str) -> list[tuple[int, str]]:
    return [(problem.line, problem.text) for problem in read_modes(text).problems]


def only(text: bytes | str) -> dict[str, object]:
    found = read_modes(text)
    assert found.problems == []
    (mode,) = found.modes
    return mode.values


def test_a_section_is_a_mode_and_its_settings_are_fields() -> None:
    text = "[Group Paid Show]\ndescription=Everybody pays\ncpm=1.5\nrequests_disable=1\nsnapshotsInterval=60\n"
    found = read_modes(text)
    (mode,) = found.modes
    assert (mode.name, mode.key, mode.line) == ("Group Paid Show", "group-paid-show", 1)
    assert mode.values == {
        "description": "Everybody pays",
        "group_cpm": 150,
        "requests_enabled": False,
        "snapshot_seconds": 60,
    }


@pytest.mark.parametrize(
    ("written", "hundredths"),
    [
        ("0", 0),
        ("1.50", 150),
        (".5", 50),
        ("2.", 200),
        ('"0.25"', 25),
        ("1.10 ; per minute", 110),
        ("1000.00", 100_000),
    ],
)
def test_prices_are_read_to_the_hundredth(written: str, hundredths: int) -> None:
    assert only(f"[A]\ncpm = {written}") == {"group_cpm": hundredths}


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("1.005", "at most two decimals"),
        ("1,50", "after a point"),
        ("free", "write a number"),
        ("1e2", "write a number"),
        ("", "write a number"),
        ("-1", "between 0.00 and 1000.00"),
        ("1000.01", "between 0.00 and 1000.00"),
        ("٣", "write a number"),
    ],
)
@pytest.mark.parametrize("name", ["cpm", "cpm2", "cpmv"])
def test_a_price_that_cannot_be_meant_is_refused_with_its_line(name: str, written: str, why: str) -> None:
    ((line, text),) = problems(f"[A]\n\n{name} = {written}")
    assert line == 3
    assert text.startswith(f"{name} = {written}")
    assert why in text


@pytest.mark.parametrize("written", ["1", "true", "On", "YES", '"1"'])
def test_on_is_written_in_several_ways(written: str) -> None:
    assert only(f"[A]\nsnapshots={written}") == {"snapshots_enabled": True}


@pytest.mark.parametrize("written", ["0", "false", "Off", "no", "", "none"])
def test_off_too(written: str) -> None:
    assert only(f"[A]\nrequests_disable={written}") == {"requests_enabled": True}


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff[A]\r\ncpm = 1\r\n",
        "[A]\rcpm = 1",
        "; a comment\n# another\n\n  [A]  ; the first\n  cpm = 1  # tokens\n",
        "[A]\nCPM='1.00'",
    ],
)
def test_byte_order_marks_line_ends_comments_and_quotes_do_not_matter(text: str) -> None:
    assert only(text.encode()) == {"group_cpm": 100}


def test_a_hash_belongs_to_a_description_and_quotes_keep_a_semicolon() -> None:
    assert only("[A]\ndescription = Room #5 ; not this") == {"description": "Room #5"}
    assert only('[A]\ndescription = "Watch; then pay" ; not this') == {"description": "Watch; then pay"}


def test_every_problem_is_told_at_once_in_the_order_of_the_lines() -> None:
    text = 'cpm=1\n[A]\ncpm=x\ncmp=1\nsnapshots=maybe\nno setting\n[B\n[A ]\ncpm=1\ncpm=2\ndescription="open\n[]'
    assert [line for line, _text in problems(text)] == [1, 3, 4, 5, 6, 7, 8, 10, 11, 12]


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("[A]\ncmp = 1", 2, "Is cpm meant?"),
        ("[A]\nzzz = 1", 2, "zzz is no setting"),
        ("[Free]\n[free ]", 2, "would be the same mode, free"),
        ("[A]\ncpm=1\nCPM=1", 3, "set in line 2 already"),
        ("[A]\nroom_slots=many", 2, "whole number from 0 to 1000"),
        ("[A]\nsnapshotsInterval=4", 2, "from 5 to 3600"),
        (f"[A]\ndescription={'x' * 241}", 2, "241 characters, at most 240"),
        (f"[{'x' * 61}]", 1, "from 1 to 60"),
        ('[A]\ndescription="a" b', 2, "more after the closing"),
        ("", 1, "no [section]"),
        (b"[A]\n\ndescription=caf\xe9", 3, "not UTF-8"),
        ("[A]".encode("utf-16"), 1, "UTF-16"),
        (b"[A]\ncpm=1\x00", 2, "control character"),
        (b"[A]\n" + b"#" * 1_000_001, 1, "megabyte"),
    ],
)
def test_what_cannot_be_meant_is_named(text: bytes | str, line: int, part: str) -> None:
    ((found_line, found_text),) = problems(text)
    assert found_line == line
    assert part in found_text


def test_settings_without_a_feature_are_listed_with_their_lines() -> None:
    found = read_modes("[Group]\nroom_slots=2\ncpm=1\n\nstream_record_all=false")
    assert [(u.line, u.mode, u.key, u.value) for u in found.unused] == [
        (2, "Group", "room_slots", "2"),
        (5, "Group", "stream_record_all", "false"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cpm=1.5\nvoyeur=1\ncpmv=1.75", (True, 175)),
        ("cpm=1.5\nvoyeur=1", (True, 150)),
        ("voyeur=1", (False, 0)),
    ],
)
def test_a_voyeur_pays_what_is_said_else_what_all_pay_and_never_nothing(text: str, expected: tuple[bool, int]) -> None:
    values = read_modes(f"[Group]\n{text}").modes[0].values
    assert (values["voyeur_enabled"], values["voyeur_cpm"]) == expected


def test_a_2way_price_without_a_number_of_places_gives_two() -> None:
    assert read_modes("[Group]\ncpm2=2.0").modes[0].values == {"two_way_cpm": 200, "two_way_slots": 2}


@pytest.mark.parametrize(("value", "waits"), [("1", ["room_random"]), ("0", [])])
def test_a_mode_waits_for_what_would_make_it_another_one(value: str, waits: list[str]) -> None:
    assert read_modes(f"[Random]\nroom_random={value}\nvoyeur=1").modes[0].waits_for == waits


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("room_audio=1", "audio"),
        ("h5v_audio=1", "audio"),
        ("room_text=1", "text"),
        ("room_text=1\nroom_audio=1", "text"),
        ("room_audio=0", "video"),
    ],
)
def test_what_is_sent_is_read(text: str, kind: str) -> None:
    assert read_modes(f"[Mode]\n{text}").modes[0].values["kind"] == kind


def test_without_a_picture_there_is_none_in_the_listing_and_no_place_for_a_camera() -> None:
    found = read_modes("[Audio]\nroom_audio=1\nsnapshots=1\n2way=3\ncpm2=2.0")
    assert found.modes[0].values == {"kind": "audio", "snapshots_enabled": False, "two_way_slots": 0}
    assert [(unused.line, unused.key) for unused in found.unused] == [(4, "2way")]


@pytest.mark.parametrize(
    ("name", "key"),
    [("Vidéo Privée!", "video-privee"), ("  Free ", "free"), ("x" * 50, "x" * 40), ("Группа", key_of("Группа"))],
)
def test_a_name_gives_a_key_in_latin_letters(name: str, key: str) -> None:
    assert key_of(name) == key
    assert key.isascii()
    assert 0 < len(key) <= 40


@given(st.one_of(st.text(), st.binary(), st.text(alphabet="[]=;#\"'acpm1.\r\n -")))
def test_no_text_whatever_breaks_the_reader(text: bytes | str) -> None:
    found = read_modes(text)
    assert found.modes or found.problems
    lines = [problem.line for problem in found.problems]
    assert lines == sorted(lines)
    assert all(line >= 1 for line in lines)
    assert len({mode.key for mode in found.modes}) == len(found.modes)


NAMES = st.lists(st.integers(0, 99).map(lambda number: f"Mode {number}"), unique=True, min_size=1, max_size=12)


@given(names=NAMES, cpm=st.integers(0, GROUP_CPM_MAX), end=st.sampled_from(["\n", "\r\n", "\r"]), bom=st.booleans())
def test_what_is_written_is_what_is_read(names: list[str], cpm: int, end: str, bom: bool) -> None:
    lines = [line for name in names for line in (f"[{name}]", "; a comment", f'cpm = "{tokens(cpm)}"', "")]
    found = read_modes(("\ufeff" if bom else "").encode() + end.join(lines).encode())
    assert found == ModesText(modes=found.modes)
    assert [(mode.name, mode.values) for mode in found.modes] == [(name, {"group_cpm": cpm}) for name in names]
