"""The benchmark runs to its end in small, and the books agree after each part. Never a word about how long it took."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks import media, plot, report, targets
from tests.benchmarks.figures import percentile

ROOT = Path(__file__).parents[2]


@pytest.mark.postgres
@pytest.mark.slow
def test_a_quick_run_measures_every_part_and_its_books_agree() -> None:
    """It fails by itself when a proof finds a drift or a minute that fell due was not charged."""
    env = {**os.environ, "PPV_BENCH_DATABASE_URL": os.environ["PPV_TEST_DATABASE_URL"]}
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--quick"],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    for part in ("Targets", "Side by side", "(c) What the server can do", "Disk", "As the ledger grows", "Tips"):
        assert f"### {part}" in done.stdout


@pytest.mark.postgres
@pytest.mark.slow
def test_a_quick_run_of_the_listing_measures_every_order_and_filter() -> None:
    """It fails by itself when a page is empty or the ways show different rooms."""
    env = {**os.environ, "PPV_BENCH_DATABASE_URL": os.environ["PPV_TEST_DATABASE_URL"]}
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--listing", "--quick"],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    for what in ("sorted: rating", "sorted: seen", "category, language", "text"):
        assert f"| {what} |" in done.stdout


@pytest.mark.slow
def test_a_quick_run_of_the_chat_delivers_every_line_in_all_three_ways() -> None:
    """It fails by itself when a line does not reach everybody."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--chat", "--quick"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    for way in ("a raw broadcaster", "**the hub**", "Channels, a group member per socket"):
        assert f"| 50 | {way} |" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("way", ["ours", "transcoding"])
def test_viewers_of_the_relays_benchmark_get_their_frames(way: str) -> None:
    row = asyncio.run(media.measured(way, viewers=1, seconds=1))
    assert row.fps > 0
    assert row.cores > 0
    assert len(row.first_ms) == 1


def test_a_viewer_costs_what_it_adds_and_crowds_that_lost_frames_say_nothing() -> None:
    rows = [
        media.Row("ours", 0, 0.02, 30, ()),
        media.Row("ours", 20, 0.12, 29.5, (1.0,)),
        media.Row("ours", 50, 0.9, 20, (1.0,)),
    ]
    assert media.each(rows, "ours") == pytest.approx(0.005)
    assert media.each(rows, "janus") is None


def test_percentiles_are_measured_values() -> None:
    assert [percentile([4, 1, 3, 2], percent) for percent in (50, 75, 99)] == [2, 3, 4]


def test_a_missed_target_says_by_how_much() -> None:
    assert targets.Verdict("ticks", "< 200 ms", "400 ms", 0.5).words == "missed by 2.0×"
    assert targets.Verdict("ticks", "< 200 ms", "100 ms", 2).words == "met by 2.0×"
    assert targets.Verdict("tips", "≤ 5×", "5.1×", 5 / 5.1).words == "missed by 1.02×"


def test_only_what_stands_between_the_markers_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    report.write_into(page, "new")
    assert page.read_text() == f"before\n{report.BEGIN}\n\nnew\n\n{report.END}\nafter\n"


def test_a_drawing_says_in_words_what_it_shows() -> None:
    drawn = plot.drawing(
        title="A & B", description="rises", across="n", up="ms", lines=[plot.Line("p50", [(10, 1), (100, 5)])]
    )
    assert '<title id="title">A &amp; B</title>' in drawn
    assert '<desc id="description">rises</desc>' in drawn
