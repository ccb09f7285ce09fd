"""What a STOP that becomes known later takes out of a course: exchanges too, and no review."""

from __future__ import annotations

from schedules.course.course import Course
from schedules.course.rows import Occasion
from tests.patients.test_later_facts import begun, later


def standing_and_stopped(found: Course) -> list[list[str]]:
    return [
        [f"{one.date:%d-%b} {one.what}" for one in some if isinstance(one, Occasion)]
        for some in (found.occasions, found.cancelled)
    ]


def test_the_exchanges_before_a_stopped_drug_are_stopped_too() -> None:
    # exchanges on days 1 and 2 of cycles of 28 days from 30 November; known on 5 December
    found = later(
        begun("plasma-exchange-before-each-cyclophosphamide"),
        conditions=["bladder outflow obstruction"],
    )
    stands, stopped = standing_and_stopped(found)
    assert stands == ["30-Nov plasma exchange", "01-Dec plasma exchange"]
    assert [one[:6] for one in stopped[:3]] == ["28-Dec", "29-Dec", "25-Jan"]
    assert len(stopped) == 10
    assert [f"{row.date:%d-%b}" for row in found.rows] == ["02-Dec"]


def test_the_reviews_of_a_stopped_drug_still_help() -> None:
    # infusions every 3 weeks; seen on the first day, after 6 weeks, 6 more and 12 more
    found = later(
        begun("immunoglobulin-withdrawal-three-steps"), conditions=["hyperprolinaemia type I"]
    )
    stands, stopped = standing_and_stopped(found)
    assert [one[:6] for one in stands] == ["30-Nov", "11-Jan", "22-Feb", "17-May"]
    assert stopped == []
    assert [f"{row.date:%d-%b}" for row in found.rows] == ["30-Nov"]
