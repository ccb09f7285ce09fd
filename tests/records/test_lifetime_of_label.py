"""What is said of a lifetime over the saved plans of a label, and what is said to be missing."""

from __future__ import annotations

import datetime as dt

import pytest

from records.store import Store
from schedules.course.work_out import work_out
from schedules.plans.changes import Record
from schedules.plans.plan import Plan
from tests.records.test_lifetime import found, monthly, saved
from tests.support.planning import CYCLOPHOSPHAMIDE, RITUXIMAB, example_of, man, planned, shelved
from tests.support.ward import NOON, PLANNER


def test_what_was_given_before_the_other_plan_counts_to_the_tenth_of_a_milligram(
    sqlite_store: Store,
) -> None:
    """100.25 mg before, then twice 11.1 g: 22,300.25 mg, above the 10 g of which the file notes."""
    saved(sqlite_store, monthly("ward-7", "2026-11-30", cyclophosphamide="100.25 mg"))
    (within,) = found(sqlite_store, monthly("ward-7", "2028-01-03"))
    assert within.text.replace("\u00a0", " ") == (
        "cyclophosphamide: 22,300.3 mg in a lifetime, with what other saved plans of this label "
        f"hold, given or planned ({CYCLOPHOSPHAMIDE} from 30-Nov-2026). Cyclophosphamide: "
        "22,300 mg in a lifetime is above the level to note (up to 10 g)."
    )
    assert str(within.source) == "saved plans of this label (records)"  # not "(unconfirmed)"


def test_what_no_limit_is_reached_by_is_a_note_of_the_sum_alone(sqlite_store: Store) -> None:
    """400 mg/m2 of 1.8446 m2 is 737.9 mg, to the nearest 50 mg 750 mg: twice six are 9 g."""

    def smaller(start: str) -> Plan:
        return planned(CYCLOPHOSPHAMIDE, start=start, dose="400 mg/m2", who=man(label="ward-7"))

    saved(sqlite_store, smaller("2026-11-30"))
    (within,) = found(sqlite_store, smaller("2028-01-03"))
    assert (within.code, within.level) == ("lifetime.from_records", "NOTE")
    assert within.text.replace("\u00a0", " ") == (
        "cyclophosphamide: 9,000 mg in a lifetime, with what other saved plans of this label "
        f"hold, given or planned ({CYCLOPHOSPHAMIDE} from 30-Nov-2026)."
    )


def giving_no_course(plan: Plan) -> Plan:
    """Return the same plan with a dose recorded at a place that it does not have."""
    said = {"who": "GH", "when": NOON, "why": "given", "on": "2026-12-07"}
    nowhere = Record.model_validate({"at": "induction cycle 99 day 1", **said})
    return plan.model_copy(update={"changes": [nowhere]})


@pytest.mark.hazard("H288")
def test_other_plans_that_give_no_course_now_are_a_warning(sqlite_store: Store) -> None:
    own = monthly("ward-7", "2028-01-03")
    # Of a drug without a limit of a lifetime nothing is counted, nor said to be missing.
    saved(sqlite_store, giving_no_course(planned(RITUXIMAB, who=man(label="ward-7"))))
    assert found(sqlite_store, own) == []
    for start, rest in (("2026-11-30", ""), ("2027-06-07", " and 1 more")):
        saved(sqlite_store, giving_no_course(monthly("ward-7", start)))
        (missing,) = found(sqlite_store, own)
        assert (missing.code, missing.level) == ("lifetime.not_counted", "WARN")
        assert missing.text == (
            "Not counted toward a lifetime, as it cannot be calculated now: "
            f"{CYCLOPHOSPHAMIDE} from 30-Nov-2026{rest}."
        )


def test_a_drug_that_goes_along_with_another_is_counted_toward_no_limit_that_it_does_not_have(
    sqlite_store: Store,
) -> None:
    """Each of both plans gives mesna as well, which has no limit of a lifetime."""
    shelf = shelved("cyclophosphamide-monthly-mesna")
    first = example_of("cyclophosphamide-monthly-mesna").plan
    again = first.model_copy(update={"first_day": dt.date(2028, 1, 3)})
    assert {row.drug for row in work_out(again, shelf).rows} == {"cyclophosphamide", "mesna"}
    sqlite_store.save_first(first, PLANNER, at=NOON)
    said = sqlite_store.lifetime_of_label(work_out(again, shelf), shelf)
    assert [one.text.partition(":")[0] for one in said] == ["cyclophosphamide"]
