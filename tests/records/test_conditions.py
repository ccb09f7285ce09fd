"""What becomes of a dose is recorded in full or refused in words, and so is a signature."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dosing.errors import InputError
from dosing.trace import RefusedError
from records.conditions import (
    dose_text,
    must_be_ticked,
    must_not_be_own,
    must_say_why_unverified,
    remarks_must_fit,
)
from records.models import DoseReport, Given
from records.roles import Actor
from records.store import Store
from schedules.course.course import Course
from schedules.course.work_out import work_out
from tests.support.planning import example_of, library, shelved
from tests.support.ward import (
    ADMINISTRATOR,
    FIRST_DOSE,
    NURSE,
    TICKED,
    deferred,
    heavier,
    minutes,
    plan,
    saved,
    signed,
)


def course() -> Course:
    return work_out(plan(), library())


def report(outcome: Given = "given", *, dose: str = "", note: str = "", of: str = "") -> DoseReport:
    dose_id = of or course().rows[0].id
    return DoseReport(dose_id=dose_id, outcome=outcome, given_at=FIRST_DOSE, dose=dose, note=note)


def refused(told: DoseReport, at: dt.datetime = FIRST_DOSE) -> list[str]:
    with pytest.raises(InputError) as error:
        dose_text(course(), told, at)
    return [str(problem) for problem in error.value.problems]


def test_a_dose_is_recorded_the_moment_it_was_given_and_not_a_second_before() -> None:
    """375 mg/m2 of 1.8447 m2 (Mosteller) is 692 mg, in vials of 100 mg: 700 mg."""
    assert dose_text(course(), report(), FIRST_DOSE) == "700 mg"
    assert refused(report(), FIRST_DOSE - dt.timedelta(seconds=1)) == [
        'given at: "2026-11-30T09:10:00Z" is in the future; record what has happened'
    ]


def test_a_dose_is_recorded_with_the_six_digits_that_every_paper_shows() -> None:
    """10 mg/kg, which nobody rounds, of 70.12346 kg: 701.2346 mg, shown as 701.235 mg."""
    found = example_of("efgartigimod-iv-eu").plan
    patient = found.patient.model_copy(update={"weight": "70.12346 kg"})
    heavier = work_out(found.model_copy(update={"patient": patient}), shelved("efgartigimod-iv-eu"))
    assert dose_text(heavier, report(of=heavier.rows[0].id), FIRST_DOSE) == "701.235 mg"


def test_what_was_given_otherwise_is_recorded_as_it_was_told() -> None:
    assert dose_text(course(), report("given otherwise", dose=" 0.6 g ", note="x"), FIRST_DOSE) == (
        "0.6 g"
    )
    assert dose_text(course(), report("not given", note="fever"), FIRST_DOSE) == ""


def test_what_is_wrong_with_a_report_is_said_in_words() -> None:
    nowhere = 'dose: "x" is not in this course; choose a row of the course'
    assert refused(report(of="x")) == [nowhere]
    # Nothing is asked of the amount of a dose that there is not.
    assert refused(report("given otherwise", note="y", of="x")) == [nowhere]
    assert refused(report("given otherwise", dose="600 mg")) == [
        "note: is missing; write it in a few words"
    ]
    assert refused(report("given otherwise", dose="600", note="y")) == [
        'dose given: "600" has no unit; write 600 mg, 0.5 g, 50 mcg or 100 units'
    ]
    for outcome in ("given", "not given"):
        assert refused(report(outcome, dose="600 mg", note="y")) == [
            'dose given: "600 mg" does not belong here; choose given otherwise, or take it out'
        ]
    unknown: Any = "lost"  # from a form, where no type holds
    assert refused(report(unknown, note="y")) == [
        'outcome: "lost" is not known here; write one of: given, given otherwise, not given'
    ]


def test_a_dose_given_without_its_points_needs_a_reason_and_no_other_does() -> None:
    left = ["before giving", "at the chair"]
    for told in (report(), report("given otherwise", dose="600 mg", note="  ")):
        with pytest.raises(InputError) as error:
            must_say_why_unverified(told, left)
        assert str(error.value) == (
            "note: is missing, and the dose was not verified before giving, at the chair; "
            "write why it was given without"
        )
    must_say_why_unverified(report(), [])
    must_say_why_unverified(report("not given"), left)
    must_say_why_unverified(report(note="the second nurse was called away"), left)


def test_remarks_that_do_not_fit_are_refused_and_those_that_fit_are_not() -> None:
    for outcome, remarks in (
        ("signed", ""),
        ("signed", " "),
        ("signed with remarks", "slowly"),
        ("sent back", "weight is old"),
    ):
        remarks_must_fit(outcome, remarks)
    for outcome, remarks, said in (
        (
            "signed",
            "but",
            'remarks: "but" stand on a plain signature; '
            "choose signed with remarks, or leave them out",
        ),
        ("sent back", " ", "remarks: is missing; write it in a few words"),
        (
            "approved",
            "",
            'outcome: "approved" is not known here; '
            "write one of: signed, signed with remarks, sent back",
        ),
    ):
        with pytest.raises(InputError) as error:
            remarks_must_fit(outcome, remarks)
        assert str(error.value) == said


def test_only_the_version_saved_last_is_signed_and_the_signature_bears_its_number(
    sqlite_store: Store,
) -> None:
    for each in (plan(), heavier(plan()), heavier(plan(), "80 kg")):
        saved(sqlite_store, each)
    with pytest.raises(RefusedError) as error:
        signed(sqlite_store, heavier(plan()))
    assert [(one.code, one.text) for one in error.value.findings] == [
        (
            "records.not_the_saved_plan",
            "This is not the plan as it was saved last (version 3 by CD, planner, 20-Nov-2026 "
            "12:00 UTC); open that one.",
        )
    ]
    assert signed(sqlite_store, heavier(plan(), "80 kg")).version == 3


def test_one_of_several_who_planned_or_changed_it_does_not_sign(sqlite_store: Store) -> None:
    version = saved(sqlite_store, deferred(plan()))  # saved by CD, put off by AB
    assert version.plan is not None
    for name in ("cd", "ab"):
        with pytest.raises(RefusedError) as error:
            pharmacist = Actor(name=name, role="pharmacist", verified=True)
            must_not_be_own(pharmacist, version.plan, [version])
        assert [one.text for one in error.value.findings] == [
            f"{name} has planned this; another pharmacist has to check it."
        ]
    must_not_be_own(Actor(name="MN", role="pharmacist", verified=True), version.plan, [version])


def test_every_item_that_is_not_ticked_is_named() -> None:
    must_be_ticked(course(), library(), TICKED)
    with pytest.raises(RefusedError) as error:
        must_be_ticked(course(), library(), TICKED[:-2])
    (finding,) = error.value.findings
    assert finding.code == "records.open_tick"
    assert finding.text.count("; ") == 1  # two items: allergy and consent


def test_an_erased_plan_is_said_to_be_erased_whatever_is_done_with_it(sqlite_store: Store) -> None:
    with pytest.raises(InputError, match=r"is not in the records; save it first"):
        signed(sqlite_store, plan())
    saved(sqlite_store)
    sqlite_store.erase("ward-7", ADMINISTRATOR, why="asked for", at=minutes(9))
    gone = r"This plan was erased by KL on 20-Nov-2026; make a new one\."
    with pytest.raises(RefusedError, match=gone):
        signed(sqlite_store, plan())
    with pytest.raises(RefusedError, match=gone):
        sqlite_store.record(plan(), library(), NURSE, report(), at=FIRST_DOSE)
