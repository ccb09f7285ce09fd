"""The door of the command line: what is typed there, and where it is to be written."""

from __future__ import annotations

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import records.database
from commands.dosing import main as dosing_main
from commands.posology import main as posology_main
from commands.records import main as records_main
from commands.schedules import main
from records.database import sqlite_url
from records.place import FILE
from records.store import open_store
from tests.doors.answering import answer, each
from tests.support.planning import RITUXIMAB, planned
from tests.support.ward import saved

PLAN = (
    *("plan", RITUXIMAB, "--label", "ward-7", "--weight", "70 kg", "--height", "175 cm"),
    *("--sex", "male", "--age", "48 years", "--start", "2026-11-30"),
)
DOSE = ("dose", "--rate", "0.4 g/kg", "--weight", "70 kg")


def otherwise(command: tuple[str, ...], *more: str) -> list[str]:
    """Return a command with other values for some of its options, or more of them."""
    words = list(command)
    for option, value in zip(more[::2], more[1::2], strict=True):
        if option in words:
            words[words.index(option) + 1] = value
        else:
            words += [option, value]
    return words


# what is typed, a word of the answer
TYPED = [
    (["nothing"], "nothing"),
    (["plan"], "ID"),
    (["plan", ""], "regimen"),
    (["plan", "../../etc/passwd"], "regimen"),
    (["plan", "rituximab-weekly\x00"], "UTF-8"),
    (["plan", "x" * 100_000], "regimen"),
    (["plan", "\ud800"], "UTF-8"),
    (["show", "*"], "regimen"),
    (["show", "rituximab-weekly.yaml"], "regimen"),
    (["diff", "/dev/null", "/dev/null"], "/dev/null"),
    (["diff", "/dev/zero", "/"], "/dev/zero"),
    (["read-back", "/"], "/"),
    (["read-back", "/dev/zero"], "/dev/zero"),
    (["schema", "wish"], "schema"),
    (["--library", "/nowhere", "list"], "site.yaml: is missing"),
    (["--library", "/dev/null", "list"], "site.yaml"),
    (["--library", "a\x00b", "list"], "UTF-8"),
    (["--library", "x" * 5000, "list"], "site.yaml"),
    (["course", "/"], "plan file"),
    (["course", "/dev/zero"], "plan file"),
    (["course", "/nowhere/plan.json"], "plan file"),
    (["compare", "/dev/zero", "/dev/zero"], "plan file"),
    (otherwise(PLAN, "--start", "2027-02-30"), "first day"),
    (otherwise(PLAN, "--start", "\u0662\u0660\u0662\u0667-01-01"), "first day"),
    (otherwise(PLAN, "--weight", "1,5 kg"), "write 1.5 kg"),
    (otherwise(PLAN, "--weight", "\u0667\u0660 kg"), "weight"),
    (otherwise(PLAN, "--weight", ""), "weight"),
    (otherwise(PLAN, "--sex", "robot"), "sex"),
    (otherwise(PLAN, "--born", "2027-02-30"), "born"),
    (otherwise(PLAN, "--born", "1978-05-14"), "age"),
    (otherwise(PLAN, "--zone", "Mars/Olympus"), "zone"),
    (otherwise(PLAN, "--at", "infusion=24:00"), "24:00"),
    (otherwise(PLAN, "--at", "infusion"), "at"),
    (otherwise(PLAN, "--choose", "=="), "choose"),
    (otherwise(PLAN, "--choose", "cycles=" + "9" * 5000), "cycles"),
    (otherwise(PLAN, "--dose", "375"), "dose"),
    (otherwise(PLAN, "--dose", "-1 mg/m2"), "dose"),
    (otherwise(PLAN, "--adjust", "rituximab=75"), "because"),
    (otherwise(PLAN, "--adjust", "rituximab=75", "--because", "x"), "adjust rituximab"),
    (otherwise(PLAN, "--earlier", "rituximab=lots"), "earlier rituximab"),
    (otherwise(PLAN, "--since", "one", "--ics", "x.ics"), "since"),
    (otherwise(PLAN, "--since", "9" * 5000, "--ics", "x.ics"), "since"),
    (otherwise(PLAN, "--alarm", "soon", "--ics", "x.ics"), "alarm"),
    (otherwise(PLAN, "--oral", "often", "--ics", "x.ics"), "oral"),
    (otherwise(PLAN, "--label", "ward\u202e7"), "label"),
    (otherwise(PLAN, "--label", "x" * 61), "label"),
]


@each("typed, word", TYPED)
def test_what_is_typed_is_refused_in_words(
    typed: list[str],
    word: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused(main, typed) == 2
    said = capsys.readouterr()
    assert word in said.err
    assert "Traceback" not in said.err
    assert len(said.err) < 4000 + 2 * len(max(typed, key=len))
    assert not list(tmp_path.iterdir())


def refused(program: object, typed: list[str]) -> int:
    """Return the exit code; argparse leaves by an exception of its own."""
    assert callable(program)
    try:
        return int(program(typed))
    except SystemExit as end:
        assert isinstance(end.code, int)
        return end.code


DOSES = [
    ([], ""),
    (["dose"], "rate"),
    (otherwise(DOSE, "--rate", "0,4 g/kg"), "write 0.4 g/kg"),
    (otherwise(DOSE, "--rate", "0.4 /kg"), "rate"),
    (otherwise(DOSE, "--rate", "\u22120.4 g/kg"), "rate"),
    (otherwise(DOSE, "--weight", "1e309 kg"), "weight"),
    (otherwise(DOSE, "--weight", "70 \uff4b\uff47"), "weight"),
    (otherwise(DOSE, "--round-to", "0 g", "--rounding", "nearest"), "is zero"),
    (otherwise(DOSE, "--round-to", "5 g", "--rounding", "sometimes"), "rounding"),
    (otherwise(DOSE, "--cap", "much"), "cap"),
    (otherwise(DOSE, "--bsa", "1.84"), "bsa"),
    (["body", "--weight", "70 kg"], "height"),
    (
        ["body", "--weight", "70 kg", "--height", "1,75 m", "--sex", "male", "--age", "48 years"],
        "write 1.75 m",
    ),
    (["infuse", "--dose", "700 mg"], "volume"),
    (["infuse", "--dose", "700 mg", "--volume", "500 mL", "--over", "0 min"], "over"),
    (["infuse", "--ladder", "nothing", "--dose", "7 mg", "--volume", "5 mL"], "ladder"),
    (["band", "--dose", "5 mg"], "table"),
    (["steroid"], ""),
]


@each("typed, word", DOSES)
def test_what_is_typed_for_a_dose_is_refused_in_words(
    typed: list[str], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(dosing_main, typed) == 2
    said = capsys.readouterr()
    assert word in said.err
    assert "Traceback" not in said.err


NO_FILES = ["/", ".", "..", "folder", "pipe", "full", "/nowhere/x", "a\x00b", "x" * 5000, "file/x"]


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go where there are a folder, a pipe, a link to a device and a file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "full").symlink_to("/dev/full")
    (tmp_path / "file").write_text("as it was", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("place", NO_FILES)
@pytest.mark.parametrize("option", ["--out", "--ics", "--csv"])
def test_a_place_that_is_no_file_is_refused_and_stays(
    option: str, place: str, places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(places.iterdir())
    assert main(otherwise(PLAN, option, place)) == 2
    said = capsys.readouterr()
    assert said.err.startswith(("file: ", "an argument is not text"))
    assert sorted(places.iterdir()) == before
    assert (places / "full").is_symlink()
    assert (places / "pipe").is_fifo()
    assert (places / "file").read_text(encoding="utf-8") == "as it was"


def test_what_a_link_leads_to_is_written_and_the_link_stays(tmp_path: Path) -> None:
    link, file = tmp_path / "link", tmp_path / "folder" / "plan.json"
    file.parent.mkdir()
    link.symlink_to(file)
    assert main(otherwise(PLAN, "--out", str(link))) == 0
    assert link.is_symlink()
    assert RITUXIMAB in file.read_text(encoding="utf-8")


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """Let no file become larger than this, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("option", ["--out", "--ics", "--csv"])
def test_on_a_full_disk_nothing_half_written_is_left_and_the_old_file_is_kept(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "old"
    old.write_text("as it was", encoding="utf-8")
    with disk_of(200):
        assert main(otherwise(PLAN, option, str(old))) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert old.read_text(encoding="utf-8") == "as it was"


@pytest.mark.parametrize("place", NO_FILES)
def test_an_export_of_the_records_to_no_file_is_refused(
    place: str, places: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POSOLOGY_DATA", str(places / "folder"))
    store = open_store(sqlite_url(places / "folder" / FILE))
    saved(store)
    store.close()
    before = sorted(places.iterdir())
    assert records_main(["export", "--out", place]) == 2
    assert capsys.readouterr().err.startswith(("file: ", "an argument is not text"))
    assert sorted(places.iterdir()) == before
    assert (places / "full").is_symlink()


def test_a_locked_database_is_answered_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records.database, "_PATIENCE_MS", 100)
    store = open_store(sqlite_url(tmp_path / FILE))
    other = sqlite3.connect(tmp_path / FILE)
    other.execute("BEGIN IMMEDIATE")
    assert "cannot be reached now (database is locked)" in answer(saved, store)
    other.rollback()
    other.close()
    assert store.verify().entries == 0
    saved(store)
    store.close()


@pytest.mark.parametrize("kind", ["directory", "text"])
def test_records_that_are_no_database_are_answered_in_words(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path))
    if kind == "directory":
        (tmp_path / FILE).mkdir()
    else:
        (tmp_path / FILE).write_text("these are no records\n" * 100, encoding="utf-8")
    assert posology_main(["records", "verify"]) == 2
    assert capsys.readouterr().err.startswith("records: ")


def test_a_plan_that_others_saved_is_good_as_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(planned(RITUXIMAB).to_json(), encoding="utf-8")
    assert main(["history", str(path)]) == 0
