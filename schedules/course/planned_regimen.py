"""One regimen of a plan for one patient: its medicines, its dose rules, its dates, its findings.

A plan has one, and one more for each regimen that a change added to it.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping

from dosing.calculation.calculate import calculate
from dosing.calculation.clearance import BETTER_CLEARANCE
from dosing.calculation.rule import DoseRule
from dosing.errors import Problem, Problems
from dosing.patient import Patient, implausible
from dosing.trace import Finding
from dosing.units import Quantity
from schedules.course.adjustments import adjustment_findings
from schedules.course.dose_rules import dose_rules, medicines_that_hold
from schedules.course.dosing_weight import weigh
from schedules.course.facts import Judged, read_known
from schedules.course.kidney import kidney_findings
from schedules.course.known_facts import Used
from schedules.course.measurements import Measurements
from schedules.course.plan_findings import plan_findings
from schedules.course.rows import Slot, replaced
from schedules.course.safety import Screening, check_safety
from schedules.course.timetable import Timetable, lay_out
from schedules.course.weights import sizes_used, weight_findings
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.regimen import Regimen
from schedules.plans.making import adjustment_problems, choice_problems, measurements_needed
from schedules.plans.plan import Plan

_KIDNEY = "the kidney"


@dataclasses.dataclass(frozen=True, kw_only=True)
class PlannedRegimen:
    """A regimen as it holds for the patient, before it has dates.

    ``patient`` has the clearance and the severity as the regimen's bands need them. ``medicines``
    are by phase, ``rules`` by phase and name of the medicine. ``measurement`` is an index into the
    measurements of the plan: those that were the newest when the regimen was planned.
    """

    number: int
    plan: Plan
    regimen: Regimen
    library: Library
    patient: Patient
    medicines: Mapping[str, list[Medicine]]
    rules: Mapping[tuple[str, str], DoseRule]
    findings: tuple[Finding, ...]
    safety: Screening
    measurement: int = 0

    def lay_out(self, choices: Mapping[str, str] | None = None) -> Timetable:
        """Put it on its dates, with the plan's choices or with others in their place.

        Raises:
            InputError: if a choice is not offered, or a cycle is shorter than its last day.
        """
        plan = self.plan
        if choices:
            plan = plan.model_copy(update={"choices": {**plan.choices, **choices}})
            problems = Problems()
            problems.extend(choice_problems(self.regimen, plan.choices, saved=True))
            problems.extend(self._companions_changed(plan.choices))
            problems.raise_if_any()
        dates = lay_out(plan, self.regimen, self.medicines, self.rules, self._taper_starts())
        if self.number == 1:
            return dates
        number, measurement = self.number, self.measurement
        return dataclasses.replace(
            dates,
            slots=tuple(
                replaced(d, course_number=number, measurement=measurement) for d in dates.slots
            ),
            occasions=tuple(replaced(d, course_number=number) for d in dates.occasions),
        )

    def _companions_changed(self, choices: Mapping[str, str]) -> Iterator[Problem]:
        """Yield the companions that a change would add or take away: doses have no rule for it."""
        before = self.regimen.companions_given(self.plan.choices)
        for name in sorted(before ^ self.regimen.companions_given(choices)):
            why = "is decided when the course is planned"
            accepted = "omit its doses, or plan the rest anew"
            yield Problem(field=name, typed=choices[name], why=why, accepted=accepted)

    def _taper_starts(self) -> dict[str, Quantity]:
        """Return the dose from which each taper comes down, by the phase of the taper."""
        return {
            phase.name: calculate(self.rules[phase.name, medicine.name], self.patient).amount
            for phase in self.regimen.phases
            if phase.taper is not None
            for medicine in self.medicines[phase.name]
        }

    def measured_again(self, measurements: Measurements) -> PlannedRegimen:
        """Return it for other measurements; its findings are those of the measurements alone."""
        by_patient, patient = self._measured_again, measurements.patient
        if id(patient) not in by_patient:
            planned = _for_patient(self.plan, self.regimen, self.library, measurements, self.number)
            by_patient[id(patient)] = patient, planned
        return by_patient[id(patient)][1]

    @functools.cached_property
    def _measured_again(self) -> dict[int, tuple[Patient, PlannedRegimen]]:
        """What it is for a patient measured again, who is kept so that none gets the same id."""
        return {}

    def rule_for(self, slot: Slot) -> tuple[Medicine, DoseRule] | None:
        """Return the medicine and the rule of a dose for these measurements, if it has them.

        The band may be another one. A taper has none: it comes down from the dose that was really
        given, not from a new one.
        """
        return self._rules_for_doses.get((slot.phase, slot.medicine.name))

    @functools.cached_property
    def _rules_for_doses(self) -> Mapping[tuple[str, str], tuple[Medicine, DoseRule]]:
        tapers = {phase.name for phase in self.regimen.phases if phase.taper}
        found: dict[tuple[str, str], tuple[Medicine, DoseRule]] = {}
        for phase, holding in self.medicines.items():
            for medicine in holding if phase not in tapers else ():
                key = phase, medicine.name
                found.setdefault(key, (medicine, self.rules[key]))
        return found


def plan_regimen(
    plan: Plan,
    library: Library,
    measurements: Measurements,
    number: int,
    judged: Judged | None = None,
) -> PlannedRegimen:
    """Return what a regimen means for the patient of a plan.

    Args:
        plan: the plan of this one regimen, without changes.
        library: where the regimen and its drugs are read from.
        measurements: those of the plan.
        number: the position of the regimen in the course, from 1.
        judged: on which day the patient is looked at and beside which drugs, where it is not the
            first day of this regimen alone.

    Raises:
        InputError: if a measurement or a choice is missing.
        KnowledgeError: if the library has no such regimen.
    """
    regimen = library.regimen(plan.regimen.id).as_chosen(plan.choices)
    problems = Problems()
    problems.extend(choice_problems(regimen, plan.choices, saved=True))
    problems.extend(adjustment_problems(regimen, plan.adjustments))
    problems.raise_if_any()
    planned = _for_patient(plan, regimen, library, measurements, number, judged)
    findings = (*plan_findings(plan, regimen, library), *planned.findings)
    return dataclasses.replace(planned, findings=findings)


def _for_patient(
    plan: Plan,
    regimen: Regimen,
    library: Library,
    measurements: Measurements,
    number: int,
    judged: Judged | None = None,
) -> PlannedRegimen:
    patient, clearance = measurements.for_regimen(plan, regimen)
    medicines, no_dose = medicines_that_hold(regimen, patient)
    own_rules, about_rules = dose_rules(plan, regimen, library, medicines)
    known = read_known(
        measurements.entry,
        *measurements.screened(patient, clearance),
        regimen,
        library.terms,
        judged or Judged(plan.first_day),
    )
    weighed = weigh(plan, regimen, library, medicines, own_rules, known)
    rules = weighed.rules
    needed = (
        weighed.facts
        | sizes_used(rules.values(), known)
        | {field.replace("_", " ") for field, _ in measurements_needed(regimen, measurements.entry)}
    )
    by_weight = [*weight_findings(measurements.entry, library, medicines, rules, known)]
    diseases = plan.patient.conditions
    by_kidney = [*kidney_findings(regimen, library, patient, clearance, diseases, known.clearance)]
    if clearance is not None:
        needed |= {fact.name for fact in known.measured.get("clearance", ())}
    by_clearance = known.measured.get("clearance", ())
    used = [
        *by_weight,
        *(Used(by_clearance, _KIDNEY, one) for one in by_kidney if one.code == BETTER_CLEARANCE),
    ]
    safety = check_safety(regimen, library, known, medicines, rules, needed, used)
    findings = (
        *implausible(patient),
        *no_dose,
        *about_rules,
        *weighed.findings,
        *by_kidney,
        *(one.finding for one in by_weight),
        *adjustment_findings(
            plan,
            regimen,
            library,
            medicines,
            rules,
            dataclasses.replace(patient, indexed_clearance=known.patient.indexed_clearance),
        ),
        *safety.findings,
    )
    return PlannedRegimen(
        number=number,
        plan=plan,
        regimen=regimen,
        library=library,
        patient=patient,
        medicines=medicines,
        rules=rules,
        findings=findings,
        safety=safety,
    )
