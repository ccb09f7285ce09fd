"""The papers, read back by another program (pypdf): complete, in order, the same each time."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import hashlib
import io
import itertools
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdf
import pytest
import segno

from dosing.errors import InputError
from dosing.trace import RefusedError
from dosing.units import NO_BREAK_SPACE
from schedules.course.checked import NOT_CHECKED, Verification
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.site import Site
from schedules.outputs.paper.chart import print_chart
from schedules.outputs.paper.glyphs import find_unprintable
from schedules.outputs.paper.grid import Column, Row
from schedules.outputs.paper.patient_sheet import print_patient_sheet
from schedules.outputs.paper.pdf import Head, Paper, make_pdf
from schedules.outputs.paper.worksheet import print_worksheet
from schedules.plans.changes import Omit
from tests.support.places import ROOT
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    RITUXIMAB,
    THIOCTIC,
    course_of,
    example_of,
    library,
    man,
    planned,
    shelved,
)

AT = dt.datetime(2026, 11, 21, 15, 40, tzinfo=dt.UTC)
# Points of a millimetre.
MM = 72 / 25.4
# A row as it is read from the paper: number, weekday and date, time, dose.
ROW = re.compile(
    r"(?:^|\s)(\d+) (\w{3} \d\d-\w{3}-\d{4}) (\d\d:\d\d) "
    r"([\d,.]+ (?:mg|g|units|mL)|none|procedure|review) "
)

Printer = Callable[[Course], bytes]
PRINTERS: dict[str, Printer] = {
    "chart": lambda found: print_chart(found, printed_at=AT),
    "worksheet": lambda found: print_worksheet(found, library(), printed_at=AT),
    "patient": lambda found: print_patient_sheet(found, printed_at=AT),
    "discreet": lambda found: print_patient_sheet(found, printed_at=AT, discreet=True),
}


@functools.cache
def course(regimen: str) -> Course:
    """Return the course of the man of the examples, worked out once for all tests."""
    return course_of(regimen)


@functools.cache
def printed(paper: str, regimen: str) -> bytes:
    """Return a paper of that course, printed once for all tests that only read it."""
    return PRINTERS[paper](course(regimen))


@functools.cache
def pages(data: bytes) -> tuple[str, ...]:
    """Return the text of each page, in ordinary spaces and on one line."""
    reader = pypdf.PdfReader(io.BytesIO(data))
    return tuple(
        " ".join(page.extract_text().replace(NO_BREAK_SPACE, " ").split()) for page in reader.pages
    )


def read(data: bytes) -> str:
    return " ".join(pages(data))


def plain(text: str) -> str:
    return " ".join(text.replace(NO_BREAK_SPACE, " ").split())


def test_the_chart_of_the_product_example_reads_as_it_was_computed_by_hand() -> None:
    text = read(printed("chart", RITUXIMAB))
    assert [match[1:] for match in ROW.findall(text)] == [
        ("Mon 30-Nov-2026", "09:00", "700 mg"),
        ("Mon 07-Dec-2026", "09:00", "700 mg"),
        ("Mon 14-Dec-2026", "09:00", "700 mg"),
        ("Mon 21-Dec-2026", "09:00", "700 mg"),
    ]
    assert text.count("rituximab, intravenous infusion") == 4
    assert "Before the first dose hepatitis B result (HBsAg and anti-HBc) seen" in text
    assert "Before each dose paracetamol and antihistamine given" in text
    assert "Sex male; age 48 years; weight 70 kg; height 175 cm" in text
    assert "Times are in Europe/London." in text
    for blank in ("Time given", "Batch", "Given by", "Checked by", "Allergies"):
        assert blank in text


@pytest.mark.hazard("H41")
@pytest.mark.parametrize(
    ("paper", "regimen"),
    [
        ("chart", IMMUNOGLOBULIN),
        ("chart", CYCLOPHOSPHAMIDE),
        ("worksheet", IMMUNOGLOBULIN),
        ("worksheet", CYCLOPHOSPHAMIDE),
    ],
)
def test_each_row_of_the_course_is_on_the_paper_in_its_order(paper: str, regimen: str) -> None:
    found = course(regimen)
    text = read(printed(paper, regimen))
    units = {"milligram": "mg", "gram": "g"}
    wanted = [
        (
            str(n),
            f"{row.date:%a %d-%b-%Y}",
            f"{row.time:%H:%M}",
            f"{row.dose.amount.magnitude:,g} {units[str(row.dose.amount.units)]}",
        )
        for n, row in enumerate(found.rows, 1)
    ]
    assert ROW.findall(text) == wanted
    for row in found.rows:
        assert f"{row.drug_name}, {row.route}" in text


def test_the_patients_sheet_names_weekday_time_dose_and_end() -> None:
    text = read(printed("patient", RITUXIMAB))
    assert "What to come for in 2026" in text
    # 210 minutes the first time, 150 later, from 9 o'clock.
    assert "Monday 30 November 09:00 700 mg rituximab, intravenous infusion, until about 12:30" in (
        text
    )
    for day in (7, 14, 21):
        said = f"Monday {day} December 09:00 700 mg rituximab, intravenous infusion, until about"
        assert f"{said} 11:30" in text


def test_a_taper_is_one_page_of_lines_that_say_every_dose_in_tablets() -> None:
    found = example_of("prednisolone-alternate-days")
    read_pages = pages(PRINTERS["patient"](found))
    # The example of the file: 28 doses of 70 mg, then 7 of each step; 25 + 25 + 4 x 5 is 70.
    first = read_pages[0]
    assert "Mon 30 Nov 2026 to Sat 23 Jan 2027 every second day, 08:00 70 mg: " in first
    assert "70 mg: 2 tablets of 25 mg and 4 of 5 mg" in first
    assert "Mon 25 Jan to Sat 6 Feb 2027 every second day, 08:00 65 mg: 2 tablets" in first
    assert "17.5 mg: 3 tablets of 5 mg and 1 of 2.5 mg you are told" in first
    assert (
        "Mon 6 Sep to Sat 18 Sep 2027 every second day, 08:00 2.5 mg: 1 tablet of 2.5 mg" in first
    )
    # 70 mg, nine steps of 5 mg to 25 mg, 20 mg, and seven of 2.5 mg.
    assert first.count("every second day") == 18
    assert "new denervation" not in " ".join(read_pages)
    # What to come for is the second.
    assert len(read_pages) == 2
    assert "If you have missed a dose, do not guess: call and ask what to do." in first


def test_what_a_regimen_says_of_a_missed_dose_stands_on_the_sheet() -> None:
    first = pages(PRINTERS["patient"](example_of("riluzole")))[0]
    assert "A missed dose of riluzole: Leave it out and take the next tablet at the usual" in first
    assert "If you have missed any other dose, do not guess: call and ask what to do." in first
    assert "issed" not in " ".join(pages(PRINTERS["discreet"](example_of("riluzole"))))


def test_whom_to_call_stands_on_the_sheet_and_not_on_the_discreet_one() -> None:
    plan = planned(RITUXIMAB)
    assert "call" not in plan.site.model_dump()
    site = plan.site.model_copy(update={"call": "the day unit, 01632 960 000"})
    found = work_out(plan.model_copy(update={"site": site}), library())
    assert found.plan.hash != plan.hash
    assert "unclear, call: the day unit, 01632 960 000." in read(PRINTERS["patient"](found))
    assert "01632" not in read(PRINTERS["discreet"](found))
    assert "unclear, call" in read(PRINTERS["discreet"](found))


def test_doses_at_several_times_of_a_day_are_one_line() -> None:
    text = read(PRINTERS["patient"](example_of("pyridostigmine-ladder")))
    assert "each day, 08:00 and 12:00 and 16:00 and 20:00 30 mg: half a tablet of 60 mg" in text
    assert (
        "When needed: propantheline 15 mg, oral, for cramps of the gut, diarrhoea or saliva" in text
    )
    assert "; at most 3 times a day." in text


def test_an_infusion_across_the_clock_change_ends_by_the_clock_on_the_wall() -> None:
    # London puts the clock back at 02:00 on Sunday 25 October 2026: 00:30 and 210 minutes is 03:00.
    found = course_of(RITUXIMAB, start="2026-10-25", times={"infusion": "00:30"})
    assert "Sunday 25 October 00:30 700 mg rituximab, intravenous infusion, until about 03:00" in (
        read(PRINTERS["patient"](found))
    )


def test_a_chart_says_in_large_letters_on_each_page_that_nobody_has_checked_it() -> None:
    found = course(CYCLOPHOSPHAMIDE)
    for text in pages(printed("chart", CYCLOPHOSPHAMIDE)):
        assert "UNDER REVIEW, NOT CHECKED" in text
    row = "record 7 9f3a4c5d6e7f"
    checked = Verification(state="checked", text="checked by CD", row=row)
    endorsed = found.regimen.model_copy(update={"status": "endorsed"})
    for regimen, verification, banner in (
        (found.regimen, checked, "UNDER REVIEW"),
        (endorsed, NOT_CHECKED, "NOT CHECKED"),
        (endorsed, checked, ""),
    ):
        told = dataclasses.replace(
            found, regimen=regimen, regimens=(regimen,), checked=verification
        )
        text = pages(PRINTERS["chart"](told))[0]
        assert "".join(re.findall(r"UNDER REVIEW|NOT CHECKED", text)) == banner


def test_a_chart_has_room_for_what_comes_before_a_dose_an_infusion_and_both_signatures() -> None:
    text = read(printed("chart", RITUXIMAB))
    assert text.count("Before it, initials: paracetamol and antihistamine given") == 4
    for field in ("Bag: content, volume", "Observations before", "Observations during"):
        assert text.count(field) == 4
    # The ladders of the label, as the drug file has them: US prescribing information, 2.1.
    assert (
        "first infusion, concentrate for infusion: 50 mg/h for 30 min; 100 mg/h for 30 min" in text
    )
    assert "later infusion, concentrate for infusion: 100 mg/h for 30 min; 200 mg/h for 30" in text
    assert text.count("400 mg/h to the end; at most 400 mg/h") == 2
    assert "Prescriber: name, signature, date Checker: name, signature, date" in text
    assert "Not given: why" in text


def test_a_chart_has_what_may_be_given_as_required_with_its_maximum() -> None:
    text = read(PRINTERS["chart"](example_of("pyridostigmine-ladder")))
    after = text[text.index("As required Drug, dose, route") :]
    assert "propantheline 15 mg, oral for cramps of the gut, diarrhoea or saliva" in after
    assert "3 a day" in after


def test_procedures_stand_among_the_doses_and_are_none() -> None:
    found = example_of("plasma-exchange-before-each-cyclophosphamide")
    text = read(PRINTERS["chart"](found))
    assert [match[1:] for match in ROW.findall(text)][:3] == [
        ("Mon 30-Nov-2026", "09:00", "procedure"),
        ("Tue 01-Dec-2026", "09:00", "procedure"),
        ("Wed 02-Dec-2026", "09:00", "1,850 mg"),
    ]
    # 09:00 and 135 minutes
    assert text.count("plasma exchange. Until 11:15 cycles") == 12
    # Day 13 of the first cycle is Saturday 12 December; its window is the 4 days after it.
    assert re.search(r"Mon 14-Dec-2026 \d\d:\d\d monitoring full blood count at its lowest", text)


@pytest.mark.hazard("H42")
def test_a_dose_that_depends_on_something_says_so_on_its_row() -> None:
    found = example_of("cyclophosphamide-euvas")
    assert sum(bool(row.condition) for row in found.rows) == 4
    # The four doses, and on the patient's sheet the count on day 11 of each as well.
    for paper, rows in (("chart", 4), ("patient", 8)):
        text = read(PRINTERS[paper](found))
        # What a doctor decides by is not for the patient, who is told.
        words = {"chart": "ONLY IF there is no remission after 6 pulses", "patient": "you are told"}
        assert text.count(words[paper]) == rows
    assert "there is no remission after 6 pulses" not in text
    chart = read(PRINTERS["chart"](found))
    assert "ONLY IF there is no remission after 6 pulses 7 Mon 22-Mar-2027" in chart


@pytest.mark.parametrize("regimen", [RITUXIMAB, IMMUNOGLOBULIN, CYCLOPHOSPHAMIDE])
def test_the_worksheet_holds_every_step_with_its_source(regimen: str) -> None:
    found = course(regimen)
    text = read(printed("worksheet", regimen))
    for row in found.rows:
        for step in row.dose.steps:
            for part in step.as_dict().values():
                assert plain(part) in text
    assert "second calculation agrees the same amount" in text


def test_the_worksheet_shows_limits_totals_errata_findings_and_what_is_unconfirmed() -> None:
    text = read(printed("worksheet", IMMUNOGLOBULIN))
    assert "immunoglobulin: 140 g in 5 doses; at most 30 g a day" in text
    # 30 g for 70 kg are 0.42857 g/kg, 140 g are 2 g/kg.
    assert "dose 0.42857 g/kg not stated 0.2 g/kg to 1 g/kg 0.05 g/kg to 2 g/kg" in text
    assert "cycle 2 g/kg not stated at most 2 g/kg at most 3 g/kg" in text
    assert "a thousand times more" in text
    assert "NOTE No clinician has endorsed this regimen yet: it is under review." in text
    assert "immunoglobulin: proposed limit Proposed alarm limit" in text
    assert "Pharmacist Date Signature" in text


@pytest.mark.parametrize(
    ("regimen", "clock"),
    [
        # Every 12 hours from the morning: the morning alone is a word of the site's clock.
        ("ciclosporin-start", "morning 08:00"),
        # Mesna is given at the start of each dose, which no clock time states.
        ("cyclophosphamide-monthly-mesna-oral", "infusion 09:00"),
    ],
)
def test_the_worksheet_states_the_clock_times_that_a_regimen_counts_from(
    regimen: str, clock: str
) -> None:
    text = read(print_worksheet(example_of(regimen), shelved(regimen), printed_at=AT))
    assert f"Clock times {clock}, in Europe/London" in text


def test_the_worksheet_says_what_was_looked_at_and_what_used_each_fact() -> None:
    text = read(printed("worksheet", RITUXIMAB))
    assert "of 8 questions looked at; not asked: infection, conditions" in text
    assert "Entered Used by Led to" in text
    assert "doses of Rituximab 375 mg/m2 once a week, 4 doses; plausible sizes" in text


def test_what_was_acknowledged_stands_with_its_reason_on_chart_and_worksheet() -> None:
    found = course_of(
        CYCLOPHOSPHAMIDE,
        dose="1.2 g/m2",
        acknowledged={"limit.usual.above.dose": "agreed with the team"},
    )
    for paper in ("chart", "worksheet"):
        text = read(PRINTERS[paper](found))
        assert "The dose is 1.2 g/m2, not the regimen's 1 g/m2." in text
        assert "above the usual dose" in text
        assert "agreed with the team" in text


def test_a_dose_that_was_omitted_stands_among_those_not_to_be_given() -> None:
    omit = Omit(
        at="induction cycle 1 day 8",
        scope="this day",
        who="AB",
        why="infection",
        when=dt.datetime(2026, 12, 5, 9, tzinfo=dt.UTC),
    )
    plan = planned(RITUXIMAB).model_copy(update={"changes": [omit]})
    found = work_out(plan, library())
    chart = read(PRINTERS["chart"](found))
    assert [match[1] for match in ROW.findall(chart)] == [
        "Mon 30-Nov-2026",
        "Mon 14-Dec-2026",
        "Mon 21-Dec-2026",
    ]
    assert "OMITTED Mon 07-Dec-2026 09:00 700 mg rituximab, intravenous infusion" in chart
    sheet = read(PRINTERS["patient"](found))
    assert "Cancelled Monday 7 December 2026, 09:00, rituximab" in sheet
    discreet = read(PRINTERS["discreet"](found))
    assert "Cancelled Monday 7 December 2026, 09:00" in discreet
    assert "rituximab" not in discreet
    assert "05-Dec-2026 09:00 induction cycle 1 day 8, this day: omitted infection AB" in read(
        PRINTERS["worksheet"](found)
    )


def test_a_long_course_is_numbered_page_by_page_with_its_heads_on_each() -> None:
    found = example_of("edaravone")
    assert len(found.rows) == 64
    read_pages = pages(PRINTERS["chart"](found))
    assert len(read_pages) > 6
    for number, text in enumerate(read_pages, 1):
        assert f"page {number} of {len(read_pages)}" in text
        if ROW.search(text):
            assert "No Date Time Dose Drug, route" in text
    numbers = [int(match[0]) for text in read_pages for match in ROW.findall(text)]
    assert numbers == list(range(1, 65))


REPEATED = re.compile(
    r"(?<!\d)(\d+) (\w{3} \d\d-\w{3}-\d{4}) (\d\d:\d\d) ([\d.]+ mg|review) ([a-z][^;\d]*), "
    r"(each \w+|every second day|every 14 days) until (\w{3} \d\d-\w{3}-\d{4}), "
    r"(\d+) (?:doses|times) "
)


@pytest.mark.hazard("H41")
def test_the_worksheet_of_a_taper_is_four_pages_on_which_equal_doses_are_one_row() -> None:
    found = example_of("prednisolone-alternate-days")
    read_pages = pages(
        print_worksheet(found, shelved("prednisolone-alternate-days"), printed_at=AT)
    )
    assert len(read_pages) == 4
    rows = REPEATED.findall(" ".join(read_pages))
    # 28 doses of 70 mg are 1,960 mg; 7 of 65 mg are 455 mg; the reviews are 14 days apart.
    what = "prednisolone, oral"
    assert [" | ".join(row) for row in rows[:4]] == [
        f"1 | Mon 30-Nov-2026 | 08:00 | 70 mg | {what} | every second day | Sat 23-Jan-2027 | 28",
        f"30 | Mon 25-Jan-2027 | 08:00 | 65 mg | {what} | every second day | Sat 06-Feb-2027 | 7",
        "36 | Fri 05-Feb-2027 | 10:00 | review | strength and EMG before the next step | "
        "every 14 days | Fri 17-Sep-2027 | 17",
        f"38 | Mon 08-Feb-2027 | 08:00 | 60 mg | {what} | every second day | Sat 20-Feb-2027 | 7",
    ]
    doses = [row for row in rows if row[4] == what]
    assert sum(int(row[-1]) for row in doses) == len(found.rows) == 147
    text = " ".join(read_pages)
    assert "taper, cycle 1, day 1 to day 13 2,415 mg" in text
    assert "taper, cycle 17, day 1 to day 13; ONLY IF: see No 30 5,425 mg" in text
    # Every second day from the first on is the whole course.
    steps = iter(found.rows)
    for _, first, time, dose, _, _, last, count in doses:
        given = [next(steps) for _ in range(int(count))]
        days = [row.date.toordinal() for row in given]
        assert {after - before for before, after in itertools.pairwise(days)} == {2}
        assert (f"{given[0].date:%a %d-%b-%Y}", f"{given[-1].date:%a %d-%b-%Y}") == (first, last)
        assert {(f"{row.time:%H:%M}", f"{row.dose.amount.magnitude:g} mg") for row in given} == {
            (time, dose)
        }


def test_a_dose_left_out_of_a_run_divides_it_on_the_worksheet() -> None:
    plan = example_of("prednisolone-alternate-days").plan
    when = dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)
    # Day 5 of the first 28 doses is left out: before it stand two, after it 25.
    omit = Omit(at="full dose cycle 1 day 5", scope="this day", who="AB", why="fever", when=when)
    shelf = shelved("prednisolone-alternate-days")
    found = work_out(plan.model_copy(update={"changes": [omit]}), shelf)
    text = read(print_worksheet(found, shelf, printed_at=AT))
    assert ROW.findall(text)[:3] == [
        ("1", "Mon 30-Nov-2026", "08:00", "70 mg"),
        ("2", "Wed 02-Dec-2026", "08:00", "70 mg"),
        ("3", "Sun 06-Dec-2026", "08:00", "70 mg"),
    ]
    assert "prednisolone, oral, every second day until Sat 23-Jan-2027, 25 doses" in text
    assert "OMITTED Fri 04-Dec-2026 08:00 70 mg prednisolone, oral" in text


def test_the_worksheet_of_a_taper_states_each_step_and_what_all_share_once() -> None:
    found = example_of("prednisolone-alternate-days")
    text = read(print_worksheet(found, shelved("prednisolone-alternate-days"), printed_at=AT))
    # 70 mg less 5 mg, then down to 2.5 mg: (70 - 20) / 5 and (20 - 2.5) / 2.5 steps are 17.
    assert (
        "7 doses, Mon 25-Jan-2027 to Sat 06-Feb-2027 65 mg "
        "step 1 of 17 down: 70 mg less 5 mg; begun at 70 mg = 65 mg; "
        "calculated dose: a flat dose of 65 mg"
    ) in text
    assert "step 17 of 17 down: 5 mg less 2.5 mg; begun at 70 mg = 2.5 mg" in text
    shared = (
        "Of each of these, second calculation: the same amount from the entered values in exact "
        "fractions = agrees Source of step down, calculated dose: Proposed reduction"
    )
    assert text.count(shared) == 1


@pytest.mark.hazard("H41")
def test_a_run_of_tablets_has_a_box_for_each_dose_and_its_amount_each_four_weeks() -> None:
    found = example_of("azathioprine")
    text = read(PRINTERS["chart"](found))
    boxes = re.findall(r"(?<!\d)(\d+) (\w{3} \d\d-\w{3})(?!-)", text)
    assert boxes == [
        (str(number), f"{row.date:%a %d-%b}") for number, row in enumerate(found.rows, 1)
    ]
    heads = ROW.findall(text)
    # 168 doses, each day one: six times four weeks, as the dose rises only between them.
    assert len(heads) < 15
    for number, day, time, dose in heads:
        row = found.rows[int(number) - 1]
        assert (day, time) == (f"{row.date:%a %d-%b-%Y}", f"{row.time:%H:%M}")
        assert dose == f"{row.dose.amount.magnitude:,g} mg"


@pytest.mark.hazard("H41")
def test_a_text_longer_than_a_page_goes_on_until_its_last_word() -> None:
    words = [f"reason{number}" for number in range(900)]
    found = course_of(
        CYCLOPHOSPHAMIDE,
        who=man(label="W" * 60),
        dose="1.2 g/m2",
        acknowledged={"limit.usual.above.dose": " ".join(words)},
    )
    for paper in ("chart", "worksheet"):
        text = read(PRINTERS[paper](found))
        assert re.findall(r"reason\d+", text) == words
        assert "W" * 60 in text.replace(" ", "")


def test_a_word_wider_than_its_place_is_broken_and_kept() -> None:
    found = course_of(
        CYCLOPHOSPHAMIDE,
        dose="1.2 g/m2",
        acknowledged={"limit.usual.above.dose": "agreed" * 100},
    )
    assert "agreed" * 100 in read(PRINTERS["worksheet"](found)).replace(" ", "")


def test_a_letter_without_a_glyph_is_refused_by_its_name() -> None:
    found = course_of(RITUXIMAB, who=man(label="床 7 ☃"))
    for print_it in (PRINTERS["chart"], PRINTERS["worksheet"], PRINTERS["patient"]):
        with pytest.raises(InputError) as refused:
            print_it(found)
        assert [str(problem) for problem in refused.value.problems] == [
            'print: "床" cannot be printed (U+5E8A CJK UNIFIED IDEOGRAPH-5E8A); '
            "write it with Latin, Greek or Cyrillic letters",
            'print: "☃" cannot be printed (U+2603 SNOWMAN); '
            "write it with Latin, Greek or Cyrillic letters",
        ]


def test_every_letter_of_every_regimen_and_drug_can_be_printed() -> None:
    files = [*(ROOT / "regimens").glob("*.yaml"), *(ROOT / "drugs").glob("*.yaml")]
    assert len(files) > 100
    assert not find_unprintable(path.read_text(encoding="utf-8") for path in files)
    assert find_unprintable(["a tab\tis a space, an apple \U0001f34f is not"])


def test_a_text_that_looks_like_the_number_of_pages_stays_as_it_is() -> None:
    text = read(PRINTERS["chart"](course_of(RITUXIMAB, who=man(label="{nb} of **bed**"))))
    assert "Plan label {nb} of **bed**" in text


@pytest.mark.parametrize("paper", PRINTERS)
def test_each_page_says_which_plan_it_is_of_who_checked_it_and_when_it_was_printed(
    paper: str,
) -> None:
    # A dose under the skin each day for half a year is more than a page of appointments.
    long = {"iv_days": "15 days", "oral_length": "1 month"}
    found = course_of(THIOCTIC, choices=long)
    if paper == "discreet":
        plan = example_of("zilucoplan").plan
        plan = plan.model_copy(update={"choices": {"days_to_review": "168 days"}})
        found = work_out(plan, shelved("zilucoplan"))
    read_pages = pages(PRINTERS[paper](found))
    assert len(read_pages) > 1
    for text in read_pages:
        assert f"Plan {found.plan.hash}" in text
        assert "not checked" in text
        assert "Printed 21-Nov-2026 15:40, Europe/London" in text
        if paper == "discreet":
            assert f"Plan {found.plan.hash[:12]}; under review; not checked" in text
            assert not re.search(r"posology|pharmacist", text, re.IGNORECASE)
        else:
            assert "not checked by a pharmacist" in text
            assert "Posology 0.1.0" in text
            assert "Regimen thioctic-acid version 1, under review" in text
            assert "Plan label ward-7" in text


SITE, LINK = "https://posology.hospital.example", "https://posology.hospital.example/feed/abc.ics"


def saved_where(address: str) -> Course:
    """Return a course whose plan is saved as 0123, at a site reached there."""
    plan = course(THIOCTIC).plan
    site = plan.site.model_copy(update={"address": address})
    return work_out(plan.model_copy(update={"site": site, "saved_as": "0123"}), library())


def test_the_address_of_the_program_is_a_host_and_nothing_after_it() -> None:
    site = library().site
    assert "address" not in site.model_dump()  # a plan of an earlier version keeps its hash
    for address in (
        "posology.hospital.example",
        f"{SITE}/",
        f"{SITE}/app",
        "ftp://a",
        "https://a b",
    ):
        with pytest.raises(ValueError, match="is not the address of a program"):
            Site.model_validate({**site.model_dump(), "address": address})
    for address in ("", SITE, "http://10.0.0.7:8501", "https://[::1]:8501"):
        assert Site.model_validate({**site.model_dump(), "address": address}).address == address


def code_of(text: str) -> list[list[bool]]:
    return [list(map(bool, line)) for line in segno.make_qr(text, error="m").matrix]


def test_each_page_bears_a_code_that_opens_the_saved_plan() -> None:
    wanted = code_of(f"{SITE}/check?plan=0123")
    for paper in ("chart", "worksheet"):
        reader = pypdf.PdfReader(io.BytesIO(PRINTERS[paper](saved_where(SITE))))
        assert len(reader.pages) > 1
        for page in reader.pages:
            assert drawn_code(page, len(wanted)) == wanted


def test_a_paper_bears_no_code_that_opens_nothing() -> None:
    """Without an address of the program, without a saved plan, and where nobody signs in."""
    found = saved_where(SITE)
    unsaved = dataclasses.replace(found, plan=found.plan.model_copy(update={"saved_as": ""}))
    papers = [print_chart(one, printed_at=AT) for one in (saved_where(""), unsaved)]
    papers += [
        print_patient_sheet(found, printed_at=AT, discreet=discreet) for discreet in (True, False)
    ]
    for paper in papers:
        for page in pypdf.PdfReader(io.BytesIO(paper)).pages:
            assert not any(map(any, drawn_code(page, 33)))


@pytest.mark.parametrize("discreet", [True, False])
def test_the_patient_s_sheet_bears_the_link_of_the_calendar_as_a_code(discreet: bool) -> None:
    paper = print_patient_sheet(saved_where(""), printed_at=AT, discreet=discreet, link=LINK)
    last = pypdf.PdfReader(io.BytesIO(paper)).pages[-1]
    wanted = code_of(LINK)
    # 1 mm from the margin of 10 mm, 28 mm wide; how far down it stands, its own cells tell.
    cell = 28 * MM / len(wanted)
    top = max(y for x, y, _, height in rectangles(last) if 0 < abs(height) - cell < 0.1)
    assert drawn_code(last, len(wanted), width=28, corner=(11 * MM, top)) == wanted
    text = " ".join(last.extract_text().split())
    assert LINK in text
    assert "choose to subscribe to a calendar" in text


def rectangles(page: Any) -> list[tuple[float, float, float, float]]:
    """Return left edge, upper edge, width and height of each rectangle, in points."""
    number = rb"(-?[\d.]+)"
    drawn = re.findall(rb" ".join([number] * 4) + rb" re f", page.get_contents().get_data())
    return [(float(x), float(y), float(width), float(height)) for x, y, width, height in drawn]


def drawn_code(
    page: Any, cells: int, *, width: float = 19, corner: tuple[float, float] | None = None
) -> list[list[bool]]:
    """Read a code back from its rectangles: at the upper right, 19 mm wide, if not elsewhere."""
    size = width * MM / cells
    upper_right = float(page.mediabox.width) - 29 * MM, float(page.mediabox.height) - 8 * MM
    left, top = corner or upper_right
    dark = [[False] * cells for _ in range(cells)]
    for x, y, length, height in rectangles(page):
        down, across = round((top - y) / size), round((x - left) / size)
        if 0 <= down < cells and 0 <= across < cells and abs(height) < 2 * size:
            for n in range(round(length / size)):
                dark[down][across + n] = True
    return dark


@pytest.mark.hazard("H43")
def test_the_discreet_sheet_tells_neither_drug_nor_dose_nor_disease() -> None:
    for found in (course_of(RITUXIMAB, who=man(label="rituximab-bed")), course_of(THIOCTIC)):
        data = PRINTERS["discreet"](found)
        reader = pypdf.PdfReader(io.BytesIO(data))
        said = f"{read(data)} {reader.metadata} {reader.outline}".lower()
        # The hash of the plan is of figures too, and tells nothing.
        said = re.sub(r"\b[0-9a-f]{8,}\b", "", said)
        regimen = found.regimen
        told = [regimen.id, regimen.title, *regimen.for_, *regimen.drugs, "rituximab", "oral"]
        told += [row.route for row in found.rows] + ["700", "600", " mg", "infusion"]
        assert not [word for word in told if word.lower() in said]
        at_home = sum(map(int, re.findall(r"reminder, (\d+) times", said)))
        assert said.count("appointment until") + at_home + said.count("appointment, until") == len(
            found.rows
        )


def test_the_same_plan_gives_the_same_bytes_in_another_program_run() -> None:
    code = (
        "import hashlib\n"
        "from tests.schedules.outputs.paper.test_paper import *\n"
        "found = course_of(RITUXIMAB)\n"
        "for print_it in PRINTERS.values():\n"
        "    print(hashlib.sha256(print_it(found)).hexdigest())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PATH": ""},
    )
    here = [printed(paper, RITUXIMAB) for paper in PRINTERS]
    assert run.stdout.split() == [hashlib.sha256(data).hexdigest() for data in here]
    assert len(set(run.stdout.split())) == len(PRINTERS)


def test_the_file_names_its_language_title_and_date_and_reads_in_order() -> None:
    found = course(IMMUNOGLOBULIN)
    reader = pypdf.PdfReader(io.BytesIO(printed("worksheet", IMMUNOGLOBULIN)))
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "en-GB"
    assert bool(root["/MarkInfo"]["/Marked"])
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    assert reader.metadata is not None
    assert reader.metadata.title == f"Pharmacist's worksheet: {found.regimen.title}"
    assert reader.xmp_metadata is not None
    assert reader.xmp_metadata.dc_title == {"x-default": reader.metadata.title}
    assert reader.metadata.creation_date == dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    elements = [entry.get_object() for entry in root["/StructTreeRoot"]["/K"][0]["/K"]]
    kinds = [entry["/S"] for entry in elements]
    assert kinds[:2] == ["/H1", "/P"]
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") >= 6


def test_a_table_is_read_row_by_row_and_cell_by_cell() -> None:
    reader = pypdf.PdfReader(io.BytesIO(printed("worksheet", THIOCTIC)))
    root: Any = reader.trailer["/Root"]
    document = root["/StructTreeRoot"]["/K"][0].get_object()
    tables = [kid.get_object() for kid in document["/K"] if kid.get_object()["/S"] == "/Table"]
    cells = 0
    for table in tables:
        assert table["/P"].indirect_reference == document.indirect_reference
        first, *rows = [row.get_object() for row in table["/K"]]
        assert {cell.get_object()["/S"] for cell in first["/K"]} == {"/TH"}
        # A head says that it is of the cells below it.
        of_columns = {"/O": "/Table", "/Scope": "/Column"}
        assert [cell.get_object()["/A"] for cell in first["/K"]] == [of_columns] * len(first["/K"])
        for row in rows:
            assert row["/S"] == "/TR"
            assert row["/P"].indirect_reference == table.indirect_reference
            for kid in row["/K"]:
                cell = kid.get_object()
                assert cell["/S"] in {"/TD", "/TH"}
                assert cell["/P"].indirect_reference == row.indirect_reference
                # Each cell says on which page it is, and which of that page's contents it holds.
                page, content = cell["/Pg"], cell["/K"]
                of_page = root["/StructTreeRoot"]["/ParentTree"]["/Nums"][
                    2 * page["/StructParents"] + 1
                ]
                assert of_page[content[0]].indirect_reference == cell.indirect_reference
                cells += 1
    assert len(tables) >= 6
    assert cells > 100


def test_every_text_is_tagged_or_marked_as_not_to_be_read() -> None:
    reader = pypdf.PdfReader(io.BytesIO(printed("chart", THIOCTIC)))
    for page in reader.pages:
        contents = page.get_contents()
        assert contents is not None
        depth, shown = 0, 0
        for line in contents.get_data().splitlines():
            depth += line.endswith((b"BDC", b"BMC"))
            depth -= line.endswith(b"EMC")
            assert depth in (0, 1)
            if b" Tj" in line:
                shown += 1
                assert depth == 1
        assert depth == 0
        assert shown > 10


@pytest.mark.parametrize("paper", PRINTERS)
def test_a_course_that_waits_for_an_acknowledgement_is_not_printed(paper: str) -> None:
    with pytest.raises(RefusedError):
        PRINTERS[paper](course_of(CYCLOPHOSPHAMIDE, dose="1.2 g/m2"))


def test_the_fonts_are_shipped_with_their_licence() -> None:
    folder = Path(ROOT) / "schedules" / "outputs" / "paper" / "fonts"
    assert {path.name for path in folder.iterdir()} == {
        "DejaVuSansCondensed.ttf",
        "DejaVuSansCondensed-Bold.ttf",
        "LICENSE",
    }
    assert "Bitstream Vera is a trademark" in (folder / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("regimen", "paper", "most"),
    [
        ("prednisolone-alternate-days", "chart", 7),
        ("cyclophosphamide-monthly-mesna", "chart", 4),
        ("plasma-exchange-5-alternate-days", "chart", 1),
        ("cyclophosphamide-monthly-mesna", "worksheet", 4),
        ("rituximab-weekly", "worksheet", 2),
    ],
)
def test_pages_are_filled(regimen: str, paper: str, most: int) -> None:
    found = example_of(regimen)
    if paper == "chart":
        data = print_chart(found, printed_at=AT)
    else:
        data = print_worksheet(found, shelved(regimen), printed_at=AT)
    assert len(pypdf.PdfReader(io.BytesIO(data)).pages) <= most


def test_no_page_bears_the_last_row_of_a_table_alone() -> None:
    head = Head(
        kind="Rows",
        title="",
        label="",
        about="rows",
        hash="0" * 64,
        made_on=AT.date(),
        printed_at=AT,
        zone="UTC",
    )
    columns = [Column(head="What", width=60, whole=True)]
    counts = []
    # A page holds about 40: of so many, for some count the last comes after the first page.
    for count in range(35, 50):
        rows = [Row(cells=[f"dose {n}"]) for n in range(1, count + 1)]
        print_rows = functools.partial(Paper.print_table, columns=columns, rows=rows)
        data = make_pdf(head, print_rows)
        on_pages = [len(re.findall(r"dose \d+", text)) for text in pages(data)]
        assert sum(on_pages) == count
        counts.append(on_pages)
    assert sorted({len(on_pages) for on_pages in counts}) == [1, 2]
    assert all(on_pages[-1] > 1 for on_pages in counts)


def test_the_doses_of_a_day_with_mesna_stand_on_one_page() -> None:
    chart = print_chart(example_of("cyclophosphamide-monthly-mesna"), printed_at=AT)
    days = [
        set(re.findall(r" (\w{3} \d\d-\w{3}-\d{4}) \d\d:\d\d [\d,]+ mg", p)) for p in pages(chart)
    ]
    assert [len(on_page) for on_page in days] == [0, 2, 2, 2]
    assert len(set.union(*days)) == 6


@pytest.mark.parametrize(("paper", "least"), [("chart", 7.5), ("patient", 7.5), ("worksheet", 7)])
def test_the_letters_are_not_too_small_to_read(paper: str, least: float) -> None:
    sizes: set[float] = set()

    def look(text: str, _: Any, __: Any, ___: Any, size: float) -> None:
        sizes.update([size] if text.strip() else [])

    for page in pypdf.PdfReader(io.BytesIO(printed(paper, CYCLOPHOSPHAMIDE))).pages:
        page.extract_text(visitor_text=look)
    assert min(sizes) >= least
