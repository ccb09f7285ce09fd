"""Drafts: written over, found by id and owner alone, gone after a day."""

from __future__ import annotations

import datetime as dt
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from records.drafts import DraftHold, Drafts, LastDraft, drafts_file
from tests.records.test_kept_heads import next_descriptor

NOON = dt.datetime(2026, 11, 26, 12, 0, tzinfo=dt.UTC)
MINE = DraftHold(id="one", holder="first window", owner="")


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(drafts_file({"POSOLOGY_DATA": str(tmp_path / "data")}, Path("unused")))


def held(draft_id: str = "one", holder: str = "first window", owner: str = "") -> DraftHold:
    return DraftHold(id=draft_id, holder=holder, owner=owner)


def test_a_part_is_written_over_and_another_one_stays(drafts: Drafts) -> None:
    for part, content in (("course", "7"), ("pump", "500 mL"), ("course", "70 kg")):
        assert drafts.keep(MINE, part, content, NOON)
    assert drafts.take_up(MINE, NOON) == {"course": "70 kg", "pump": "500 mL"}
    drafts.discard(MINE, NOON, "course")
    assert drafts.take_up(MINE, NOON) == {"pump": "500 mL"}
    drafts.discard(MINE, NOON)
    assert drafts.take_up(MINE, NOON) == {}


def test_a_draft_is_found_by_its_id_and_its_owner_alone(drafts: Drafts) -> None:
    drafts.keep(held(owner="A. Planner"), "course", "70 kg", NOON)
    for other in (held(owner="B. Nurse"), held()):
        assert drafts.take_up(other, NOON) == {}
        drafts.discard(other, NOON)
        assert not drafts.keep(other, "course", "1 kg", NOON)
    assert drafts.take_up(held("two", owner="A. Planner"), NOON) == {}
    assert drafts.take_up(held(owner="A. Planner"), NOON) == {"course": "70 kg"}


def test_a_window_left_behind_does_not_write_over_the_one_that_took_up(drafts: Drafts) -> None:
    drafts.keep(MINE, "course", "70 kg", NOON)
    second = held(holder="second window")
    assert drafts.take_up(second, NOON) == {"course": "70 kg"}
    assert not drafts.keep(MINE, "course", "3 kg", NOON)
    assert drafts.keep(second, "course", "71 kg", NOON)
    assert drafts.take_up(second, NOON) == {"course": "71 kg"}


def test_a_draft_is_gone_a_day_after_it_was_last_written(drafts: Drafts) -> None:
    drafts.keep(MINE, "course", "70 kg", NOON)
    assert drafts.take_up(MINE, NOON + dt.timedelta(hours=24)) == {"course": "70 kg"}
    assert drafts.take_up(MINE, NOON + dt.timedelta(hours=24, seconds=1)) == {}


def test_a_signed_in_person_is_shown_the_last_draft_and_one_desk_none(drafts: Drafts) -> None:
    later, latest = (NOON + dt.timedelta(minutes=minutes) for minutes in (5, 6))
    drafts.keep(held("one", owner="A. Planner"), "course", "70 kg", later)
    drafts.keep(held("two", owner="A. Planner"), "pump", "500 mL", NOON)
    drafts.keep(held("three"), "course", "80 kg", later)
    assert drafts.newest_of("A. Planner", later) == LastDraft("one", "course", later)
    # Of one draft, too, the part that was written last.
    drafts.keep(held("one", owner="A. Planner"), "calculate", "375 mg/m2", latest)
    assert drafts.newest_of("A. Planner", latest) == LastDraft("one", "calculate", latest)
    assert drafts.newest_of("B. Nurse", later) is None
    assert drafts.newest_of("", later) is None


def test_the_file_can_be_read_by_its_owner_alone_and_looking_makes_none(tmp_path: Path) -> None:
    folder = tmp_path / "ward"
    file = folder / "data" / "drafts.sqlite3"
    drafts = Drafts(file)
    assert drafts.take_up(MINE, NOON) == {}
    assert drafts.newest_of("A. Planner", NOON) is None
    assert drafts.forget("ward-7", NOON) == 0
    drafts.discard(MINE, NOON)
    assert not folder.exists()
    drafts.keep(MINE, "course", "70 kg", NOON)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_every_thread_of_a_server_keeps_and_finds_drafts(drafts: Drafts) -> None:
    drafts.keep(MINE, "course", "70 kg", NOON)
    with ThreadPoolExecutor(1) as other:
        assert other.submit(drafts.take_up, MINE, NOON).result() == {"course": "70 kg"}
        assert other.submit(drafts.keep, MINE, "course", "71 kg", NOON).result()
    assert drafts.take_up(MINE, NOON) == {"course": "71 kg"}


def test_one_file_is_open_at_a_time_and_a_damaged_one_not_at_all(tmp_path: Path) -> None:
    """A server that runs for months must not run out of files that it may open."""
    Drafts(tmp_path / "first.sqlite3").keep(MINE, "course", "70 kg", NOON)
    one_open = next_descriptor()
    Drafts(tmp_path / "second.sqlite3").keep(MINE, "course", "71 kg", NOON)
    assert next_descriptor() == one_open
    damaged = tmp_path / "damaged.sqlite3"
    damaged.write_text("no database, and long enough to be looked at as one" * 30, encoding="utf-8")
    with pytest.raises(OSError, match="drafts cannot be written"):
        Drafts(damaged).keep(MINE, "course", "73 kg", NOON)
    none_open = next_descriptor()
    assert none_open < one_open
    with pytest.raises(OSError, match="drafts cannot be written") as kept:
        Drafts(damaged).keep(MINE, "course", "73 kg", NOON)
    # While the error is looked at, too.
    assert next_descriptor() == none_open
    assert "73 kg" not in str(kept.value)


def test_what_is_kept_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    """It stands in the log until something is deleted: only then is the log emptied."""
    drafts, log = Drafts(tmp_path / "drafts.sqlite3"), tmp_path / "drafts.sqlite3-wal"
    drafts.keep(MINE, "course", "70 kg", NOON)
    assert drafts.take_up(MINE, NOON) == {"course": "70 kg"}
    assert drafts.newest_of("A. Planner", NOON) is None
    assert log.stat().st_size > 0
    drafts.discard(MINE, NOON)
    assert log.stat().st_size == 0


def test_a_damaged_file_is_reported_without_what_was_typed(tmp_path: Path) -> None:
    file = tmp_path / "drafts.sqlite3"
    file.write_text("no database, and long enough to be looked at as one" * 30, encoding="utf-8")
    with pytest.raises(OSError, match="drafts cannot be written") as caught:
        Drafts(file).keep(MINE, "course", "ward-7", NOON)
    assert "ward-7" not in str(caught.value)


def test_what_was_discarded_stands_in_no_file_any_more(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "drafts.sqlite3")

    def written() -> bytes:
        return b"".join(file.read_bytes() for file in tmp_path.iterdir())

    drafts.keep(MINE, "course", "ward-7 at 70 kg", NOON)
    assert b"ward-7" in written()
    drafts.discard(MINE, NOON)
    assert b"ward-7" not in written()
    drafts.keep(MINE, "course", "ward-8 at 80 kg", NOON)
    drafts.keep(held("two"), "course", "70 kg", NOON + dt.timedelta(days=2))
    assert b"ward-8" not in written()


def test_a_file_that_was_removed_is_made_again(tmp_path: Path) -> None:
    file = tmp_path / "drafts.sqlite3"
    drafts = Drafts(file)
    drafts.keep(MINE, "course", "70 kg", NOON)
    for one in tmp_path.iterdir():
        one.unlink()
    assert drafts.keep(MINE, "course", "71 kg", NOON)
    assert Drafts(file).take_up(MINE, NOON) == {"course": "71 kg"}


@pytest.mark.hazard("H273")
def test_what_was_typed_of_an_erased_label_is_deleted(drafts: Drafts, tmp_path: Path) -> None:
    course = '{"plan": {"patient": {"label": "Ward-7", "weight": "71.234 kg"}}, "planned": null}'
    other = '{"plan": {"patient": {"label": "ward-70"}}, "planned": {"patient": {"label": "x"}}}'
    # A plan of another label was opened from a list, and this one typed over it.
    held_plan = (
        '{"plan": {"label": "x"}, "changes": [{"plan": {"patient": {"label": " ward-7 "}}}]}'
    )
    drafts.keep(held("one", owner="A. Planner"), "course", course, NOON)
    drafts.keep(held("one", owner="A. Planner"), "pump", '{"label": "ward-8"}', NOON)
    drafts.keep(held("two"), "course", other, NOON)
    drafts.keep(held("three"), "course", held_plan, NOON)
    drafts.keep(held("three"), "volume", '{"volume": "500 mL"}', NOON)
    assert drafts.forget("ward-7", NOON) == 2
    assert drafts.take_up(held("one", owner="A. Planner"), NOON) == {"pump": '{"label": "ward-8"}'}
    assert drafts.take_up(held("two"), NOON) == {"course": other}
    assert drafts.take_up(held("three"), NOON) == {"volume": '{"volume": "500 mL"}'}
    for file in (tmp_path / "data").iterdir():
        assert b"71.234" not in file.read_bytes()
