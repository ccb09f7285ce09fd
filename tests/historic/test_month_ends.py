"""A course from the last day of a month was dated by chaining months, and drifted to the 28th.

No accident with a patient was seen. The error was reported of the library that programs date with:
three single months after 31 December are 28 March, three months at once are 31 March.

Seen: dateutil, issue 53, https://github.com/dateutil/dateutil/issues/53
"""

from __future__ import annotations

import pytest

from tests.historic.walking import BODY, MAN
from tests.support.asking import Ask


@pytest.mark.hazard("H20")
def test_a_course_from_the_31st_comes_back_to_the_31st(ask: Ask) -> None:
    said = ask(
        "plan",
        "immunoglobulin-calendar-month",
        *MAN,
        *BODY,
        "--made-on",
        "2026-10-20",
        "--start",
        "2026-10-31",
        "--choose",
        "courses=6",
        "--json",
    )
    doses = [row for row in said.json["course"] if row["item"] == "immunoglobulin"]
    # Counted by hand from 31 October 2026, each clipped to the end of its own month.
    assert [row["date"] for row in doses if row["day"] == 1] == [
        "2026-10-31",
        "2026-11-30",
        "2026-12-31",
        "2027-01-31",
        "2027-02-28",
        "2027-03-31",
    ]
