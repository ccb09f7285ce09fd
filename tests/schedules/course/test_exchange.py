"""A plasma exchange as an order: volume by a named formula, bottles, totals, papers, calendar."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import icalendar
import pypdf
import pytest
import vobject

import schedules
from dosing.errors import InputError
from dosing.units import NO_BREAK_SPACE
from schedules.door import PatientCourse
from schedules.outputs.table import dispensing_rows
from tests.support.planning import codes, whole_library

ALTERNATE = "plasma-exchange-5-alternate-days"
BEFORE_CYCLOPHOSPHAMIDE = "plasma-exchange-before-each-cyclophosphamide"
ONE, ONE_AND_A_HALF = {"albumin_1_volume": "given"}, {"albumin_1_5_volumes": "given"}
MAN: dict[str, Any] = {
    "label": "ward-7",
    "sex": "male",
    "age": "48 years",
    "weight": "70 kg",
    "height": "175 cm",
}
PRINTED = dt.datetime(2026, 11, 27, 9, tzinfo=dt.UTC)


def planned(
    regimen: str, choose: dict[str, str], hematocrit: str = "0.42", **more: str
) -> PatientCourse:
    return schedules.plan(
        regimen,
        library=whole_library(),
        start="2026-11-30",
        made_on="2026-11-27",
        choose=choose,
        **{**MAN, "hematocrit": hematocrit, **more},
    )


def paper(course: PatientCourse) -> str:
    reader = pypdf.PdfReader(io.BytesIO(course.to_pdf("exchange", printed_at=PRINTED)))
    text = " ".join(page.extract_text() for page in reader.pages)
    return " ".join(text.replace(NO_BREAK_SPACE, " ").split())


@pytest.mark.hazard("H112")
def test_a_session_replaces_one_plasma_volume_by_nadler() -> None:
    # fact sheet 6A, 70 kg, 175 cm, 0.42: 4.82375 L of blood x 0.58 = 2.7978 L; nearest 10 mL
    course = planned(ALTERNATE, ONE)
    assert [str(dose.dose) for dose in course.doses] == ["2,800 mL"] * 5
    assert [str(dose.date) for dose in course.doses] == [
        "2026-11-30",
        "2026-12-02",
        "2026-12-04",
        "2026-12-06",
        "2026-12-08",
    ]
    # 2,800 mL are 5 bottles of 500 mL and 300 mL more, which a sixth of 500 mL covers: 30 in all
    (row,) = dispensing_rows(course.course)
    assert (row["strength_mL"], row["count"], row["total_mL"]) == (500.0, 30, 15000.0)
    (total,) = course.totals
    assert str(total.course.magnitude) == "14000.0"
    assert str(total.most_in_a_day.magnitude) == "2800.0"


def test_the_washington_protocol_replaces_one_and_a_half_volumes_twelve_times() -> None:
    # 1.5 x 2,797.8 = 4,196.7 mL, nearest 10 mL 4,200; 8 x 500 + 1 x 250; 12 sessions
    course = planned(BEFORE_CYCLOPHOSPHAMIDE, ONE_AND_A_HALF)
    fluid = [dose for dose in course.doses if dose.drug == "human-albumin"]
    assert [str(dose.dose) for dose in fluid] == ["4,200 mL"] * 12
    bottles = {row["strength_mL"]: row["count"] for row in dispensing_rows(course.course)[:2]}
    assert bottles == {500.0: 96, 250.0: 12}
    # the drug of the protocol stays what it was: worked example 2A
    assert {str(d.dose) for d in course.doses if d.drug == "cyclophosphamide"} == {"1,850 mg"}


def test_without_a_haematocrit_there_are_dates_and_every_output_says_why() -> None:
    with pytest.raises(InputError) as refused:
        planned(ALTERNATE, ONE, hematocrit="")
    (problem,) = refused.value.problems
    assert str(problem) == "hematocrit: is missing; the plasma volume needs it; write 0.42"
    course = planned(ALTERNATE, {}, hematocrit="")
    assert [str(one.date) for one in course.course.occasions][:2] == ["2026-11-30", "2026-12-02"]
    assert not course.doses
    assert "companion.undecided.albumin_1_volume" in codes(course.course, "NOTE")
    text = paper(course)
    assert "haematocrit not entered" in text
    assert "No volume is worked out: the plan holds the dates alone." in text
    # Whoever orders writes it by hand: "none" would read as an order of no plasma.
    assert "1 Mon 30-Nov-2026 09:00 2 Wed 02-Dec-2026" in " ".join(text.split())


@pytest.mark.parametrize("text", ["42", "42 %", "0.9", "0.15", "0"])
def test_a_haematocrit_is_a_plausible_fraction(text: str) -> None:
    with pytest.raises(InputError, match="hematocrit"):
        planned(ALTERNATE, ONE, hematocrit=text)


def test_a_haematocrit_measured_again_gives_new_volumes_from_that_day_on() -> None:
    # 70 kg, 175 cm: 4.82375 L of blood x 0.58 = 2.7978 L, x (1 - 0.36) = 3.0872 L; nearest 10 mL
    course = planned(ALTERNATE, ONE)
    typed = {"from": "2026-12-04", "hematocrit": "0.36", "doses": "recalculate"}
    again = course.change("re-weigh", why="bled", who="AB", **typed)
    assert [str(dose.dose) for dose in again.doses] == ["2,800 mL"] * 2 + ["3,090 mL"] * 3
    said = paper(again)
    assert "plasma volume 3.0872 L Nadler: 70 kg, 175 cm, haematocrit 0.36" in said
    # 2 x 6 bottles of 500 mL, then 3 x 6 and one of 250 mL each
    assert "human albumin 5 % 14,870 mL in all; 500 mL x 30; 250 mL x 3" in said
    with pytest.raises(InputError, match=r"hematocrit.*is not a fraction"):
        course.change("re-weigh", why="bled", who="AB", **{**typed, "hematocrit": "36"})


def test_two_orders_of_volume_at_once_are_stopped() -> None:
    course = planned(ALTERNATE, {**ONE, **ONE_AND_A_HALF})
    assert codes(course.course, "STOP") == ["limit.hard.above.day"]


def test_in_obesity_both_formulas_are_told() -> None:
    # Kaplan 0.065 x 110 x 0.62 = 4.433 L; Nadler (0.3561 x 1.6^3 + 0.03308 x 110 + 0.1833) x 0.62
    # = 5.28068 x 0.62 = 3.274 L
    heavy = {"sex": "female", "weight": "110 kg", "height": "160 cm"}
    course = planned(ALTERNATE, ONE, hematocrit="0.38", **heavy)
    assert {str(dose.dose) for dose in course.doses} == {"3,270 mL"}
    (text,) = [f.text for f in course.findings if f.code == "plasma.volumes_differ"]
    assert "Kaplan 4.433 L and Nadler 3.274 L (+35.4 %)" in text.replace(NO_BREAK_SPACE, " ")


def test_the_order_on_paper_has_volume_sessions_bottles_and_gaps() -> None:
    text = paper(planned(BEFORE_CYCLOPHOSPHAMIDE, ONE_AND_A_HALF))
    assert "plasma volume 2.7978 L Nadler: 70 kg, 175 cm, haematocrit 0.42" in text
    assert "12 sessions; human albumin 5 % 50,400 mL in all; 500 mL x 96; 250 mL x 12" in text
    assert "On a day of plasma exchange cyclophosphamide is given after it." in text
    assert "ACD-A with a centrifuge" in text
    with pytest.raises(InputError, match="has nothing to show"):
        paper(planned("rituximab-weekly", {}))


def test_foreign_programs_read_the_volume_in_the_event_of_the_exchange() -> None:
    data = planned(ALTERNATE, ONE).to_ics()
    calendar = icalendar.Calendar.from_ical(data)
    exchanges = [one for one in calendar.walk("VEVENT") if one["summary"] == "plasma exchange"]
    assert len(exchanges) == 5
    said = "With it: 2,800 mL human albumin 5 %, 1 plasma volume, at the start of plasma exchange"
    assert all(said in str(one["description"]).replace(NO_BREAK_SPACE, " ") for one in exchanges)
    read = next(vobject.readComponents(data.decode()))
    assert len(read.vevent_list) == 10


def test_the_uids_of_the_exchanges_are_those_of_a_plan_without_volumes() -> None:
    with_volume, dates = planned(ALTERNATE, ONE), planned(ALTERNATE, {})
    tails = [
        [one.id.partition("/")[2] for one in course.course.occasions]
        for course in (with_volume, dates)
    ]
    assert tails[0] == tails[1]
    assert tails[0][0] == "exchanges/1/1/plasma exchange/1"
