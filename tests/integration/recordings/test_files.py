"""A recording finds its files, goes when it is old or its owner says so, and is opened by nobody else."""

from __future__ import annotations

import os
import random
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from ppv_plugin.media.engine import AV, NO_FOLDER, NO_SPACE, Evidence
from ppv_plugin.media.relay.recording import Recorder
from ppv_plugin.models import Recording, RecordingConsent, RecordingSettings, RoomMode
from ppv_plugin.recordings import services
from ppv_plugin.recordings.queries import last_trouble
from ppv_plugin.shows import services as shows
from ppv_plugin.shows.worker import Meter
from ppv_plugin.testing.cast import Cast
from tests.contract.test_recording import frames

STATE, TROUBLE = Recording.State, Recording.Trouble


@pytest.fixture
def running(cast: Cast, folder: Path) -> Recording:
    RecordingSettings.objects.update_or_create(site=cast.site, defaults={"enabled": True})
    RoomMode.objects.filter(pk=cast.free.pk).update(recorded=True)
    shows.go_live(
        user=cast.ana, room_id=cast.ana_room.pk, mode_id=cast.free.pk, cid=uuid4().hex, now=cast.now, recorded=True
    )
    return Recording.objects.get()


@pytest.fixture
def ready(cast: Cast, folder: Path, running: Recording) -> Recording:
    record(folder, running, seconds=2)
    end(cast)
    services.collect(now=cast.now)
    running.refresh_from_db()
    return running


def record(folder: Path, recording: Recording, *, seconds: int) -> None:
    recorder = Recorder(str(folder), reserve_bytes=0)
    recorder.start()
    kept = recorder.record(str(recording.stretch), AV)
    assert kept is not None
    for kind, frame, at in frames(seconds=seconds):
        kept.take(kind, frame, at)
    kept.stop()
    recorder.close()


def end(cast: Cast) -> None:
    shows.leave(user=cast.ana, room_id=cast.ana_room.pk, now=cast.now)
    cast.now += timedelta(seconds=30)


def url_of(recording: Recording) -> str:
    return reverse("ppv:recording_file", args=[recording.pk])


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def file_of(folder: Path) -> bytes:
    [path] = folder.glob("*/*.webm")
    return path.read_bytes()


# --- from the relay's folder into the list


def test_a_recording_that_ended_gets_its_file(cast: Cast, folder: Path, ready: Recording) -> None:
    assert (ready.state, ready.part, ready.bytes) == (STATE.READY, 1, len(file_of(folder)))
    assert ready.length_ms == pytest.approx(2000, abs=100)


def test_what_broke_off_has_parts(cast: Cast, folder: Path, running: Recording) -> None:
    record(folder, running, seconds=1)
    record(folder, running, seconds=3)
    end(cast)
    assert services.collect(now=cast.now) == 2
    rows = Recording.objects.order_by("part")
    assert [(row.part, round(row.length_ms, -3), row.state) for row in rows] == [
        (1, 1000, STATE.READY),
        (2, 3000, STATE.READY),
    ]


def test_nothing_is_taken_that_is_still_written(cast: Cast, folder: Path, running: Recording) -> None:
    record(folder, running, seconds=1)
    (folder / str(running.stretch) / "9.webm.part").touch()
    end(cast)
    assert services.collect(now=cast.now) == 0


def test_what_never_came_is_not_waited_for_for_ever(cast: Cast, running: Recording) -> None:
    end(cast)
    services.collect(now=cast.now)
    assert Recording.objects.get().state == STATE.WAITING
    services.collect(now=cast.now + timedelta(hours=25))
    assert Recording.objects.get().state == STATE.EMPTY


def test_the_meter_writes_down_what_the_engine_could_not_keep(
    cast: Cast, running: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Evidence("boot", 0, (), {str(running.stretch): NO_SPACE, str(uuid4()): NO_FOLDER})
    monkeypatch.setattr("ppv_plugin.media.services.evidence", lambda: seen)
    Meter().step(now=cast.now, mono=0)
    running.refresh_from_db()
    assert (running.state, running.trouble) == (STATE.RUNNING, TROUBLE.SPACE)


def test_a_reason_of_a_newer_engine_is_taken_as_well(cast: Cast, running: Recording) -> None:
    services.note_unwritten({str(running.stretch): "what nobody knows yet"})
    assert Recording.objects.get().trouble == TROUBLE.FOLDER


def test_what_could_not_be_written_has_failed_at_once_and_says_why(cast: Cast, running: Recording) -> None:
    services.note_unwritten({str(running.stretch): NO_SPACE})
    end(cast)
    services.collect(now=cast.now)
    running.refresh_from_db()
    assert (running.state, running.trouble) == (STATE.FAILED, TROUBLE.SPACE)


def test_what_another_machine_brings_later_heals_it(cast: Cast, folder: Path, running: Recording) -> None:
    services.note_unwritten({str(running.stretch): NO_SPACE})
    end(cast)
    services.collect(now=cast.now)
    record(folder, running, seconds=1)
    assert services.collect(now=cast.now + timedelta(hours=1)) == 1
    running.refresh_from_db()
    assert (running.state, running.trouble) == (STATE.READY, TROUBLE.SPACE), "a part of it is missing all the same"


def test_a_long_recording_without_a_file_has_failed_after_a_day(cast: Cast, running: Recording) -> None:
    cast.now += timedelta(minutes=5)
    end(cast)
    services.collect(now=cast.now + timedelta(hours=25))
    running.refresh_from_db()
    assert (running.state, running.trouble) == (STATE.FAILED, TROUBLE.MISSING)


def test_a_file_that_cannot_be_mended_has_failed(cast: Cast, folder: Path, running: Recording) -> None:
    (folder / str(running.stretch)).mkdir(parents=True)
    (folder / str(running.stretch) / "1.webm.broken").touch()
    end(cast)
    services.collect(now=cast.now)
    running.refresh_from_db()
    assert (running.state, running.trouble) == (STATE.FAILED, TROUBLE.BROKEN)


def test_a_file_of_another_user_is_waited_for_and_told_of(
    cast: Cast, folder: Path, running: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(folder, running, seconds=1)
    end(cast)
    monkeypatch.setattr(os, "access", lambda _path, _how: False)
    services.collect(now=cast.now + timedelta(days=3))
    running.refresh_from_db()
    assert (running.state, running.trouble) == (STATE.WAITING, TROUBLE.CLOSED)
    monkeypatch.undo()
    assert services.collect(now=cast.now + timedelta(days=3)) == 1
    running.refresh_from_db()
    assert (running.state, running.trouble) == (STATE.READY, "")


def test_the_command_moves_files_into_the_sites_storage(
    cast: Cast, folder: Path, running: Recording, settings: Any, tmp_path: Path
) -> None:
    place = tmp_path / "far"
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "far": {"BACKEND": backend, "OPTIONS": {"location": str(place)}}}
    settings.PPV_PLUGIN = {**settings.PPV_PLUGIN, "RECORDINGS_STORAGE": "far"}
    record(folder, running, seconds=1)
    end(cast)
    assert services.collect(now=cast.now) == 0, "the worker moves nothing: it may take long"
    call_command("ppv_recordings", "--keep")
    recording = Recording.objects.get()
    assert recording.state == STATE.READY
    assert not list(folder.glob("*/*.webm"))
    assert body(signed_in(cast.ana).get(url_of(recording))) == (place / recording.file).read_bytes()


# --- who opens it


def test_the_owner_plays_any_part_of_it(cast: Cast, folder: Path, ready: Recording) -> None:
    whole = file_of(folder)
    client = signed_in(cast.ana)
    answer = client.get(url_of(ready))
    assert (answer.status_code, answer["Content-Type"], body(answer)) == (200, "video/webm", whole)
    assert "no-store" in answer["Cache-Control"]
    size = len(whole)
    rng = random.Random(1)
    spans = [(0, 0), (0, size - 1), (size - 1, size - 1), *(sorted(rng.sample(range(size), 2)) for _ in range(20))]
    for first, last in spans:
        part = client.get(url_of(ready), headers={"Range": f"bytes={first}-{last}"})
        assert (part.status_code, body(part)) == (206, whole[first : last + 1])
        assert part["Content-Range"] == f"bytes {first}-{last}/{size}"
    assert body(client.get(url_of(ready), headers={"Range": "bytes=100-"})) == whole[100:]
    assert body(client.get(url_of(ready), headers={"Range": "bytes=-7"})) == whole[-7:]
    assert body(client.get(url_of(ready), headers={"Range": f"bytes=5-{size * 9}"})) == whole[5:]
    head = client.head(url_of(ready))
    assert (head["Content-Length"], head.content) == (str(size), b"")


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_what_is_not_in_it_cannot_be_asked_for(cast: Cast, ready: Recording, asked: str) -> None:
    answer = signed_in(cast.ana).get(url_of(ready), headers={"Range": asked})
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{ready.bytes}")


@pytest.mark.parametrize(
    "asked", ["bytes=0-0,1-1", "bytes=5-2", "bytes=-", "lines=0-1", "bytes=²-", "bytes=" + "9" * 99]
)
def test_other_ranges_are_answered_with_the_whole(cast: Cast, ready: Recording, asked: str) -> None:
    answer = signed_in(cast.ana).get(url_of(ready), headers={"Range": asked})
    assert (answer.status_code, len(body(answer))) == (200, ready.bytes)


def test_it_is_downloaded_under_a_name_that_says_what_it_is(cast: Cast, ready: Recording) -> None:
    answer = signed_in(cast.ana).get(url_of(ready) + "?download")
    assert answer["Content-Disposition"] == 'attachment; filename="ana-2026-03-01-1200-1.webm"'
    body(answer)


@pytest.mark.parametrize("who", ["another performer", "a client", "nobody", "staff without the right"])
@pytest.mark.parametrize("how", ["get", "head", "delete"])
def test_for_anybody_else_it_does_not_exist(cast: Cast, folder: Path, ready: Recording, who: str, how: str) -> None:
    people = {"another performer": cast.bo, "a client": cast.cy, "staff without the right": cast.di}
    cast.di.is_staff = True
    cast.di.save()
    client = signed_in(people[who]) if who in people else Client()
    if how == "delete":
        answer = client.post(reverse("ppv:recording_delete", args=[ready.pk]))
    else:
        answer = getattr(client, how)(url_of(ready), headers={"Range": "bytes=0-9"})
    assert answer.status_code == 404
    assert file_of(folder)


def test_staff_with_the_right_may_play_and_not_delete_by_the_owners_door(cast: Cast, ready: Recording) -> None:
    cast.di.user_permissions.add(Permission.objects.get(codename="view_recording"))
    client = signed_in(cast.di)
    assert client.get(url_of(ready)).status_code == 200
    assert client.post(reverse("ppv:recording_delete", args=[ready.pk])).status_code == 404


def test_nginx_sends_the_file_where_the_site_says_so(cast: Cast, ready: Recording, settings: Any) -> None:
    settings.PPV_PLUGIN = {**settings.PPV_PLUGIN, "RECORDINGS_ACCEL_URL": "/private-recordings/"}
    answer = signed_in(cast.ana).get(url_of(ready))
    assert answer["X-Accel-Redirect"] == f"/private-recordings/{ready.file}"
    assert answer.content == b""
    assert "X-Accel-Redirect" not in signed_in(cast.bo).get(url_of(ready)).headers


def test_the_list_has_ones_own_recordings_alone(cast: Cast, ready: Recording) -> None:
    page = signed_in(cast.ana).get(reverse("ppv:recordings")).content.decode()
    assert url_of(ready) in page
    assert "0:02" in page
    assert url_of(ready) not in signed_in(cast.bo).get(reverse("ppv:recordings")).content.decode()
    assert signed_in(cast.cy).get(reverse("ppv:recordings")).status_code == 404
    assert Client().get(reverse("ppv:recordings")).status_code == 302


@pytest.mark.parametrize(("days", "shown"), [(1, True), (31, False)])
def test_the_owner_reads_of_a_failure_until_it_is_old(cast: Cast, running: Recording, days: int, shown: bool) -> None:
    services.note_unwritten({str(running.stretch): NO_SPACE})
    end(cast)
    services.collect(now=cast.now)
    services.purge(sites=[cast.site], now=cast.now + timedelta(days=days))
    page = signed_in(cast.ana).get(reverse("ppv:recordings")).content.decode()
    assert (page.count("The disk was full."), "Failed" in page) == (shown, shown)


def test_the_studio_page_tells_of_the_last_failure(cast: Cast, running: Recording) -> None:
    assert last_trouble(performer=running.performer) is None
    services.note_unwritten({str(running.stretch): NO_FOLDER})
    shown = render_to_string(
        "ppv_plugin/includes/recordings_panel.html",
        {"recordings_count": 0, "unrecorded": last_trouble(performer=running.performer)},
    )
    assert "Something is missing in the last recording." in shown
    assert "The folder could not be written to." in shown


# --- and its end


def test_the_owner_deletes_it_and_that_is_logged(
    cast: Cast, folder: Path, ready: Recording, django_capture_on_commit_callbacks: Any
) -> None:
    client = signed_in(cast.ana)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(reverse("ppv:recording_delete", args=[ready.pk])).status_code == 302
    assert not list(folder.glob("*/*.webm"))
    ready.refresh_from_db()
    assert (ready.state, ready.file) == (STATE.DELETED, "")
    entry = ModelLogEntry.objects.get(action="ppv_plugin.recording.delete")
    assert (entry.user, entry.data, entry.object_id) == (cast.ana, {"by": "owner"}, str(ready.pk))
    assert client.get(url_of(ready)).status_code == 404
    assert client.post(reverse("ppv:recording_delete", args=[ready.pk])).status_code == 404


@pytest.mark.parametrize(("days", "age", "gone"), [(30, 31, True), (30, 29, False), (0, 900, False)])
def test_recordings_are_deleted_when_they_are_old(
    cast: Cast, folder: Path, ready: Recording, days: int, age: int, gone: bool, django_capture_on_commit_callbacks: Any
) -> None:
    RecordingSettings.objects.update(retention_days=days)
    now = cast.now + timedelta(days=age)
    with django_capture_on_commit_callbacks(execute=True):
        services.purge(sites=[cast.site], now=now)
    ready.refresh_from_db()
    assert (ready.state == STATE.DELETED) == gone
    assert bool(list(folder.glob("*/*.webm"))) != gone


def test_the_command_logs_what_it_deletes(cast: Cast, ready: Recording) -> None:
    Recording.objects.update(ended_at=cast.now - timedelta(days=900))
    call_command("ppv_recordings")
    assert ModelLogEntry.objects.get(action="ppv_plugin.recording.delete").data == {"by": "retention"}


# --- in the admin


def staff(cast: Cast, *codenames: str) -> Client:
    cast.di.is_staff = True
    cast.di.save()
    cast.di.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", *codenames]))
    return signed_in(cast.di)


def test_staff_need_the_right_to_see_and_another_to_delete(
    cast: Cast, folder: Path, ready: Recording, django_capture_on_commit_callbacks: Any
) -> None:
    delete = reverse("ppv_recordings:delete", args=[ready.pk])
    assert staff(cast, "view_room").get(reverse("ppv_recordings:index")).status_code == 302
    seeing = staff(cast, "view_recording")
    assert seeing.get(reverse("ppv_recordings:index")).status_code == 200
    assert url_of(ready) in seeing.get(reverse("ppv_recordings:inspect", args=[ready.pk])).content.decode()
    assert seeing.post(delete).status_code == 302
    assert file_of(folder)
    with django_capture_on_commit_callbacks(execute=True):
        staff(cast, "view_recording", "delete_recording").post(delete)
    assert not list(folder.glob("*/*.webm"))
    entry = ModelLogEntry.objects.get(action="ppv_plugin.recording.delete")
    assert (entry.user, entry.data) == (cast.di, {"by": "staff"})
    assert Recording.objects.get().state == STATE.DELETED


def test_the_lists_lead_to_each_recording_and_each_consent(cast: Cast, ready: Recording) -> None:
    seeing = staff(cast, "view_recording", "delete_recording", "view_recordingconsent")
    page = seeing.get(reverse("ppv_recordings:index")).content.decode()
    assert reverse("ppv_recordings:inspect", args=[ready.pk]) in page
    assert reverse("ppv_recordings:delete", args=[ready.pk]) in page
    consent = RecordingConsent.objects.get()
    told = seeing.get(reverse("ppv_recording_consents:index")).content.decode()
    assert reverse("ppv_recording_consents:inspect", args=[consent.pk]) in told


def test_staff_find_what_failed_and_why(cast: Cast, ready: Recording) -> None:
    Recording.objects.update(state=STATE.FAILED, trouble=TROUBLE.SPACE)
    seeing = staff(cast, "view_recording")
    address = reverse("ppv_recordings:index")
    assert "Failed · The disk was full." in seeing.get(address, {"trouble": "space"}).content.decode()
    assert "Failed · " not in seeing.get(address, {"trouble": "folder"}).content.decode()
    assert "The disk was full." in seeing.get(reverse("ppv_recordings:inspect", args=[ready.pk])).content.decode()


def test_the_list_of_consents_names_nobody_who_watched_unseen(cast: Cast, running: Recording) -> None:
    services.keep_consent(show=running.show, user=cast.cy, role="client", wording="told", unseen=True, now=cast.now)
    page = staff(cast, "view_recordingconsent").get(reverse("ppv_recording_consents:index")).content.decode()
    assert "told" in page
    assert str(cast.ana) in page
    assert f">{cast.cy}<" not in page
    assert not any(line.strip() == str(cast.cy) for line in page.splitlines())
