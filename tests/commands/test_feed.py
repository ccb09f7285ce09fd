from __future__ import annotations

import datetime as dt
from pathlib import Path

import pypdf
import pytest

from commands.posology import main
from dosing.clock import now
from records.database import sqlite_url
from records.feeds import find_feed
from records.place import FILE
from records.store import Store, open_store
from tests.support.ward import PLANNER, heavier, plan, saved


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Return records with one saved plan, to which the settings point."""
    monkeypatch.setenv("POSOLOGY_DATA", str(tmp_path))
    monkeypatch.delenv("POSOLOGY_DATABASE_URL", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    store = open_store(sqlite_url(tmp_path / FILE))
    saved(store)
    return store


def make(of: str, *more: str) -> int:
    return main(["feed", "make", of, "--who", "KL", "--days", "90", *more])


def test_a_link_is_made_listed_and_revoked(
    records: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    address = "https://posology.hospital.example"
    assert make(plan().id, "--audience", "patient", "--address", address) == 0
    told = capsys.readouterr()
    about, link = told.out.splitlines()
    assert about.startswith(f"Link 2: plan {plan().id}, patient, discreet, until ")
    assert link.startswith(f"{address}/feed/") and link.endswith(".ics")
    assert "shown this once" in told.err
    token = link.removeprefix(f"{address}/feed/").removesuffix(".ics")
    at = now()
    feed = find_feed(records, token, at)
    assert feed is not None
    assert at + dt.timedelta(days=89) < feed.ends < at + dt.timedelta(days=91)
    assert main(["feed", "list"]) == 0
    listed = capsys.readouterr().out
    assert listed.startswith("2: plan ") and token not in listed
    assert main(["feed", "revoke", "2", "--who", "KL"]) == 0
    assert find_feed(records, token, now()) is None
    assert main(["feed", "revoke", "2", "--who", "KL"]) == 2
    assert "is revoked already" in capsys.readouterr().err


def test_a_link_is_made_by_the_file_of_a_plan(
    records: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.json"
    file.write_text(plan().to_json(), encoding="utf-8")
    assert make(str(file), "--audience", "ward") == 0
    assert ", ward, clinical, until " in capsys.readouterr().out


def test_the_link_of_a_ward_is_made_by_how_its_labels_begin(
    records: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make("", "--ward", "ward-7", "--audience", "ward") == 0
    assert capsys.readouterr().out.startswith("Link 2: ward ward-7, ward, clinical, until ")


def test_the_patient_s_sheet_is_written_with_the_link(
    records: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "sheet.pdf"
    address = "https://posology.hospital.example"
    options = ("--audience", "patient", "--address", address, "--sheet", str(sheet))
    assert make(plan().id, *options) == 0
    _, link = capsys.readouterr().out.splitlines()
    text = "".join(page.extract_text() for page in pypdf.PdfReader(sheet).pages)
    assert link in text.replace("\n", "")
    assert "Your appointments" in text and "rituximab" not in text.lower()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("nothing", "--audience", "ward"), "is not in the records"),
        ((plan().id, "--audience", "nurses"), "ward, pharmacy, patient"),
        ((plan().id, "--audience", "ward", "--clinical"), "is for a patient"),
        ((plan().id, "--audience", "ward", "--sheet", "a.pdf"), "is for a patient"),
        (("", "--audience", "ward"), "name a plan, or a ward"),
        ((plan().id, "--ward", "ward-7", "--audience", "ward"), "is given beside a ward"),
        (("", "--ward", "ward-8", "--audience", "ward"), "is how no label begins"),
        (("", "--ward", "ward-7", "--audience", "patient"), "reads no calendar of a whole ward"),
        ((plan().id, "--audience", "ward", "--days", "0"), "is not 1 to 366"),
    ],
)
def test_what_is_typed_wrong_makes_no_link(
    records: Store, capsys: pytest.CaptureFixture[str], typed: tuple[str, ...], said: str
) -> None:
    assert make(*typed) == 2
    assert said in capsys.readouterr().err
    assert main(["feed", "list"]) == 0
    assert capsys.readouterr().out == "No link was made.\n"


def test_a_plan_that_waits_for_a_person_gets_no_link(records: Store) -> None:
    records.save(
        heavier(plan(), "200 kg"), PLANNER, expected_version=1, at=dt.datetime.now(tz=dt.UTC)
    )
    assert make(plan().id, "--audience", "ward") == 3
    assert records.count_entries() == 2
