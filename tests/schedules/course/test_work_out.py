"""The dated doses of a plan: rows, totals, findings, lost hours, and what cannot leave."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dosing.errors import InputError
from dosing.trace import RefusedError
from dosing.units import plain
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.library.reader import read_library
from schedules.outputs.calendar.ics import to_ics
from schedules.outputs.table import to_csv
from schedules.plans.plan import Plan
from tests.support.planning import (
    ALL,
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    RITUXIMAB,
    THIOCTIC,
    codes,
    course_of,
    library,
    man,
    planned,
    text_of,
)
from tests.support.shelf import read_anew, shelf

ONE_DAY = dt.timedelta(days=1)

BYTES_OF_THE_REGIMEN = "2ee4d896a9602219ca03584b9857ffc820452077205bc117f9c427b902363d4f"
BYTES_OF_THIOCTIC_ACID = "d59d87378dc56135170ca7a81baf0b3a7c8059c09dd5e5e0e296e5368690a27f"
BYTES_OF_THE_DRUG = "d048933384160378579ad88fee88bdad18b94769a30fc88829fade8d40d8a319"


def cannot_leave(found: Course) -> None:
    for way_out in (to_ics, to_csv):
        with pytest.raises(RefusedError):
            way_out(found)


@pytest.mark.parametrize("name", ALL)
def test_a_rows_identity_is_its_place_in_the_plan_and_never_its_date(name: str) -> None:
    found = course_of(name)
    ids = [row.id for row in found.rows]
    assert len(set(ids)) == len(ids)
    for row in found.rows:
        assert row.id == f"{found.plan.id}/{row.phase}/{row.cycle}/{row.day}/{row.item}/{row.n}"
        assert not re.search(r"20[0-9]{2}-?[0-9]{2}-?[0-9]{2}", row.id.removeprefix(found.plan.id))


@pytest.mark.parametrize("name", ALL)
def test_a_course_that_begins_later_has_the_same_rows_on_later_dates(name: str) -> None:
    plan = planned(name, start="2026-11-30")
    later = plan.model_copy(update={"first_day": dt.date(2026, 12, 7)})
    first, moved = work_out(plan, library()), work_out(later, library())
    if name != THIOCTIC:  # a calendar month has another length from another day
        assert [row.id for row in first.rows] == [row.id for row in moved.rows]
    assert moved.rows[0].date - first.rows[0].date == dt.timedelta(days=7)
    assert moved.rows[0].id == first.rows[0].id


@pytest.mark.parametrize("name", ALL)
def test_rows_stand_in_the_order_of_their_dates(name: str) -> None:
    rows = course_of(name).rows
    assert [row.date for row in rows] == sorted(row.date for row in rows)
    assert rows[0].date == dt.date(2026, 11, 30)


@given(
    first=st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31)),
    iv_days=st.integers(10, 15),
    length=st.sampled_from(["1 month", "2 months", "30 days", "60 days"]),
)
@example(first=dt.date(2028, 1, 21), iv_days=10, length="1 month")  # by mouth from 31 January
@example(first=dt.date(2028, 2, 19), iv_days=10, length="1 month")  # by mouth from 29 February
@example(first=dt.date(2027, 12, 21), iv_days=10, length="2 months")  # from 31 December
@example(first=dt.date(2028, 2, 29), iv_days=15, length="60 days")
@settings(max_examples=60, deadline=None)
def test_phases_follow_each_other_without_a_gap_and_without_an_overlap(
    first: dt.date, iv_days: int, length: str
) -> None:
    rows = course_of(
        THIOCTIC, start=first.isoformat(), choices={"iv_days": str(iv_days), "oral_length": length}
    ).rows
    dates = [row.date for row in rows]
    assert dates == [first + n * ONE_DAY for n in range(len(dates))]
    assert [row.phase for row in rows[:iv_days]] == ["intravenous"] * iv_days
    assert {row.phase for row in rows[iv_days:]} == {"oral"}
    by_mouth = len(rows) - iv_days
    if length.endswith("days"):
        assert by_mouth == int(length.split()[0])
    else:
        # The day after the last tablet is the same day of a later month, or the end of that month.
        end, begin = dates[-1] + ONE_DAY, dates[iv_days]
        months = int(length.split()[0])
        assert (end.year - begin.year) * 12 + end.month - begin.month == months
        assert end.day == begin.day or (end + ONE_DAY).day == 1


@given(
    first=st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31)),
    every=st.integers(28, 56),
    count=st.integers(2, 6),
)
@settings(max_examples=30, deadline=None)
def test_courses_repeat_from_first_day_to_first_day(first: dt.date, every: int, count: int) -> None:
    rows = course_of(
        IMMUNOGLOBULIN,
        start=first.isoformat(),
        choices={"courses": str(count), "repeat_every": f"{every} days"},
    ).rows
    wanted = [first + dt.timedelta(days=every * n + day) for n in range(count) for day in range(5)]
    assert [row.date for row in rows] == wanted


@given(kg=st.integers(40, 130), name=st.sampled_from(ALL))
@settings(max_examples=40, deadline=None)
def test_the_doses_add_up_to_the_total(kg: int, name: str) -> None:
    found = course_of(name, who=man(weight=f"{kg} kg"))
    for total in found.totals:
        own = [row for row in found.rows if row.drug == total.drug]
        assert total.doses == len(own)
        amounts = [float(row.dose.amount.magnitude) for row in own]
        assert float(total.course.magnitude) == pytest.approx(sum(amounts), abs=1e-9)
        by_cycle = sum(float(value.magnitude) for _, _, value in total.cycles)
        assert float(total.course.magnitude) == pytest.approx(by_cycle, abs=1e-9)
        assert float(total.most_in_a_day.magnitude) == max(amounts)  # one dose a day in all four


def test_the_totals_are_those_of_the_fact_sheet() -> None:
    # Six pulses of 1850 mg; 140 g of immunoglobulin; 10 x 600 mg and 31 x 600 mg.
    totals = {name: plain(course_of(name).totals[0].course) for name in ALL}
    assert totals == {
        RITUXIMAB: "2800 mg",
        CYCLOPHOSPHAMIDE: "11100 mg",
        IMMUNOGLOBULIN: "140 g",
        # By mouth from 10 December for a month, to 9 January: 31 days after 10 by vein.
        THIOCTIC: "24600 mg",
    }
    assert [
        (phase, cycle, plain(value))
        for phase, cycle, value in course_of(THIOCTIC, start="2027-01-04").totals[0].cycles
    ] == [
        ("intravenous", 1, "6000 mg"),
        ("oral", 1, "18600 mg"),
    ]


def test_what_was_given_earlier_is_added_up_for_a_lifetime() -> None:
    found = course_of(CYCLOPHOSPHAMIDE, who=man(earlier={"cyclophosphamide": "5 g"}))
    (total,) = found.totals
    assert total.lifetime is not None
    assert (plain(total.course), plain(total.lifetime)) == ("11100 mg", "16100 mg")


def test_without_earlier_doses_nothing_is_said_of_a_lifetime() -> None:
    assert course_of(CYCLOPHOSPHAMIDE).totals[0].lifetime is None


@pytest.mark.parametrize(
    ("earlier", "code"),
    [
        ("13.9 g", "limit.noted.above.lifetime"),  # 25.0 g: on the limit, not above it
        ("13.95 g", "limit.usual.above.lifetime"),
        ("24.9 g", "limit.usual.above.lifetime"),  # 36.0 g
        ("24.95 g", "limit.hard.above.lifetime"),
    ],
)
def test_a_lifetime_is_held_to_the_limits_of_the_drug(earlier: str, code: str) -> None:
    found = course_of(CYCLOPHOSPHAMIDE, who=man(earlier={"cyclophosphamide": earlier}))
    gravest = next(c for c in codes(found) if c.startswith("limit."))
    assert gravest == code
    if "hard" in code:
        cannot_leave(found)


def test_earlier_courses_do_not_count_against_a_limit_of_one_course() -> None:
    # 2800 mg now and 2800 mg a year ago: each course is within 2000 mg/m2 (3689 mg).
    found = course_of(RITUXIMAB, who=man(earlier={"rituximab": "2.8 g"}))
    assert not found.stopped
    lifetime = found.totals[0].lifetime
    assert lifetime is not None
    assert plain(lifetime) == "5600 mg"


def test_an_earlier_amount_of_another_kind_is_refused() -> None:
    with pytest.raises(InputError, match="another kind of value"):
        course_of(CYCLOPHOSPHAMIDE, who=man(earlier={"cyclophosphamide": "5 mL"}))


# Another dose than the regimen's


def test_another_dose_is_marked_in_words() -> None:
    found = course_of(RITUXIMAB, dose="350 mg/m2")
    # 1.8447 m2 x 350 mg/m2 = 645.6 mg, to the nearest 100 mg 600 mg (7.1 % less).
    assert [plain(row.dose.amount) for row in found.rows] == ["600 mg"] * 4
    assert (
        text_of(found, "dose.not_the_regimens")
        == "The dose is 350 mg/m2, not the regimen's 375 mg/m2."
    )
    assert not found.stopped


def test_the_regimens_own_dose_is_not_marked() -> None:
    assert "dose.not_the_regimens" not in codes(course_of(RITUXIMAB))


def test_a_thousandth_of_the_dose_stops_with_the_question_whether_grams_were_meant() -> None:
    found = course_of(IMMUNOGLOBULIN, dose="0.4 mg/kg")
    assert found.stopped
    assert found.rows == ()
    said = text_of(found, "limit.thousandth")
    assert said.startswith("0.4 mg/kg is a thousandth of the usual dose of immunoglobulin")
    assert said.endswith("Was g/kg meant: 0.4 g/kg?")
    cannot_leave(found)


@pytest.mark.parametrize(
    ("name", "dose", "code"),
    [
        (IMMUNOGLOBULIN, "2 g/kg", "dose.course_total_as_dose"),
        (IMMUNOGLOBULIN, "2000 mg/kg", "dose.course_total_as_dose"),
        (RITUXIMAB, "1500 mg/m2", "dose.course_total_as_dose"),
        (RITUXIMAB, "1.5 g/m2", "dose.course_total_as_dose"),
        (CYCLOPHOSPHAMIDE, "6 g/m2", "dose.course_total_as_dose"),
        (CYCLOPHOSPHAMIDE, "6000 mg/m2", "dose.course_total_as_dose"),
        (RITUXIMAB, "375 mg/kg", "limit.wrong_kind"),
        (RITUXIMAB, "375 mcg/m2", "limit.thousandth"),
        (RITUXIMAB, "375 g/m2", "limit.thousandfold"),
        (RITUXIMAB, "3750 mg/m2", "limit.hard.above.dose"),
        (RITUXIMAB, "37.5 mg/m2", "limit.hard.below.dose"),
        (RITUXIMAB, "375 units/m2", "limit.wrong_kind"),
        (CYCLOPHOSPHAMIDE, "1 mg/m2", "limit.thousandth"),
        (CYCLOPHOSPHAMIDE, "1 g/kg", "limit.hard.above.dose"),
        (IMMUNOGLOBULIN, "400 g/kg", "limit.thousandfold"),
        (IMMUNOGLOBULIN, "4 g/kg", "limit.hard.above.dose"),
        (IMMUNOGLOBULIN, "0.04 g/kg", "limit.hard.below.dose"),
        (IMMUNOGLOBULIN, "0.4 g/m2", "limit.wrong_kind"),
        (THIOCTIC, "600 g", "limit.thousandfold"),
        (THIOCTIC, "6000 mg", "limit.hard.above.dose"),
        (THIOCTIC, "60 mg", "limit.hard.below.dose"),
    ],
)
def test_a_slip_of_hand_in_the_dose_stops_the_course(name: str, dose: str, code: str) -> None:
    found = course_of(name, dose=dose)
    assert code in codes(found, "STOP"), codes(found)
    cannot_leave(found)


@pytest.mark.hazard("H05")
@pytest.mark.parametrize("name", [IMMUNOGLOBULIN, RITUXIMAB, CYCLOPHOSPHAMIDE])
def test_a_course_total_given_as_one_dose_is_said_to_be_one(name: str) -> None:
    dose = {IMMUNOGLOBULIN: "2 g/kg", RITUXIMAB: "1500 mg/m2", CYCLOPHOSPHAMIDE: "6 g/m2"}[name]
    own = {IMMUNOGLOBULIN: "0.4 g/kg", RITUXIMAB: "375 mg/m2", CYCLOPHOSPHAMIDE: "1 g/m2"}[name]
    whole = "cycle" if name == IMMUNOGLOBULIN else "course"
    shown = dose.replace("1500", "1,500")
    said = text_of(course_of(name, dose=dose), "dose.course_total_as_dose")
    assert said == (
        f"{shown} is the total of a whole {whole}; one dose is {own}. "
        "Was the total written for a single dose?"
    )


@pytest.mark.parametrize(
    ("name", "dose"),
    [
        (RITUXIMAB, "700 mg"),
        (CYCLOPHOSPHAMIDE, "15 mg/kg"),
        (IMMUNOGLOBULIN, "30 g"),
        (IMMUNOGLOBULIN, "0.4 g/kg/day"),
        (THIOCTIC, "600 mg/day"),
    ],
)
def test_a_dose_of_another_form_than_the_regimens_is_refused(name: str, dose: str) -> None:
    with pytest.raises(InputError, match="is another kind of dose than the regimen's"):
        course_of(name, dose=dose)


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ({"weight": "175 kg", "height": "70 cm"}, "body.swapped"),
        ({"weight": "154 kg", "height": "168 cm"}, "body.pounds_as_kilograms"),
        ({"weight": "7 kg", "height": "175 cm"}, "body.impossible"),
        ({"height": "17.5 cm"}, "body.height"),
        ({"weight": "700 kg"}, "body.weight"),
        ({"age": "480 years"}, "body.age"),
    ],
)
def test_a_size_that_nobody_has_stops_the_course(who: dict[str, str], code: str) -> None:
    found = course_of(RITUXIMAB, who=man(**who))
    assert code in codes(found, "STOP")
    assert found.rows == ()
    cannot_leave(found)


def test_a_finding_of_the_same_words_comes_once_and_the_gravest_comes_first() -> None:
    found = course_of(CYCLOPHOSPHAMIDE, who=man(earlier={"cyclophosphamide": "30 g"}))
    levels = [finding.level for finding in found.findings]
    assert levels == sorted(levels, key=("STOP", "WARN", "NOTE").index)
    assert len({(f.code, f.text) for f in found.findings}) == len(found.findings)


@pytest.mark.parametrize("name", ALL)
def test_every_finding_names_where_it_is_from(name: str) -> None:
    for finding in course_of(name).findings:
        assert finding.source.cite


@pytest.mark.parametrize("name", ALL)
def test_the_printed_error_of_the_article_is_shown_with_the_course(name: str) -> None:
    found = course_of(name)
    errata = [f.text for f in found.findings if f.code == "regimen.erratum"]
    assert errata == [erratum.why for erratum in library().regimen(name).errata]
    assert errata


WARNED = {"who": man(weight="60 kg", height="160 cm"), "dose": "412 mg/m2"}
# 412 mg/m2 is above the usual 410 mg/m2 and below the hard limit of 500 mg/m2.


@pytest.mark.hazard("H22")
def test_a_warning_keeps_the_course_in_until_it_is_acknowledged_with_a_reason() -> None:
    found = course_of(RITUXIMAB, **WARNED)
    assert codes(found, "WARN") == ["limit.usual.above.dose"]
    assert [f.code for f in found.unacknowledged] == ["limit.usual.above.dose"]
    cannot_leave(found)
    seen = course_of(RITUXIMAB, **WARNED, acknowledged={"limit.usual.above.dose": "as agreed"})
    assert seen.unacknowledged == ()
    assert b"as agreed" in to_ics(seen)
    assert to_csv(seen)


def test_an_acknowledgement_of_another_finding_does_not_help() -> None:
    found = course_of(RITUXIMAB, **WARNED, acknowledged={"limit.usual.below.dose": "as agreed"})
    cannot_leave(found)


def test_a_stop_cannot_be_acknowledged() -> None:
    found = course_of(
        IMMUNOGLOBULIN, dose="0.4 mg/kg", acknowledged={"limit.thousandth": "as agreed"}
    )
    assert found.stopped
    cannot_leave(found)


def test_a_rounding_that_moves_the_dose_by_more_than_the_site_allows_is_a_warning() -> None:
    # 22 kg, 105 cm: 0.8010 m2 x 375 mg/m2 = 300.4 mg. 20 kg, 90 cm: 0.7071 m2, 265.2 mg,
    # to the nearest 100 mg 300 mg, 13.1 % more than ordered.
    small = man(weight="20 kg", height="90 cm", age="5 years")
    found = course_of(RITUXIMAB, who=small)
    assert [plain(row.dose.amount) for row in found.rows] == ["300 mg"] * 4
    assert "dose.deviation" in codes(found, "WARN")
    fits = course_of(RITUXIMAB, who=man(weight="22 kg", height="105 cm", age="5 years"))
    assert "dose.deviation" not in codes(fits)


def say_more_about(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub("^about: .*", "about: Something new.", text, flags=re.M), "utf-8")


@pytest.mark.hazard("H25")
def test_a_file_that_only_looks_otherwise_is_not_said_to_have_changed(tmp_path: Any) -> None:
    # What counts is what it means: a remark, and a source that stands elsewhere, mean the same.
    root = shelf(tmp_path)
    path = root / "regimens/rituximab-weekly.yaml"
    head, _, sources = path.read_text(encoding="utf-8").partition("sources:\n")
    sources, errata, rest = sources.partition("errata:\n")
    path.write_text(f"# a remark\n{head}{errata}{rest}sources:\n{sources}", encoding="utf-8")
    assert codes(work_out(planned(RITUXIMAB), read_library(root)), "WARN") == []


@pytest.mark.hazard("H25")
def test_a_plan_saved_when_files_were_known_by_their_bytes_still_knows_them(tmp_path: Any) -> None:
    # The hash of thioctic-acid.yaml as a plan of then holds it
    content = planned(THIOCTIC).model_dump(mode="json")
    content["regimen"]["sha256"] = BYTES_OF_THIOCTIC_ACID
    saved = Plan.from_json(json.dumps(content))
    changed = "plan.knowledge_changed.thioctic_acid"
    assert changed not in codes(work_out(saved, library()))
    root = shelf(tmp_path)
    say_more_about(root / "regimens/thioctic-acid.yaml")
    assert changed in codes(work_out(saved, read_library(read_anew(root))), "WARN")
    # Since then the drug file answers the eight questions, and the regimen names premedication:
    # they mean more than they did, and the doses of a plan stay what they were.
    content = planned(RITUXIMAB).model_dump(mode="json")
    content["regimen"]["sha256"] = BYTES_OF_THE_REGIMEN
    content["drugs"][0]["sha256"] = BYTES_OF_THE_DRUG
    found = work_out(Plan.from_json(json.dumps(content)), library())
    assert set(codes(found, "WARN")) == {
        "plan.knowledge_changed.rituximab",
        "plan.knowledge_changed.rituximab_weekly",
    }
    assert [plain(row.dose.amount) for row in found.rows] == ["700 mg"] * 4


@pytest.mark.hazard("H25")
def test_a_changed_file_is_said_and_has_to_be_acknowledged(tmp_path: Any) -> None:
    root = shelf(tmp_path)
    for file in ("regimens/rituximab-weekly.yaml", "drugs/rituximab.yaml"):
        say_more_about(root / file)
    found = work_out(planned(RITUXIMAB), read_library(read_anew(root)))
    changed = {"plan.knowledge_changed.rituximab_weekly", "plan.knowledge_changed.rituximab"}
    assert set(codes(found, "WARN")) == changed
    cannot_leave(found)
    acknowledged = planned(RITUXIMAB, acknowledged=dict.fromkeys(changed, "compared"))
    assert to_ics(work_out(acknowledged, read_library(read_anew(root))))


@pytest.mark.hazard("H25")
@pytest.mark.parametrize("folder", ["regimens", "drugs"])
def test_a_changed_file_is_said_where_regimen_and_drug_bear_one_id(
    folder: str, tmp_path: Any
) -> None:
    root = shelf(tmp_path)
    say_more_about(root / folder / "thioctic-acid.yaml")
    plan = planned(THIOCTIC)
    assert plan.regimen.sha256 != plan.drugs[0].sha256
    assert "plan.knowledge_changed.thioctic_acid" in codes(
        work_out(plan, read_library(read_anew(root))), "WARN"
    )


def test_a_plan_that_names_a_drug_file_that_is_gone_says_so() -> None:
    content = planned(RITUXIMAB).model_dump(mode="json")
    content["drugs"] = [{"id": "gone", "version": 1, "sha256": "0" * 64}]
    found = work_out(Plan.from_json(json.dumps(content)), library())
    assert "plan.knowledge_changed.gone" in codes(found, "WARN")


@pytest.mark.parametrize("status", ["superseded", "discontinued"])
def test_a_withdrawn_regimen_is_shown_and_never_exported(status: str, tmp_path: Any) -> None:
    root = shelf(tmp_path)
    path = root / "regimens/rituximab-weekly.yaml"
    text = path.read_text(encoding="utf-8").replace("status: under review", f"status: {status}")
    path.write_text(text, encoding="utf-8")
    found = work_out(planned(RITUXIMAB), read_library(read_anew(root)))
    assert "regimen.withdrawn" in codes(found, "STOP")
    cannot_leave(found)


@pytest.mark.hazard("H19")
@pytest.mark.parametrize(
    ("zone", "start", "time", "asked"),
    [
        # Spring: the clock jumps over the time. The first of the four doses is on the day.
        ("Europe/London", "2027-03-28", "01:30", "01:30 on 28-Mar-2027"),
        ("America/New_York", "2027-03-14", "02:30", "02:30 on 14-Mar-2027"),
        ("Australia/Sydney", "2027-10-03", "02:30", "02:30 on 03-Oct-2027"),
        ("Europe/Berlin", "2027-03-28", "02:00", "02:00 on 28-Mar-2027"),
        # Autumn: the time comes twice.
        ("Europe/London", "2027-10-31", "01:30", "01:30 on 31-Oct-2027"),
        ("America/New_York", "2027-11-07", "01:00", "01:00 on 07-Nov-2027"),
        ("Australia/Lord_Howe", "2027-04-04", "01:45", "01:45 on 04-Apr-2027"),
        # The change falls on the third dose, three weeks after the first.
        ("Europe/London", "2027-03-14", "01:30", "01:30 on 28-Mar-2027"),
    ],
)
def test_a_time_that_the_clock_change_skips_or_repeats_is_asked_about(
    zone: str, start: str, time: str, asked: str
) -> None:
    with pytest.raises(InputError) as caught:
        course_of(RITUXIMAB, start=start, zone=zone, times={"infusion": time})
    (problem,) = caught.value.problems
    assert problem.typed == asked
    assert f"is skipped or happens twice in {zone}" in problem.why


@pytest.mark.parametrize(
    ("zone", "start", "time"),
    [
        ("Europe/London", "2027-03-28", "00:59"),
        ("Europe/London", "2027-03-28", "02:00"),
        ("Europe/London", "2027-10-31", "02:00"),
        ("Asia/Kolkata", "2027-03-28", "01:30"),
        ("America/New_York", "2027-03-14", "03:00"),
    ],
)
def test_a_time_beside_the_clock_change_is_taken_as_it_is(zone: str, start: str, time: str) -> None:
    found = course_of(RITUXIMAB, start=start, zone=zone, times={"infusion": time})
    assert {f"{row.time:%H:%M}" for row in found.rows} == {time}
