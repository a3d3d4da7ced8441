"""Room modes from an INI text: all of it or nothing, again without change, and nothing dropped in silence."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from wagtail.models import Locale, ModelLogEntry

from ppv_plugin.models import RoomMode
from ppv_plugin.rooms.queries import modes
from ppv_plugin.testing.cast import Cast

pytestmark = pytest.mark.django_db
OLD_SITE = Path(__file__).parent / "modes_of_an_old_site.ini"


def run(file: Path, **options: Any) -> str:
    out = StringIO()
    call_command("ppv_import_modes", str(file), stdout=out, **options)
    return out.getvalue()


def refused(file: Path, **options: Any) -> tuple[list[str], str]:
    """What was said, line by line, and the verdict."""
    said = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("ppv_import_modes", str(file), stdout=StringIO(), stderr=said, **options)
    return said.getvalue().splitlines(), str(error.value)


@pytest.fixture
def text(tmp_path: Path) -> Any:
    def written(content: str | bytes) -> Path:
        file = tmp_path / "modes.ini"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    return written


def test_the_modes_of_an_old_site_are_imported_whole() -> None:
    said = run(OLD_SITE)
    assert "41 added, 0 changed, 0 as they were." in said
    assert RoomMode.objects.count() == 41
    paid = RoomMode.objects.get(key="group-paid-show")
    assert (paid.name, paid.group_cpm, paid.requests_enabled, paid.active) == ("Group Paid Show", 150, False, True)
    free = RoomMode.objects.get(key="free-broadcast")
    assert (paid.voyeur_enabled, paid.voyeur_cpm, paid.two_way_slots, paid.two_way_cpm) == (True, 175, 2, 200)
    assert (free.voyeur_enabled, free.voyeur_cpm, free.two_way_slots, free.two_way_cpm) == (True, 25, 2, 50)
    assert RoomMode.objects.get(key="group-show-3-50").snapshot_seconds == 120
    assert RoomMode.objects.get(key="premiere").group_cpm == 100_000
    assert RoomMode.objects.get(name="瑜伽").group_cpm == 100
    assert RoomMode.objects.get(key="guitar-lesson-advanced").description == "Room #2, for those who can read music"


def test_they_keep_the_order_of_the_text() -> None:
    run(OLD_SITE)
    names = list(RoomMode.objects.order_by("sort_order").values_list("name", flat=True))
    assert (names[0], names[9], names[-1]) == ("Free Broadcast", "Group Show 2.50", "Last")


def test_modes_that_need_a_missing_feature_cannot_be_chosen_and_are_named() -> None:
    said = run(OLD_SITE)
    waiting = set(RoomMode.objects.filter(active=False).values_list("key", flat=True))
    assert waiting == {
        "video-collaboration", "random-match",
    }  # fmt: skip
    assert "it needs room_random, room_private" in said


def test_conference_calls_and_locked_calls_are_what_they_were() -> None:
    run(OLD_SITE)
    known = {mode.key: mode for mode in RoomMode.objects.all()}
    assert (known["video-conference"].conference, known["video-conference"].two_way_slots) == (True, 6)
    assert (known["calls"].lobby, known["calls"].by_link, known["calls"].requests_enabled) == (True, False, True)
    assert (known["locked-calls"].by_link, known["locked-calls"].requests_enabled) == (True, False)
    for key in ("video-conference", "calls", "locked-calls"):
        known[key].full_clean()


def test_what_is_not_used_yet_is_listed_with_its_line() -> None:
    said = run(OLD_SITE)
    assert "line 25: vw_presentationMode = 1  [Video Collaboration]" in said
    settings = [line for line in OLD_SITE.read_text().splitlines() if "=" in line and not line.startswith((";", "#"))]
    used = {
        "description", "cpm", "cpm2", "cpmv", "requests_disable", "snapshots", "snapshotsinterval", "voyeur", "2way",
        "room_conference", "group_disabled", "calls_only", "room_audio", "room_text", "h5v_audio", "stream_record",
    }  # fmt: skip
    of_their_modes = 4  # slots and conference_auto of conferences, room_private of locked calls
    left = [line for line in settings if line.split("=")[0].strip().lower() not in used]
    assert said.count("\n  line ") == len(left) - of_their_modes


def test_the_same_text_again_changes_nothing() -> None:
    run(OLD_SITE)
    before = list(RoomMode.objects.order_by("id").values())
    assert "0 added, 0 changed, 41 as they were." in run(OLD_SITE)
    assert "0 added, 0 changed, 41 as they were." in run(OLD_SITE, update=True)
    assert list(RoomMode.objects.order_by("id").values()) == before


def test_a_dry_run_says_the_same_and_keeps_nothing() -> None:
    dry = run(OLD_SITE, dry_run=True)
    assert RoomMode.objects.count() == 0
    assert ModelLogEntry.objects.count() == 0
    assert dry.replace(" (dry run: nothing is kept)", "") == run(OLD_SITE)


def test_one_problem_and_nothing_is_saved(text: Any) -> None:
    lines, verdict = refused(text(OLD_SITE.read_text().replace("cpm=1.20", "cpm=1.205").replace("voyeur=1", "voier=1")))
    assert RoomMode.objects.count() == 0
    assert lines == [
        "line 8: voier is no setting of a room mode. Is voyeur meant?",
        "line 32: voier is no setting of a room mode. Is voyeur meant?",
        "line 97: cpm = 1.205: prices have at most two decimals.",
        "line 144: voier is no setting of a room mode. Is voyeur meant?",
    ]
    assert verdict == "Nothing was imported: 4 problems."


def test_a_mode_that_differs_is_left_until_it_is_wished(text: Any) -> None:
    run(text("[Evening]\ncpm = 1.00"))
    file = text("[Evening]\ncpm = 1.25\nrequests_disable = 1")
    said = run(file)
    assert "differs evening" in said
    assert "group_cpm: 1.00 -> 1.25" in said
    assert "1 left as they are although they differ: --update changes them." in said
    assert RoomMode.objects.get().group_cpm == 100
    assert "0 added, 1 changed, 0 as they were." in run(file, update=True)
    mode = RoomMode.objects.get()
    assert (mode.group_cpm, mode.requests_enabled) == (125, False)


def test_what_editors_decided_beside_the_text_stays(text: Any) -> None:
    run(text("[Evening]\ncpm = 1.00"))
    RoomMode.objects.update(active=False, viewers_max=7, grace_seconds=44)
    run(text("[Evening]\ncpm = 2.00"), update=True)
    mode = RoomMode.objects.get()
    assert (mode.group_cpm, mode.active, mode.viewers_max, mode.grace_seconds) == (200, False, 7, 44)


def test_grace_is_set_for_all_modes_of_the_text(text: Any) -> None:
    run(text("[A]\n[B]"), grace=30)
    assert set(RoomMode.objects.values_list("grace_seconds", flat=True)) == {30}
    assert refused(text("[A]"), grace=3601)[1] == "--grace lies between 0 and 3600 seconds."


def test_another_language_makes_a_translation_that_costs_the_same(cast: Cast, text: Any) -> None:
    german = Locale.objects.create(language_code="de")
    run(text("[Free]\ndescription = Alle dürfen zusehen\ncpm = 0.30"), locale="de")
    row = RoomMode.objects.get(key="free", locale=german)
    assert row.translation_key == cast.free.translation_key
    run(text("[Free]\ncpm = 0.40"), locale="de", update=True)
    cast.free.refresh_from_db()
    assert (cast.free.group_cpm, cast.free.name, len(modes(cast.site))) == (40, "Free", 2)
    assert "There is no language 'fr'. There are: de, en." in refused(text("[A]"), locale="fr")[1]


def test_what_was_imported_is_logged(text: Any) -> None:
    run(text("[Evening]\ncpm = 1.00"))
    run(text("[Evening]\ncpm = 1.10"), update=True)
    entries = ModelLogEntry.objects.filter(action="ppv_plugin.mode.import").order_by("id")
    assert [entry.data["changes"]["group_cpm"] for entry in entries] == [[None, 100], [100, 110]]
    assert "1.00 → 1.10" in entries.last().message


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "No such file" in refused(tmp_path / "none.ini")[1]
