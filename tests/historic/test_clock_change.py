"""A day was lost, or came twice, where the clocks change.

The FDA warned that devices might give a dose at a wrong time, miss one or give one more; a program
of schedules skips the Sunday of September on which Chile's day has 23 hours. No patient who came
to harm by it was seen.

Seen: Change in Daylight Saving Time May Cause Medical Device Errors, Medscape, 5 March 2007,
https://www.medscape.com/viewarticle/553146
and croner, issue 132, https://github.com/Hexagon/croner/issues/132
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.historic.walking import BODY, MAN, ask_in
from tests.support.asking import Ask

SANTIAGO = (
    "immunoglobulin-5-days",
    *MAN,
    *BODY,
    "--made-on",
    "2026-08-20",
    "--start",
    "2026-09-04",
    "--zone",
    "America/Santiago",
)


def test_no_day_is_lost_on_the_sunday_of_23_hours(ask: Ask, known: Path, tmp_path: Path) -> None:
    calendar = tmp_path / "course.ics"
    said = ask_in(ask, known, "plan", *SANTIAGO, "--at", "infusion=09:00", "--ics", calendar)
    assert said.code == 0
    begins = re.findall(r"^DTSTART:(\S+)", calendar.read_text(encoding="utf-8"), re.M)
    # 09:00 is 13:00 UTC to the 5th and 12:00 UTC from Sunday, 6 September 2026.
    assert begins[:5] == [
        "20260904T130000Z",
        "20260905T130000Z",
        "20260906T120000Z",
        "20260907T120000Z",
        "20260908T120000Z",
    ]


@pytest.mark.hazard("H19")
def test_a_time_that_does_not_exist_is_asked_about(ask: Ask, known: Path) -> None:
    said = ask_in(ask, known, "plan", *SANTIAGO, "--at", "infusion=00:30")
    assert said.code == 2
    assert said.problems == [
        'time: "00:30 on 06-Sep-2026" is skipped or happens twice in America/Santiago '
        "(clock change); choose another time, such as 09:00"
    ]
