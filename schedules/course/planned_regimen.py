"""One regimen of a plan for one patient: its rules, its dates, and what has to be said of them.

A plan has one strand, and one more for each regimen that a change added to it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from dosing.calculation.calculate import calculate
from dosing.calculation.rule import DoseRule
from dosing.errors import Problems
from dosing.patient import implausible
from dosing.trace import Finding, stops
from dosing.units import Quantity
from schedules.course.adjustments import adjustment_findings
from schedules.course.dose_rules import dose_rules, medicines_that_hold, plan_findings
from schedules.course.kidney import kidney_findings
from schedules.course.timetable import Timetable, lay_out
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.regimen import Regimen
from schedules.plans.making import adjustment_problems, choice_problems
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Plan, patient_of


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRegimen:
    """A regimen as it holds for the patient, before it has dates."""

    number: int
    plan: Plan
    regimen: Regimen
    library: Library
    medicines: Mapping[str, list[Medicine]]
    rules: Mapping[tuple[str, str], DoseRule]
    findings: tuple[Finding, ...]

    @property
    def stopped(self) -> bool:
        """Tell whether something stops it before any date."""
        return bool(stops(self.findings))

    def lay_out(self, choices: Mapping[str, str] | None = None) -> Timetable:
        """Put it on its dates, with the plan's choices or with others in their place.

        Raises:
            InputError: if a choice is not offered, or a cycle is shorter than its last day.
        """
        plan = self.plan
        if choices:
            plan = plan.model_copy(update={"choices": {**plan.choices, **choices}})
            problems = Problems()
            problems.extend(choice_problems(self.regimen, plan.choices))
            problems.raise_if_any()
        dates = lay_out(plan, self.regimen, self.medicines, self.rules, self._starts())
        if self.number == 1:
            return dates
        return dataclasses.replace(
            dates,
            slots=tuple(dataclasses.replace(d, course_number=self.number) for d in dates.slots),
            occasions=tuple(
                dataclasses.replace(d, course_number=self.number) for d in dates.occasions
            ),
        )

    def _starts(self) -> dict[str, Quantity]:
        """Give the dose that each taper begins at, by the phase of the taper."""
        patient = patient_of(self.plan, self.regimen)
        return {
            phase.name: calculate(self.rules[phase.name, medicine.name], patient).amount
            for phase in self.regimen.phases
            if phase.taper is not None
            for medicine in self.medicines[phase.name]
        }

    def rules_for(
        self, entry: PatientEntry
    ) -> tuple[Mapping[tuple[str, str], tuple[Medicine, DoseRule]], list[Finding]]:
        """Give the rules for other measurements, by phase and item: a band may be another one."""
        plan = self.plan.model_copy(update={"patient": entry})
        findings: list[Finding] = []
        medicines, rules = _held(plan, self.regimen, self.library, findings)
        found = {
            (phase, medicine.name): (medicine, rules[phase, medicine.name])
            for phase, held in medicines.items()
            # A taper comes down from the dose that was really given, not from a new one.
            if phase not in {one.name for one in self.regimen.phases if one.taper is not None}
            for medicine in held
        }
        return found, findings


def _held(
    plan: Plan, regimen: Regimen, library: Library, findings: list[Finding]
) -> tuple[dict[str, list[Medicine]], dict[tuple[str, str], DoseRule]]:
    """Give the gives that hold for the patient with their rules, and say what they depend on."""
    patient = patient_of(plan, regimen)
    findings += implausible(patient)
    medicines = medicines_that_hold(regimen, patient, findings)
    rules = dose_rules(plan, regimen, library, medicines, findings)
    findings += kidney_findings(plan, regimen, library, patient)
    findings += adjustment_findings(plan, regimen, library, medicines, rules, patient)
    return medicines, rules


def plan_regimen(plan: Plan, library: Library, number: int = 1) -> PlannedRegimen:
    """Work out what a regimen means for the patient of a plan.

    Raises:
        InputError: if a measurement or a choice is missing.
    """
    regimen = library.regimen(plan.regimen.id)
    problems = Problems()
    problems.extend(choice_problems(regimen, plan.choices))
    problems.extend(adjustment_problems(regimen, plan.adjustments))
    problems.raise_if_any()
    findings = [*plan_findings(plan, regimen, library)]
    medicines, rules = _held(plan, regimen, library, findings)
    return PlannedRegimen(
        number=number,
        plan=plan,
        regimen=regimen,
        library=library,
        medicines=medicines,
        rules=rules,
        findings=tuple(findings),
    )
