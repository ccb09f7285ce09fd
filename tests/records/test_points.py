"""The points at which a dose is verified again: none skipped, nobody twice, one of them blind."""

from __future__ import annotations

import functools

import pytest

from dosing.errors import InputError
from dosing.trace import RefusedError
from records.models import DoseReport, Given
from records.points import points_of_dose, verify_point
from records.roles import Actor
from records.store import Store
from records.verified import VerifiedPoint, next_point, tell_points
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.site import POINTS, Verify
from schedules.plans.changes import Record
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Plan
from schedules.review.checklist import checklist
from tests.support.planning import MADE_ON, THIOCTIC, library, man, planned, shelved
from tests.support.ward import (
    ADMINISTRATOR,
    CHECKED_AT,
    FIRST_DOSE,
    NURSE,
    PHARMACIST,
    PLANNER,
    deferred,
    minutes,
    noted,
    plan,
    saved,
    signed,
)

DEMANDED = Verify(points=list(POINTS), blind="before giving")
ONE_BLIND = Verify(points=["before giving"], blind="before giving")
BLIND = {"weight": "70 kg", "height": "1.75 m", "dose": "0.7 g"}


@functools.cache
def demanding() -> Library:
    regimen = library().regimen("rituximab-weekly")
    site = library().site.model_copy(update={"verify": DEMANDED})
    return library().with_only(regimen, site)


def person(name: str) -> Actor:
    return Actor(name=name, role="nurse", verified=True)


def dose() -> str:
    return work_out(plan(), demanding()).rows[0].id


def verify(store: Store, who: Actor, **entered: str) -> VerifiedPoint:
    return verify_point(
        store, plan(), demanding(), who, dose_id=dose(), entered=entered, at=minutes(200)
    )


@pytest.fixture
def checked(sqlite_store: Store) -> Store:
    saved(sqlite_store)
    signed(sqlite_store, plan(), demanding())
    return sqlite_store


@pytest.mark.hazard("H264")
def test_the_four_points_are_passed_in_order_each_by_another_person(checked: Store) -> None:
    for place, who in enumerate(("N1", "N2", "N3", "N4")):
        entered = BLIND if POINTS[place] == "before giving" else {}
        assert verify(checked, person(who), **entered).point == POINTS[place]
        if place < 3:
            with pytest.raises(RefusedError, match="has verified this dose before"):
                verify(checked, person(f" {who.lower()} "), **BLIND)
    done = points_of_dose(checked, plan().id, dose())
    assert [(one.point, one.by.name, one.agrees) for one in done] == [
        ("before preparing", "N1", True),
        ("after preparing", "N2", True),
        ("before giving", "N3", True),
        ("at the chair", "N4", True),
    ]
    assert next_point(DEMANDED, done) is None
    with pytest.raises(RefusedError, match="has passed every point"):
        verify(checked, person("N5"))
    assert checked.verify().broken is None


@pytest.mark.hazard("H264")
def test_what_is_entered_blind_is_compared_and_kept_and_a_difference_passes_nothing(
    checked: Store,
) -> None:
    verify(checked, person("N1"))
    verify(checked, person("N2"))
    with pytest.raises(InputError, match=r"weight: is missing; write a number with its unit"):
        verify(checked, person("N3"), dose="700 mg")
    found = verify(checked, person("N3"), **{**BLIND, "weight": "17 kg", "dose": "70 mg"})
    assert not found.agrees
    assert found.entered == {**BLIND, "weight": "17 kg", "dose": "70 mg"}
    assert found.differs == (
        "weight 17 kg, the plan has 70 kg",
        "dose 70 mg, the plan has 700 mg",
    )
    assert next_point(DEMANDED, points_of_dose(checked, plan().id, dose())) == "before giving"
    with pytest.raises(RefusedError, match="N3 has verified this dose before"):
        verify(checked, person("N3"), **BLIND)
    assert verify(checked, person("N4"), **BLIND).agrees


@pytest.mark.hazard("H264")
def test_what_is_told_has_no_figure_of_the_plan_while_somebody_has_to_enter_it_blind(
    checked: Store,
) -> None:
    said = [f"{POINTS[place]}: N{place + 1}, nurse, 20-Nov-2026 15:20 UTC" for place in range(3)]
    for name in ("N1", "N2"):
        verify(checked, person(name))
    verify(checked, person("N3"), **{**BLIND, "weight": "17 kg", "dose": "70 mg"})
    done = points_of_dose(checked, plan().id, dose())
    assert tell_points(DEMANDED, done) == [*said[:2], f"{said[2]}, differs: weight and dose"]
    verify(checked, person("N4"), **BLIND)
    done = points_of_dose(checked, plan().id, dose())
    figures = "weight 17 kg, the plan has 70 kg; dose 70 mg, the plan has 700 mg"
    assert tell_points(DEMANDED, done) == [
        *said[:2],
        f"{said[2]}, differs: {figures}",
        "before giving: N4, nurse, 20-Nov-2026 15:20 UTC",
    ]


def test_everything_wrong_with_what_was_entered_blind_is_listed_at_once(checked: Store) -> None:
    verify(checked, person("N1"))
    verify(checked, person("N2"))
    for entered in ({"dose": "much"}, {"weight": "heavy"}, {**BLIND, "weight": "7", "dose": "7"}):
        with pytest.raises(InputError) as wrong:
            verify(checked, person("N3"), **entered)
        refused = [problem.field for problem in wrong.value.problems]
        assert refused == ["weight", *(["height"] if "height" not in entered else []), "dose"]
    assert len(points_of_dose(checked, plan().id, dose())) == 2


@pytest.mark.hazard("H264")
def test_an_amount_of_another_kind_is_refused_without_the_figure_of_the_plan(
    checked: Store,
) -> None:
    verify(checked, person("N1"))
    verify(checked, person("N2"))
    with pytest.raises(InputError) as refused:
        verify(checked, person("N3"), **{**BLIND, "dose": "35 mL"})
    said = 'dose: "35.0 mL" is another kind of value; give it in mg'
    assert [str(problem) for problem in refused.value.problems] == [said]


def sign_whatever_waits(store: Store, what: Plan, knowledge: Library) -> Course:
    """Acknowledge and tick everything of a saved plan, and sign it; return its course."""
    course = work_out(what, knowledge)
    for one in course.unacknowledged:
        store.acknowledge(what, knowledge, PHARMACIST, code=one.code, reason="seen", at=CHECKED_AT)
    ticked = [item.key for item in checklist(course, knowledge).open]
    store.sign(what, knowledge, PHARMACIST, outcome="signed", ticked=ticked, at=CHECKED_AT)
    return course


def test_what_the_plan_does_not_have_is_not_entered_blind(sqlite_store: Store) -> None:
    """Daily tablets of a fixed strength are planned for nobody's weight."""
    without = planned(THIOCTIC, who=man(weight="", height=""))
    saved(sqlite_store, without)
    site = library().site.model_copy(update={"verify": ONE_BLIND})
    knowledge = library().with_only(library().regimen(THIOCTIC), site)
    course = sign_whatever_waits(sqlite_store, without, knowledge)

    def entering(**entered: str) -> VerifiedPoint:
        return verify_point(
            sqlite_store,
            without,
            knowledge,
            NURSE,
            dose_id=course.rows[0].id,
            entered=entered,
            at=minutes(200),
        )

    with pytest.raises(InputError, match='weight: "70 kg" is not in the plan; write nothing here'):
        entering(weight="70 kg", dose="600 mg")
    assert entering(dose="0.6 g").agrees


def test_a_dose_is_entered_blind_with_the_six_digits_that_every_paper_shows(
    sqlite_store: Store,
) -> None:
    """10 mg/kg, which nobody rounds, of 70.12346 kg: 701.2346 mg, shown as 701.235 mg."""
    shelf = shelved("efgartigimod-iv-eu")
    regimen = shelf.regimen("efgartigimod-iv-eu")
    site = shelf.site.model_copy(update={"verify": ONE_BLIND})
    knowledge = shelf.with_only(regimen, site)
    who = {"label": "ward-7", **regimen.examples[0].patient, "weight": "70.12346 kg"}
    unrounded = make_plan(
        regimen,
        shelf.knowledge_for(regimen),
        site,
        PatientEntry.model_validate(who),
        first_day="2026-11-30",
        made_on=MADE_ON,
        choices=regimen.examples[0].choose,
    )
    saved(sqlite_store, unrounded)
    course = sign_whatever_waits(sqlite_store, unrounded, knowledge)
    entered = {"weight": "70.12346 kg", "height": unrounded.patient.height, "dose": "701.235 mg"}
    found = verify_point(
        sqlite_store,
        unrounded,
        knowledge,
        NURSE,
        dose_id=course.rows[0].id,
        entered=entered,
        at=minutes(200),
    )
    assert found.differs == ()


def test_a_dose_that_the_course_does_not_have_is_not_verified(checked: Store) -> None:
    with pytest.raises(InputError, match='dose: "x" is not in this course; choose a row'):
        verify_point(checked, plan(), demanding(), NURSE, dose_id="x", entered={}, at=minutes(200))


def test_nothing_is_verified_of_a_plan_that_is_not_signed(sqlite_store: Store) -> None:
    saved(sqlite_store)
    with pytest.raises(RefusedError, match="not signed"):
        verify(sqlite_store, NURSE)
    signed(sqlite_store, plan(), demanding())
    with pytest.raises(RefusedError, match="may not verify a dose"):
        verify(sqlite_store, ADMINISTRATOR)
    assert verify(sqlite_store, PHARMACIST).point == "before preparing"


def test_another_version_of_the_plan_begins_at_the_first_point(checked: Store) -> None:
    verify(checked, person("N1"))
    changed = deferred(plan())
    checked.save(changed, PLANNER, expected_version=1, at=CHECKED_AT)
    assert points_of_dose(checked, plan().id, dose()) == []


def test_a_site_that_demands_nothing_has_no_point(checked: Store) -> None:
    with pytest.raises(RefusedError, match="has passed every point that the site has"):
        verify_point(checked, plan(), library(), NURSE, dose_id=dose(), entered={}, at=minutes(200))


def recorded(of: Plan, *places: str) -> Plan:
    """Return the same plan with doses recorded as given on their days."""
    said = {"who": "GH", "when": CHECKED_AT, "why": "given"}
    days = {"induction cycle 1 day 1": "2026-11-30", "induction cycle 1 day 8": "2026-12-07"}
    changes = [Record.model_validate({"at": at, "on": days[at], **said}) for at in places]
    return of.model_copy(update={"changes": changes})


def unverified(store: Store, what: Plan) -> list[str]:
    course = store.look_up_check(work_out(what, demanding()), demanding())
    return [one.text for one in course.findings if one.code == "verify.given_unverified"]


@pytest.mark.hazard("H264")
def test_a_dose_given_without_a_point_says_so_wherever_the_plan_is_looked_up(
    checked: Store,
) -> None:
    one, two = "induction cycle 1 day 1", "induction cycle 1 day 8"
    for name in ("N1", "N2"):
        verify(checked, person(name))
    assert unverified(checked, plan()) == []
    given = recorded(plan(), one)
    text = f"{one}: rituximab was given, and not verified before giving, at the chair."
    assert unverified(checked, given) == [text]
    (found,) = [
        finding
        for finding in checked.look_up_check(work_out(given, demanding()), demanding()).findings
        if finding.code == "verify.given_unverified"
    ]
    assert str(found.source) == "points of this site (site.yaml)"  # and not "(unconfirmed)"
    checked.save(given, PLANNER, expected_version=1, at=CHECKED_AT)
    both = recorded(plan(), one, two)
    last = (
        f"{two}: rituximab was given, and not verified before preparing, after preparing, "
        "before giving, at the chair."
    )
    assert unverified(checked, both) == [text, last]
    checked.save(both, PLANNER, expected_version=2, at=CHECKED_AT)
    assert unverified(checked, both) == [text, last]


def test_a_dose_given_after_every_point_has_nothing_to_say_in_any_later_version(
    checked: Store,
) -> None:
    for name in ("N1", "N2", "N3", "N4"):
        verify(checked, person(name), **(BLIND if name == "N3" else {}))
    given = recorded(plan(), "induction cycle 1 day 1")
    assert unverified(checked, given) == []
    checked.save(given, PLANNER, expected_version=1, at=CHECKED_AT)
    later = given.model_copy(update={"changes": [*given.changes, *deferred(plan()).changes]})
    checked.save(later, PLANNER, expected_version=2, at=CHECKED_AT)
    assert unverified(checked, given) == unverified(checked, later) == []
    assert unverified(checked, noted(later, "seen")) == []


@pytest.mark.hazard("H264")
def test_points_passed_after_a_dose_was_recorded_do_not_count_for_it(sqlite_store: Store) -> None:
    given = recorded(plan(), "induction cycle 1 day 1")
    saved(sqlite_store, given)
    signed(sqlite_store, given, demanding())
    for name in ("N1", "N2", "N3", "N4"):
        entered = BLIND if name == "N3" else {}
        verify_point(
            sqlite_store,
            given,
            demanding(),
            person(name),
            dose_id=dose(),
            entered=entered,
            at=minutes(200),
        )
    assert len(unverified(sqlite_store, given)) == 1


def test_what_was_verified_still_counts_in_versions_that_were_erased_or_give_no_course_now(
    checked: Store,
) -> None:
    for name in ("N1", "N2", "N3", "N4"):
        verify(checked, person(name), **(BLIND if name == "N3" else {}))
    given = recorded(plan(), "induction cycle 1 day 1")
    said = {"who": "GH", "when": CHECKED_AT, "why": "given", "on": "2026-12-07"}
    nowhere = Record.model_validate({"at": "induction cycle 9 day 1", **said})
    broken = given.model_copy(update={"changes": [nowhere]})
    with pytest.raises(InputError):
        work_out(broken, demanding())
    checked.save(broken, PLANNER, expected_version=1, at=CHECKED_AT)
    # The version before the dose was recorded is the second, in which no point was passed.
    assert len(unverified(checked, given)) == 1
    checked.erase("ward-7", ADMINISTRATOR, why="asked for by letter", at=minutes(300))
    assert len(unverified(checked, given)) == 1


def test_the_points_of_a_version_do_not_count_for_the_dose_of_another(checked: Store) -> None:
    for name in ("N1", "N2", "N3", "N4"):
        verify(checked, person(name), **(BLIND if name == "N3" else {}))
    checked.save(deferred(plan()), PLANNER, expected_version=1, at=CHECKED_AT)
    changes = [*deferred(plan()).changes, *recorded(plan(), "induction cycle 1 day 1").changes]
    given = plan().model_copy(update={"changes": changes})
    assert len(unverified(checked, given)) == 1


def test_a_report_of_a_dose_without_its_points_needs_a_reason(checked: Store) -> None:
    def report(outcome: Given, note: str = "") -> None:
        told = DoseReport(dose_id=dose(), outcome=outcome, given_at=FIRST_DOSE, note=note)
        checked.record(plan(), demanding(), NURSE, told, at=FIRST_DOSE)

    verify(checked, person("N1"))
    with pytest.raises(
        InputError, match=r"not verified after preparing, before giving, at the chair"
    ):
        report("given")
    report("given", "the second nurse was called away")
    report("not given", "fever")
    for name in ("N2", "N3", "N4"):
        verify(checked, person(name), **(BLIND if name == "N3" else {}))
    report("given")
    assert [one.outcome for one in checked.administrations(plan().id)] == [
        "given",
        "not given",
        "given",
    ]


@pytest.mark.parametrize(
    ("points", "blind", "why"),
    [
        (["at the chair", "before giving"], None, "once and in this order"),
        (["before giving", "before giving"], None, "once and in this order"),
        (["before giving"], "at the chair", "is not among the points"),
    ],
)
def test_the_points_of_a_site_stand_in_their_order(
    points: list[str], blind: str | None, why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        Verify.model_validate({"points": points, "blind": blind})
