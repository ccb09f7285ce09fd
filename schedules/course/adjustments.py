"""Adjustments of the standard dose: what the drug files propose, and what a person has applied."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence

from dosing.calculation.calculate import calculate
from dosing.calculation.rule import Adjustment, DoseRule
from dosing.drugs.adjustment import ProposedAdjustment
from dosing.drugs.drug import Drug
from dosing.errors import InputError
from dosing.numbers import read_share
from dosing.patient import Patient
from dosing.rounding import above
from dosing.trace import TYPED, Finding, note
from dosing.units import show, show_share
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.regimen import Regimen
from schedules.plans.plan import Plan

_DIGITS = 5


def applied(plan: Plan, drug: str) -> tuple[Adjustment, ...]:
    """Return what a person has applied to a drug of the plan, in the order it was applied."""
    return tuple(
        Adjustment(
            factor=read_share(entry.part, f"adjust {drug}"),
            source=TYPED,
            reason=entry.reason + (f" ({entry.who})" if entry.who else ""),
        )
        for entry in plan.adjustments
        if entry.drug == drug
    )


def adjustment_findings(
    plan: Plan,
    regimen: Regimen,
    library: Library,
    medicines: Mapping[str, Sequence[Medicine]],
    rules: Mapping[tuple[str, str], DoseRule],
    patient: Patient,
) -> Iterator[Finding]:
    """Yield what was applied, and what the drug files propose for this patient.

    Args:
        plan: with the adjustments applied and the other drugs that the patient takes.
        regimen: the regimen whose drugs are adjusted.
        library: where the drugs are read from.
        medicines: what holds for this patient, by phase.
        rules: the dose rule of each medicine, by phase and name.
        patient: the measurements that a proposal depends on.
    """
    for name in regimen.drugs:
        drug, done = library.drug(name), applied(plan, name)
        code = name.replace("-", "_")
        for adjustment in done:
            text = (
                f"{show_share(adjustment.factor)} of the standard dose of {drug.name} is planned: "
                f"{adjustment.reason}."
            )
            yield note(f"dose.adjusted.{code}", text, TYPED)
        others = [library.drug(other).name for other in regimen.drugs if other != name]
        for number, proposal in enumerate(drug.adjustments, 1):
            concerned = [
                rules[phase, medicine.name]
                for phase, holding in medicines.items()
                for medicine in holding
                if medicine.drug == name
                and (not proposal.routes or medicine.route in proposal.routes)
            ]
            proposed = _Proposed(proposal, f"adjust.{code}.{number}", drug)
            if concerned:
                yield from proposed.findings(
                    concerned, patient, [*plan.patient.takes, *others], done
                )


@dataclasses.dataclass(frozen=True, slots=True)
class _Proposed:
    """One adjustment that a drug file proposes, with the code of its findings."""

    proposal: ProposedAdjustment
    code: str
    drug: Drug

    def findings(
        self,
        rules: Sequence[DoseRule],
        patient: Patient,
        other_drugs: Sequence[str],
        done: Sequence[Adjustment],
    ) -> Iterator[Finding]:
        """Yield whether it concerns the patient, and whether what was applied settles it."""
        proposal, source = self.proposal, self.drug.source(self.proposal.source)
        try:
            if not proposal.concerns(patient, other_drugs):
                return
        except InputError as error:
            missing = " and ".join(problem.field for problem in error.problems)
            text = f"Without {missing} this cannot be ruled out: {proposal}"
            yield note(f"{self.code}.unknown", text, source)
            return
        planned = math.prod((adjustment.factor for adjustment in done), start=1.0)
        if not proposal.parts:
            text = f"Proposed: avoid {self.drug.name}. {proposal.text}"
        elif done and not above(planned, proposal.parts[-1]):
            text = (
                f"Settled: {proposal.propose} of the standard dose of {self.drug.name} is "
                f"proposed, {show_share(planned)} is planned. {proposal.text}"
            )
            yield note(self.code, text, source)
            return
        else:
            doses = dict.fromkeys(_resulting(proposal, rule, patient) for rule in rules)
            text = (
                f"Proposed: {proposal.propose} of the standard dose of {self.drug.name}, "
                f"{'; '.join(doses)}. {proposal.text} It is not applied by itself: adjust the "
                "dose with a reason."
            )
        yield Finding(level=proposal.level, code=self.code, source=source, text=text)


def _resulting(proposal: ProposedAdjustment, rule: DoseRule, patient: Patient) -> str:
    """Describe what a dose becomes, before it is rounded to what can be given."""
    exact = dataclasses.replace(rule, adjustments=(), rounding=None)
    standard = calculate(exact, patient).amount
    proposed = []
    for factor in proposal.parts:
        adjustment = Adjustment(factor=factor, reason="proposed", source=TYPED)
        proposed.append(calculate(dataclasses.replace(exact, adjustments=(adjustment,)), patient))
    becomes = " to ".join(show(dose.amount, _DIGITS) for dose in proposed)
    return f"{becomes} for {show(standard, _DIGITS)}"
