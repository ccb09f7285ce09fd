"""The patient's texts are read once, whatever a course is made of and written to."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from dosing import units
from dosing.errors import InputError
from dosing.units import Quantity, ordinary_spaces, plain
from schedules.course.measurements import read_measurements, weight_at
from schedules.course.work_out import work_out
from schedules.outputs.formats import FORMATS, Job
from schedules.plans.changes import AddCourse, Defer, Reweigh
from schedules.plans.plan import Plan
from schedules.review.checklist import checklist
from tests.support.planning import (
    CYCLOPHOSPHAMIDE,
    RITUXIMAB,
    SAID,
    course_of,
    library,
    man,
    planned,
)

NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
MEASURED = {"weight", "height", "age", "creatinine"}


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, str]]:
    """Count each text that is read as a measurement, by its kind."""
    counts: Counter[tuple[str, str]] = Counter()
    read = units.read

    def counted(kind: str, text: object, *, field: str | None = None) -> Quantity:
        if kind in MEASURED:
            counts[kind, str(text)] += 1
        return read(kind, text, field=field)

    monkeypatch.setattr(units, "read", counted)
    return counts


def with_changes(plan: Plan, *changes: object) -> Plan:
    return plan.model_copy(update={"changes": [*changes]})


def reweigh(day: int, **measured: str) -> Reweigh:
    return Reweigh.model_validate(
        {"from_day": dt.date(2026, 12, day), "doses": "worked out again", **measured, **SAID}
    )


def test_planning_and_exporting_a_course_reads_each_measurement_once(
    reads: Counter[tuple[str, str]],
) -> None:
    plan = planned(RITUXIMAB, who=man(creatinine="80 umol/L"))
    reads.clear()  # making the plan has checked what was typed
    course = work_out(plan, library())
    checklist(course, library())
    for form in FORMATS:
        assert form.write(Job(course=course, library=library(), printed_at=NOW))
    assert reads == {
        ("weight", "70 kg"): 1,
        ("height", "175 cm"): 1,
        ("age", "48 years"): 1,
        ("creatinine", "80 umol/L"): 1,
    }


def test_each_weighing_is_read_once_though_every_earlier_state_is_kept(
    reads: Counter[tuple[str, str]],
) -> None:
    known = library().knowledge_for(library().regimen(RITUXIMAB))
    added = AddCourse(
        regimen=known[f"regimens/{RITUXIMAB}"],
        drugs=[known["drugs/rituximab"]],
        first_day=dt.date(2026, 12, 7),
        choices={},
        **SAID,
    )
    deferred = Defer(at="pulses cycle 3 day 1", by_days=7, scope="later", **SAID)
    first, second = reweigh(20, weight="80 kg"), reweigh(22, weight="81 kg", height="176 cm")
    plan = with_changes(planned(CYCLOPHOSPHAMIDE), first, added, second, deferred)
    reads.clear()
    course = work_out(plan, library())
    assert len(course.states) == 5
    assert reads == {
        ("weight", "70 kg"): 1,
        ("height", "175 cm"): 1,
        ("age", "48 years"): 1,
        ("weight", "80 kg"): 1,
        ("weight", "81 kg"): 1,
        ("height", "176 cm"): 1,
    }


def test_the_course_holds_the_patient_as_the_bands_need_him() -> None:
    patient = work_out(planned(RITUXIMAB), library()).patient
    assert patient.weight is not None
    assert (plain(patient.weight), patient.sex, patient.clearance) == ("70 kg", "male", None)


def test_the_weight_of_a_day_is_the_one_measured_last() -> None:
    plan = with_changes(
        planned(RITUXIMAB), reweigh(7, weight="80 kg"), reweigh(9, creatinine="90 umol/L")
    )
    measurements = read_measurements(plan)
    weights = [weight_at(measurements, dt.date(2026, 12, day)) for day in (6, 7, 9)]
    assert [plain(weight) for weight in weights if weight is not None] == [
        "70 kg",
        "80 kg",
        "80 kg",
    ]


def test_a_weighing_that_cannot_be_read_names_its_change() -> None:
    plan = with_changes(planned(RITUXIMAB), reweigh(7, weight="80"))
    with pytest.raises(InputError, match=r"^change 1, weight: "):
        work_out(plan, library())


def test_a_creatinine_alone_leaves_the_weight_as_old_as_it_is() -> None:
    plan = planned(CYCLOPHOSPHAMIDE, who=man(weight_on="2026-11-23"))
    site = plan.site.model_copy(update={"weight_valid_days": 30})
    plan = plan.model_copy(update={"site": site})
    # weighed 7 days before the first pulse, 35 days before the second one
    text = "The weight was measured on 23-Nov-2026; this site asks for one from the last 30 days."
    for changes in ((), (reweigh(1, creatinine="90 umol/L"),)):
        course = work_out(with_changes(plan, *changes), library())
        assert [f.code for f in course.findings if f.text.startswith(text)] == [
            "weight.will_be_old"
        ]


@pytest.mark.parametrize(
    ("weighed", "code"),
    [
        # doses on 30 November and 7, 14, 21 December; the site asks for a weight of 31 days
        ("2026-11-20", None),  # 31 days before the last
        ("2026-11-19", ("NOTE", "weight.will_be_old")),  # 32 days before the last
        ("2026-10-30", ("NOTE", "weight.will_be_old")),  # 31 days before the first
        ("2026-10-29", ("WARN", "weight.old")),  # 32 days before the first
    ],
)
def test_a_weight_older_than_the_site_allows_is_asked_for_again(
    weighed: str, code: tuple[str, str] | None
) -> None:
    found = course_of(RITUXIMAB, who=man(weight_on=weighed))
    assert found.plan.site.weight_valid_days == 31
    about = [(f.level, f.code) for f in found.findings if f.code.startswith("weight.")]
    assert about == ([code] if code else [])


def test_a_weight_that_is_old_for_every_dose_is_asked_for_before_the_first() -> None:
    old = planned(RITUXIMAB, who=man(weight_on="2026-10-29"))
    (said,) = [f for f in work_out(old, library()).findings if f.code == "weight.old"]
    assert ordinary_spaces(said.text) == (
        "The weight was measured on 29-Oct-2026; this site asks for one from the last 31 days. "
        "Weigh again before induction cycle 1 day 1 (Mon 30-Nov-2026)."
    )
    # weighed again on the first day, no later dose is by an old weight
    again = work_out(with_changes(old, reweigh(1, weight="70 kg")), library())
    assert [f.code for f in again.findings if f.code.startswith("weight.")] == []


def test_weighed_again_at_the_same_weight_a_dose_goes_by_the_newer_weighing() -> None:
    # 375 mg/m2, Mosteller: sqrt(175 x 70 / 3600) m2 is 691.8 mg, at 90 kg 784.4 mg; to 100 mg.
    weighings = reweigh(1, weight="90 kg"), reweigh(10, weight="90 kg"), reweigh(18, weight="70 kg")
    course = work_out(with_changes(planned(RITUXIMAB), *weighings), library())
    found = [(row.date.day, row.measurement, plain(row.dose.amount)) for row in course.rows]
    assert found == [(30, 0, "700 mg"), (7, 1, "800 mg"), (14, 2, "800 mg"), (21, 3, "700 mg")]
