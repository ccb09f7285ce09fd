"""Totals of a drug: added up by hand here, and each held to its own limit."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from dosing.units import KG, M2, Quantity, amount, quantity, show
from schedules.course.course import Course
from schedules.course.measurements import read_measurements
from schedules.course.totals import Total, check_totals, totals_of
from schedules.course.work_out import work_out
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from tests.support.made_up import drug
from tests.support.planning import CYCLOPHOSPHAMIDE, MADE_ON, man, planned, whole_library


def edaravone() -> Course:
    regimen = whole_library().regimen("edaravone")
    plan = make_plan(
        regimen,
        whole_library().knowledge_for(regimen),
        whole_library().site,
        PatientEntry(label="ward-7", sex="male", age="58 years"),
        first_day="2026-11-30",
        made_on=MADE_ON,
        choices={"later_cycles": "2", "which_days": "weekdays"},
    )
    return work_out(plan, whole_library())


MEASURED = read_measurements(planned(CYCLOPHOSPHAMIDE))


def mg(number: float) -> Quantity:
    return amount(f"{number:g} mg")


def found(total: Total, course: Course) -> list[tuple[str, str]]:
    drug = course.drugs[total.drug]
    return [(one.level, one.code) for one in check_totals(total, course.rows, drug, MEASURED)]


def edaravone_total(course: Course, **other: Any) -> Total:
    (total,) = totals_of(course.rows, course.plan)
    return dataclasses.replace(total, **other)


def test_the_doses_of_a_drug_are_added_up_by_day_cycle_course_and_lifetime() -> None:
    # 14 days of 60 mg, then twice 10 days: 840, 600 and 600 mg, 2,040 mg in 34 doses
    course = edaravone()
    (total,) = totals_of(course.rows, course.plan)
    assert total.doses == 34
    assert [show(value, 6) for _, _, value in total.cycles] == [
        show(mg(n), 6) for n in (840, 600, 600)
    ]
    assert show(total.course, 6) == show(mg(2040), 6)
    assert show(total.most_in_a_day, 6) == show(mg(60), 6)
    assert total.lifetime is None


@pytest.mark.parametrize("cycles", [(840.01, 600), (600, 840.01)])
def test_the_largest_cycle_is_held_to_the_limit_of_a_cycle(cycles: tuple[float, float]) -> None:
    course = edaravone()
    over = tuple(("days", n, mg(own)) for n, own in enumerate(cycles, 1))
    codes = found(edaravone_total(course, cycles=over), course)
    assert [level for level, code in codes if "cycle" in code] == ["STOP"]
    at_it = tuple(("days", n, mg(own)) for n, own in enumerate((840, 600), 1))
    assert found(edaravone_total(course, cycles=at_it), course) == []


@pytest.mark.parametrize(
    ("earlier", "levels"),
    [
        # 6 x 1,850 mg are 11.1 g: from 10 g on a NOTE, above 25 g a WARN, above 36 g a STOP
        (None, ["NOTE"]),
        ("1 g", ["NOTE"]),
        ("13.9 g", ["NOTE"]),
        ("14 g", ["NOTE", "WARN"]),
        ("24.9 g", ["NOTE", "WARN"]),
        ("25 g", ["NOTE", "STOP", "WARN"]),
    ],
)
def test_what_was_given_before_counts_for_the_lifetime_alone(
    earlier: str | None, levels: list[str]
) -> None:
    who = man(earlier={"cyclophosphamide": earlier}) if earlier else man()
    plan = planned(CYCLOPHOSPHAMIDE, who=who)
    course = work_out(plan, whole_library())
    (total,) = totals_of(course.rows, plan)
    assert show(total.course, 6) == show(mg(11_100), 6)
    assert (total.lifetime is None) is (earlier is None)
    codes = found(total, course)
    assert sorted(level for level, code in codes if "lifetime" in code) == levels


def given(*milligrams: float) -> Total:
    """Return the total of so many doses, the second and later ones stated in grams."""
    rows = edaravone().rows[: len(milligrams)]
    amounts = [
        mg(number) if n == 0 else amount(f"{number / 1000:.13f} g")
        for n, number in enumerate(milligrams)
    ]
    doses = [
        dataclasses.replace(row, dose=dataclasses.replace(row.dose, amount=own))
        for row, own in zip(rows, amounts, strict=True)
    ]
    (total,) = totals_of(doses, edaravone().plan)
    return total


def test_a_sum_is_in_the_unit_of_the_first_dose_without_noise_beyond_nine_decimals() -> None:
    assert (given(60).course.magnitude, given(60, 30).course.magnitude) == (60, 90)
    # 1 mg and 0.4, or 0.6, of the last decimal
    assert given(0.5, 0.5000000004).course.magnitude == 1
    assert given(0.5, 0.5000000006).course.magnitude == 1.000000001


def test_one_dose_is_held_to_the_limits_as_well() -> None:
    course = edaravone()
    (total,) = totals_of(course.rows[:1], course.plan)
    assert (total.doses, total.course.magnitude) == (1, 60)
    assert check_totals(total, course.rows[:1], course.drugs[total.drug], MEASURED) == []


def test_a_total_is_judged_by_the_size_at_the_first_dose() -> None:
    # twice 1,850 mg are 2,006 mg/m2 at 1.8447 m2, and 1,762 mg/m2 at 2.1 m2
    plan = planned(CYCLOPHOSPHAMIDE)
    first, *_, last = work_out(plan, whole_library()).rows
    later = dataclasses.replace(last, dose=dataclasses.replace(last.dose, bodies={M2: 2.1}))
    (total,) = totals_of([first, later], plan)
    for high, levels in (("2000 mg/m2", ["STOP"]), ("2010 mg/m2", [])):
        own = drug("cyclophosphamide", {"per": "course", "hard": {"high": high}})
        assert [one.level for one in check_totals(total, [first, later], own, MEASURED)] == levels


@pytest.mark.parametrize(
    ("age", "weight", "dose", "levels"),
    [
        # three times 50 mg: 150 / 9 = 16.7, / 7.5 = 20 and / 5.5 = 27.3 mg/kg a day
        ("11 months", "9 kg", "", []),
        ("11 months", "7.5 kg", "", []),
        ("4 months", "5.5 kg", "", ["WARN"]),
        # three times 100 mg: 300 / 10.1 = 29.7 and, 9.9 mg/kg at once, / 9.9 = 30.3
        ("2 years", "10.1 kg", "100 mg", ["WARN"]),
        ("2 years", "9.9 kg", "100 mg", ["STOP", "WARN"]),
    ],
)
def test_flat_doses_are_held_to_the_limits_per_kg_and_day(
    age: str, weight: str, dose: str, levels: list[str]
) -> None:
    name = "ibuprofen-child-uk"
    regimen, shelf = whole_library().regimen(name), whole_library()
    plan = make_plan(
        regimen,
        shelf.knowledge_for(regimen),
        shelf.site,
        PatientEntry(label="ward-7", sex="female", age=age, weight=weight),
        first_day="2026-11-30",
        made_on=MADE_ON,
        choices={"planned": "1 day"},
        dose_text=dose,
    )
    of_a_day = [f for f in work_out(plan, shelf).findings if f.code.endswith(".day")]
    assert [f.level for f in of_a_day if f.code.startswith("limit.")] == levels


def test_flat_doses_of_a_heavy_person_are_not_too_few_per_kg() -> None:
    # 60 mg a day are 0.86 mg/kg at 70 kg
    plan = planned(CYCLOPHOSPHAMIDE)
    rows = edaravone().rows
    (total,) = totals_of(rows, edaravone().plan)
    own = drug("edaravone", {"per": "day", "usual": {"low": "1 mg/kg", "high": "2 mg/kg"}})
    assert check_totals(total, rows, own, read_measurements(plan)) == []
    own = drug("edaravone", {"per": "day", "usual": {"low": "0.1 mg/kg", "high": "0.8 mg/kg"}})
    (found,) = check_totals(total, rows, own, read_measurements(plan))
    assert (found.level, found.code) == ("WARN", "limit.usual.above.day")


@pytest.mark.parametrize(
    ("per", "to_come", "level"),
    [
        # two doses in the first cycle and two in the second: 120 mg in each, 240 mg in all
        ("course", set(), "WARN"),
        ("course", {3}, "STOP"),
        ("cycle", {2, 3}, "STOP"),
        ("cycle", {3}, "STOP"),
        ("cycle", {0}, "STOP"),
        ("day", {3}, "WARN"),
    ],
)
def test_what_was_given_beyond_a_limit_is_a_fact_and_what_is_to_come_a_stop(
    per: str, to_come: set[int], level: str
) -> None:
    course = edaravone()
    four = [*course.rows[:2], *course.rows[14:16]]
    rows = [
        dataclasses.replace(
            row,
            state="planned" if n in to_come else "given",
            # the doses of one day: the first two
            date=four[0].date if per == "day" and n == 1 else row.date,
        )
        for n, row in enumerate(four)
    ]
    (total,) = totals_of(rows, course.plan)
    own = drug("edaravone", {"per": per, "hard": {"high": "100 mg"}})
    assert [one.level for one in check_totals(total, rows, own, MEASURED)] == [level]


def test_a_cycle_that_was_given_beyond_its_limit_stops_no_smaller_one_to_come() -> None:
    # 120 mg were given in the first cycle, 60 mg are to come in the second
    course = edaravone()
    first, second, third = (*course.rows[:2], course.rows[14])
    rows = [*(dataclasses.replace(row, state="given") for row in (first, second)), third]
    (total,) = totals_of(rows, course.plan)
    own = drug("edaravone", {"per": "cycle", "hard": {"high": "100 mg"}})
    assert [one.level for one in check_totals(total, rows, own, MEASURED)] == ["WARN"]


def test_flat_doses_are_compared_with_the_weight_at_the_first() -> None:
    # twice 60 mg are 1.7 mg/kg at 70 kg, and 2.4 mg/kg at the 50 kg of the second
    course = edaravone()
    rows = [dataclasses.replace(row, measurement=n) for n, row in enumerate(course.rows[:2])]
    (before,) = MEASURED
    thin = dataclasses.replace(before.patient, weight=quantity(50, KG))
    (total,) = totals_of(rows, course.plan)
    own = drug("edaravone", {"per": "course", "usual": {"low": "1 mg/kg", "high": "2 mg/kg"}})
    measured = [before, dataclasses.replace(before, patient=thin)]
    assert check_totals(total, rows, own, measured) == []
    (found,) = check_totals(total, rows, own, measured[::-1])
    assert (found.level, found.code) == ("WARN", "limit.usual.above.course")
