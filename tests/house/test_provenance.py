"""Every output says which plan, which regimen in which state, which program, checked by whom."""

from __future__ import annotations

from pathlib import Path

import icalendar
import pytest

from commands import schedules as schedules_line

PATIENT = ["--weight", "70 kg", "--height", "175 cm", "--sex", "male", "--age", "48 years"]


def test_table_csv_and_calendar_say_what_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ics, csv = tmp_path / "course.ics", tmp_path / "course.csv"
    asked = ["plan", "rituximab-weekly", *PATIENT, "--start", "2026-11-30", "--label", "ward-7"]
    assert schedules_line.main([*asked, "--ics", str(ics), "--csv", str(csv)]) == 0
    texts = [capsys.readouterr().out, csv.read_text(encoding="utf-8")]
    events = icalendar.Calendar.from_ical(ics.read_bytes()).walk("VEVENT")
    texts += [str(event["DESCRIPTION"]) for event in events]
    assert len(texts) == 6
    for text in texts:
        assert "rituximab-weekly" in text
        assert "under review" in text
        assert "not checked by a pharmacist" in text
        assert "Posology 0.1.0" in text


def test_another_dose_than_the_regimens_is_marked_in_every_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ics, csv = tmp_path / "course.ics", tmp_path / "course.csv"
    asked = ["plan", "rituximab-weekly", *PATIENT, "--start", "2026-11-30", "--label", "ward-7"]
    other = ["--dose", "350 mg/m2", "--ics", str(ics), "--csv", str(csv)]
    assert schedules_line.main([*asked, *other]) == 0
    assert "The dose is 350 mg/m2, not the regimen's 375 mg/m2." in capsys.readouterr().out
    assert "350 mg/m2" in csv.read_text(encoding="utf-8").splitlines()[1]
    events = icalendar.Calendar.from_ical(ics.read_bytes()).walk("VEVENT")
    assert all("not the regimen's dose but 350 mg/m2" in str(e["DESCRIPTION"]) for e in events)
