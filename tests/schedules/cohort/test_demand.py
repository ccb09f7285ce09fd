"""What a ward takes, derived by hand from the plans of three patients on two days.

Cyclophosphamide by surface (Mosteller), 1,000 mg/m2 rounded to 50 mg, in vials of 500, 1,000 and
2,000 mg; each is 175 cm tall:

    A  70 kg  1.845 m2  1,850 mg  30-Nov  2,000          waste 150
    B  95 kg  2.149 m2  2,150 mg  30-Nov  2,000 + 500    waste 350
    C  60 kg  1.708 m2  1,700 mg   1-Dec  2,000          waste 300

A and B together are 4,000 mg: two vials of 2,000 mg, and nothing is left over.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping

import pytest

from dosing.errors import InputError
from dosing.units import plain
from schedules.cohort.demand import By, Days, Demand, Pack, WardCourse, find_demand
from schedules.cohort.stock import compare_with_stock, read_stock
from schedules.cohort.ward_table import made_of
from schedules.course.work_out import work_out
from schedules.knowledge.site import Pharmacy
from schedules.plans.changes import Record
from schedules.plans.making import make_plan
from schedules.plans.plan import Plan
from tests.schedules.review.test_dispensing import drug, product
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    IMMUNOGLOBULIN,
    RITUXIMAB,
    THIOCTIC,
    changed,
    library,
    man,
    planned,
    shelved,
)

MONDAY, TUESDAY = dt.date(2026, 11, 30), dt.date(2026, 12, 1)
BOTH = Days(MONDAY, TUESDAY)
A_DAY = Pharmacy(share_vials={"cyclophosphamide": "24 h"})
NOT_STATED = Pharmacy()
STOCK = "drug,form,strength,packs\n"


def of_ward(name: str, plan: Plan) -> WardCourse:
    return WardCourse(name=name, course=work_out(plan, library()))


def cyclophosphamide(name: str, weight: str, start: str, at: str = "09:00") -> WardCourse:
    who = man(weight=weight)
    return of_ward(name, planned(CYCLOPHOSPHAMIDE, who=who, start=start, times={"infusion": at}))


A = cyclophosphamide("A", "70 kg", "2026-11-30")
B = cyclophosphamide("B", "95 kg", "2026-11-30")
C = cyclophosphamide("C", "60 kg", "2026-12-01")


def needs(
    *ward: WardCourse, pharmacy: Pharmacy = A_DAY, by: By = "day", between: Days = BOTH
) -> Demand:
    return find_demand(ward, between, by, pharmacy)


def cells(found: Demand, of: str = "cyclophosphamide") -> list[tuple[object, ...]]:
    return [
        (
            need.line.period.first,
            need.doses,
            plain(need.amount),
            made_of(need.packs),
            None if need.waste is None else plain(need.waste),
            None if need.shared is None else made_of(need.shared),
            None if need.saved is None else plain(need.saved),
        )
        for need in found.needs
        if need.line.drug == of
    ]


def test_two_patients_on_one_day_share_vials_and_the_third_comes_the_day_after() -> None:
    assert cells(needs(A, B, C)) == [
        (
            *(MONDAY, 2, "4000 mg", "2000 mg x 2 + 500 mg x 1", "500 mg"),
            *("2000 mg x 2", "500 mg"),
        ),
        (TUESDAY, 1, "1700 mg", "2000 mg x 1", "300 mg", "2000 mg x 1", "0 mg"),
    ]


def test_a_week_adds_its_days_up_and_shares_none_between_them() -> None:
    assert cells(needs(A, B, C, by="week")) == [
        (
            *(MONDAY, 3, "5700 mg", "2000 mg x 3 + 500 mg x 1", "800 mg"),
            *("2000 mg x 3", "500 mg"),
        ),
    ]
    (week,) = {need.line.period for need in needs(A, B, C, by="week").needs}
    assert week == BOTH  # it ends where the days that were asked for end


def test_the_order_of_the_plans_changes_nothing() -> None:
    assert needs(C, B, A) == needs(A, B, C)


def test_packs_hold_what_is_given_and_what_is_left_over() -> None:
    """Whole or shared: nothing is lost between vials, doses and waste; sharing wastes no more."""

    def held(packs: Mapping[Pack, int]) -> int:
        return sum(int(pack.strength.removesuffix(" mg")) * n for pack, n in packs.items())

    ward = [
        cyclophosphamide(weight, weight, "2026-11-30", at=f"{9 + number:02}:00")
        for number, weight in enumerate(("52 kg", "61 kg", "70 kg", "83 kg", "95 kg", "108 kg"))
    ]
    for hours in ("1 h", "2 h", "24 h"):
        sharing = Pharmacy(share_vials={"cyclophosphamide": hours})
        (need,) = needs(*ward, pharmacy=sharing).needs
        assert need.shared is not None and need.waste is not None and need.shared_waste is not None
        assert held(need.packs) == need.amount.magnitude + need.waste.magnitude
        assert held(need.shared) == need.amount.magnitude + need.shared_waste.magnitude
        assert need.shared_waste.magnitude <= need.waste.magnitude


def test_nothing_is_shared_where_nobody_states_how_long_a_vial_serves() -> None:
    found = needs(A, B, pharmacy=NOT_STATED)
    assert cells(found) == [
        (MONDAY, 2, "4000 mg", "2000 mg x 2 + 500 mg x 1", "500 mg", None, None)
    ]
    assert [note for note in found.notes if note.startswith("cyclophosphamide")] == [
        "cyclophosphamide, powder for solution: nobody states how long an opened vial serves "
        "(drug file, site.yaml): no vial is shared."
    ]


@pytest.mark.parametrize(("hours", "shared"), [("4 h", "2000 mg x 2"), ("2 h", None)])
def test_the_drug_file_says_for_how_long_a_vial_serves(hours: str, shared: str | None) -> None:
    """B begins three hours after A: within four hours, not within two."""
    opened = {"within": hours, "source": "label"}
    stated = drug(
        product("vial", "500 mg", "1000 mg", "2000 mg", form="vial", opened=opened),
        name="cyclophosphamide",
    )
    later = cyclophosphamide("B", "95 kg", "2026-11-30", at="12:00")
    ward = [
        WardCourse(
            name=one.name,
            course=dataclasses.replace(
                one.course, drugs={**one.course.drugs, "cyclophosphamide": stated}
            ),
        )
        for one in (A, later)
    ]
    ((*_, found, _saved),) = cells(needs(*ward, pharmacy=NOT_STATED))
    assert found == (shared or "2000 mg x 2 + 500 mg x 1")


def test_chair_hours_and_visits_are_those_of_the_courses() -> None:
    """Rituximab is booked 3.5 h the first time and 2.5 h later; two come on each Monday."""
    ward = [of_ward(name, planned(RITUXIMAB)) for name in ("A", "B")]
    found = needs(*ward, between=Days(MONDAY, dt.date(2026, 12, 7)), by="day")
    assert [(load.period.first, load.visits, load.chair) for load in found.loads] == [
        (MONDAY, 2, dt.timedelta(hours=7)),
        (dt.date(2026, 12, 7), 2, dt.timedelta(hours=5)),
    ]
    assert [need.infused for need in found.needs] == [dt.timedelta(hours=n) for n in (7, 5)]


def test_tablets_at_home_are_no_visit() -> None:
    """Ten infusions from 30 November, then tablets: nobody comes on 15 December."""
    ward = of_ward("A", planned(THIOCTIC))
    found = needs(ward, between=Days(dt.date(2026, 12, 15), dt.date(2026, 12, 15)))
    assert [need.line.route for need in found.needs] == ["oral"]
    assert found.loads == ()


def test_the_other_half_of_a_tablet_serves_the_next_dose_of_the_same_patient() -> None:
    """Seven days of half a tablet are four tablets, for each of two patients."""
    scored = drug(product("tablet", "1200 mg", scored=True), name="thioctic-acid")
    course = work_out(planned(THIOCTIC), library())
    course = dataclasses.replace(course, drugs={**course.drugs, "thioctic-acid": scored})
    ward = [WardCourse(name=name, course=course) for name in ("A", "B")]
    days = Days(dt.date(2026, 12, 14), dt.date(2026, 12, 20))
    tablet = Pack("thioctic-acid", "tablet", "1200 mg")
    (week,) = needs(*ward, between=days, by="week").needs
    assert week.packs == {tablet: 8}
    by_day = needs(*ward, between=days).by_day[tablet]
    assert [by_day[day] for day in sorted(by_day)] == [2, 0, 2, 0, 2, 0, 2]


def test_what_was_given_is_not_needed_again() -> None:
    given = Record(
        at="induction cycle 1 day 1",
        on=MONDAY,
        who="AB",
        when=dt.datetime(2026, 11, 30, 15, tzinfo=dt.UTC),
        why="given",
    )
    ward = WardCourse(name="A", course=changed(planned(RITUXIMAB), given))
    found = needs(ward, between=Days(MONDAY, dt.date(2026, 12, 7)))
    assert [need.line.period.first for need in found.needs] == [dt.date(2026, 12, 7)]
    assert "A: what was given is not counted (1 of its doses)." in found.notes


def test_the_sum_is_in_the_unit_of_the_packs() -> None:
    """0.4 g/kg on each of five days, 70 kg: 28 g a day; two patients on two days."""
    ward = [of_ward(name, planned(IMMUNOGLOBULIN)) for name in ("A", "B")]
    found = needs(*ward, by="week")
    (need,) = [one for one in found.needs if one.line.drug == "immunoglobulin"]
    rows = [row for row in ward[0].course.rows if BOTH.holds(row.date)]
    assert [plain(row.dose.amount) for row in rows] == ["30 g", "30 g"]
    assert (need.doses, plain(need.amount)) == (4, "120 g")


def test_the_fluid_of_exchanges_is_what_was_ordered() -> None:
    """One plasma volume, 2,800 mL as fact sheet 6A derives it, on 30-Nov, 2, 4 and 6-Dec.

    Each takes 6 bottles of 500 mL and the chair for 135 min. Without a volume there are dates only.
    """
    name = "plasma-exchange-5-alternate-days"
    knowledge = shelved(name)
    regimen = knowledge.regimen(name)
    who = man(hematocrit="0.42")
    chosen: tuple[dict[str, str], ...] = ({"albumin_1_volume": "given"}, {})
    ordered, dates_only = (
        make_plan(
            regimen,
            knowledge.knowledge_for(regimen),
            knowledge.site,
            who,
            first_day="2026-11-30",
            made_on=dt.date(2026, 11, 27),
            choices=choices,
        )
        for choices in chosen
    )
    days = Days(MONDAY, dt.date(2026, 12, 6))
    found = needs(
        WardCourse(name="A", course=work_out(ordered, knowledge)), between=days, by="week"
    )
    (need,), (load,) = found.needs, found.loads
    assert (need.doses, plain(need.amount), made_of(need.packs)) == (4, "11200 mL", "500 mL x 24")
    assert (load.visits, load.procedures) == (4, {"plasma exchange": 4})
    assert load.replaced is not None and plain(load.replaced) == "11200 mL"
    assert load.chair == dt.timedelta(hours=9)
    bare = needs(
        WardCourse(name="A", course=work_out(dates_only, knowledge)), between=days, by="week"
    )
    assert bare.needs == ()
    assert [(one.procedures, one.replaced) for one in bare.loads] == [
        ({"plasma exchange": 4}, None)
    ]


def test_stock_runs_out_on_the_day_that_needs_more_than_there_is() -> None:
    """Three vials of 2,000 mg: two on Monday, one on Tuesday; two are there."""
    stock = read_stock(
        f"{STOCK}cyclophosphamide,vial,2 g,2\ncyclophosphamide,vial,500 mg,1\n", library().drugs
    )
    lines = {line.pack.strength: line for line in compare_with_stock(needs(A, B, C), stock)}
    two_grams, half = lines["2000 mg"], lines["500 mg"]
    assert (two_grams.needed, two_grams.short_of, two_grams.runs_out) == (3, 1, TUESDAY)
    assert (half.needed, half.short_of, half.runs_out) == (1, 0, None)


def test_what_the_stock_file_does_not_name_is_not_taken_for_nothing() -> None:
    lines = compare_with_stock(needs(A), read_stock(STOCK, library().drugs))
    assert {(one.stocked, one.short_of, one.runs_out) for one in lines} == {(None, None, None)}


def test_every_bad_row_of_the_stock_is_named() -> None:
    bad = "aspirin,vial,1 g,2\nrituximab,vial,300 mg,2\nrituximab,vial,100 mg,two\nrituximab,1\n"
    good = "rituximab,vial,100 mg,7\nrituximab,vial,0.1 g,8\n"
    with pytest.raises(InputError) as error:
        read_stock(STOCK + bad + good, library().drugs)
    assert [(one.field, one.why) for one in error.value.problems] == [
        ("stock, row 2", "is the id of no drug file"),
        ("stock, row 3", "is no pack of rituximab"),
        ("stock, row 4", "is not a number of packs"),
        ("stock, row 5", "has not four cells"),
        ("stock, row 7", "is stated twice"),
    ]
