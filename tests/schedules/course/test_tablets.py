"""The tablets that make a dose, by the route it is taken by and as many as are taken at once."""

from __future__ import annotations

import dataclasses

from dosing.calculation.calculate import calculate
from dosing.calculation.rule import DoseRule
from dosing.drugs.drug import Drug
from dosing.patient import Patient
from dosing.units import plain, read
from schedules.course.tablets import tablets_to_dispense, with_tablets
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.yaml_file import parse_quickly
from tests.schedules.course.test_taper import DRUG, planned, spoken
from tests.support.planning import shelved

BACLOFEN = "baclofen-ladder"


def tablets_of(amount: str, *products: str, most: str = "") -> tuple[str, list[str]]:
    """Return what makes a dose of a drug by mouth with these products besides 5 and 10 mg."""
    text = DRUG.replace("sources: {", "sources: {other: {cite: another, confirmed: false}, ")
    text = text.replace("products: [", f"products: [{''.join(one + ', ' for one in products)}")
    drug = Drug.model_validate(parse_quickly(text.encode()))
    asked = {"drug": "testol", "route": "oral", "at": ["morning"], "source": "made"}
    held = {"tablets": {"of": ["5 mg"], "most": int(most), "source": "made"}} if most else {}
    medicine = Medicine.model_validate({**asked, **held, "dose": amount, "days": "every day"})
    regimen = shelved(BACLOFEN).regimen(BACLOFEN).model_copy(update={"sources": drug.sources})
    dose = calculate(DoseRule(rate=read("amount", amount)), Patient())
    dose, packs = with_tablets(dose, medicine, regimen, drug)
    found = [f"{finding.code} {finding.source.cite}" for finding in dose.findings]
    return "" if packs is None else spoken(packs.made_of), found


def test_only_what_is_taken_by_this_route_makes_a_dose_or_forbids_it() -> None:
    unreachable = ("", ["tablets.unreachable made up for this test"])
    assert tablets_of("30 mg") == ("10 mg x 3", [])
    assert tablets_of("32 mg") == unreachable
    vial = "{name: vial, form: vial, routes: [buccal], strengths: [32 mg], source: other}"
    assert tablets_of("32 mg", vial) == unreachable
    beside = "{name: film, form: tablet, routes: [buccal], strengths: [32 mg], source: other}"
    assert tablets_of("32 mg", beside) == unreachable
    # what can be measured out needs no tablets
    bottle = "{name: syrup, form: bottle, routes: [oral], strengths: [100 mg], source: other}"
    assert tablets_of("32 mg", bottle) == ("", [])
    assert tablets_of("30 mg", bottle) == ("10 mg x 3", [])


def test_as_many_tablets_as_are_taken_at_once_are_no_matter() -> None:
    assert tablets_of("25 mg", most="5") == ("5 mg x 5", [])
    assert tablets_of("30 mg", most="5") == (
        "5 mg x 6",
        ["tablets.many made up for this test"],
    )


def test_a_half_that_is_left_over_takes_a_whole_tablet() -> None:
    # baclofen 5 mg three times a day on 3 days of scored tablets of 10 mg are 9 halves
    found = planned(BACLOFEN)
    first = [row for row in found.rows if plain(row.dose.amount) == "5 mg"]
    assert len(first) == 9
    others = [dataclasses.replace(row, tablets=None) for row in found.rows if row not in first]
    course = dataclasses.replace(found, rows=(*others, *first))
    assert [(plain(s.strength), s.tablets) for s in tablets_to_dispense(course)] == [("10 mg", 5)]
