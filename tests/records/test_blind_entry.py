"""What is entered blind is compared with the figure as papers and pages show it."""

from __future__ import annotations

from records.points import verify_point
from records.store import Store
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.site import Verify
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Plan
from schedules.review.checklist import checklist
from tests.support.planning import MADE_ON, shelved
from tests.support.ward import CHECKED_AT, NURSE, PHARMACIST, minutes, saved

ONE_BLIND = Verify(points=["before giving"], blind="before giving")


def sign_whatever_waits(store: Store, what: Plan, knowledge: Library) -> Course:
    """Acknowledge and tick everything of a saved plan, and sign it; return its course."""
    course = work_out(what, knowledge)
    for one in course.unacknowledged:
        store.acknowledge(what, knowledge, PHARMACIST, code=one.code, reason="seen", at=CHECKED_AT)
    ticked = [item.key for item in checklist(course, knowledge).open]
    store.sign(what, knowledge, PHARMACIST, outcome="signed", ticked=ticked, at=CHECKED_AT)
    return course


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
