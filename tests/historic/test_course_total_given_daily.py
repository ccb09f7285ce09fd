"""The total of a course was given on each of its days: cyclophosphamide, Boston 1994.

"4 g/sq m over four days" was meant as 1 g/m2 on each of four days and was given as 4 g/m2 on each;
one patient died, another lived with a damaged heart.

Seen: R. Kaushal, Medication Overdose, AHRQ PSNet, April 2003,
https://psnet.ahrq.gov/webmm/case/9/Medication-Overdose
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.historic.walking import BODY, DAYS, MAN, ask_in, edit
from tests.support.asking import Ask


def test_the_total_typed_as_the_dose_of_one_day_is_stopped(ask: Ask, known: Path) -> None:
    total = ("cyclophosphamide-monthly", *MAN, *BODY, *DAYS, "--dose", "4000 mg/m2")
    said = ask_in(ask, known, "plan", *total)
    assert said.code == 3
    assert (
        "STOP  Cyclophosphamide: 4,000 mg/m2 a dose is above the hard limit "
        "(250 mg/m2 to 1,500 mg/m2).  [limit.hard.above.dose;"
    ) in said.out


@pytest.mark.hazard("H05")
def test_the_total_of_a_regimen_is_named_as_what_it_is(ask: Ask, known: Path) -> None:
    total = ("rituximab-weekly", *MAN, *BODY, *DAYS, "--dose", "1500 mg/m2")
    said = ask_in(ask, known, "plan", *total)
    assert said.code == 3
    assert (
        "STOP  1,500 mg/m2 is the total of a whole course; one dose is 375 mg/m2. "
        "Was the total written for a single dose?  [dose.course_total_as_dose;"
    ) in said.out


def test_the_total_written_as_the_dose_in_a_regimen_file_is_refused(
    ask: Ask, rituximab_alone: Path
) -> None:
    # 375 mg/m2 on four days is 1500 mg/m2 a course, as the file says beside it.
    edit(rituximab_alone, "dose: 375 mg/m2", "dose: 1500 mg/m2")
    said = ask_in(ask, rituximab_alone, "plan", "rituximab-weekly", *MAN, *BODY, *DAYS)
    assert said.code == 2
    (problem,) = said.problems
    assert problem.endswith("per_course: 1500 mg/m2 is not 1500 mg/m2 x 4 doses")
