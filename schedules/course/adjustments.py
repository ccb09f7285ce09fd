"""Adjustments of the standard dose: what the drug files propose, and what a person has applied."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

from dosing.calculation.calculate import calculate
from dosing.calculation.rule import Adjustment, DoseRule
from dosing.drugs.adjustment import ProposedAdjustment
from dosing.drugs.drug import Drug
from dosing.errors import InputError
from dosing.numbers import read_share
from dosing.patient import Patient
from dosing.rounding import above
from dosing.trace import TYPED, Finding, note, warn
from dosing.units import show, show_share
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.regimen import Regimen
from schedules.plans.plan import Plan

_DIGITS = 5
Medicines = Mapping[str, Sequence[Medicine]]
Rules = Mapping[tuple[str, str], DoseRule]


def applied(plan: Plan, drug: str) -> tuple[Adjustment, ...]:
    """Give what a person has applied to a drug of the plan, in the order it was applied."""
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
    medicines: Medicines,
    rules: Rules,
    patient: Patient,
) -> Iterator[Finding]:
    """Say what was applied, and what the drug files propose for this patient."""
    for name in regimen.drugs:
        drug = library.drug(name)
        done = applied(plan, name)
        for adjustment in done:
            yield note(
                f"dose.adjusted.{_word(name)}",
                (
                    f"{show_share(adjustment.factor)} of the standard dose of {drug.name} is "
                    f"planned: {adjustment.reason}."
                ),
                TYPED,
            )
        others = [*plan.patient.takes]
        others += [library.drug(other).name for other in regimen.drugs if other != name]
        for number, proposal in enumerate(drug.adjustments, 1):
            concerned = [
                (medicine, rules[phase, medicine.name])
                for phase, held in medicines.items()
                for medicine in held
                if medicine.drug == name
                and (not proposal.routes or medicine.route in proposal.routes)
            ]
            code = f"adjust.{_word(name)}.{number}"
            if concerned:
                yield from _proposed(proposal, code, drug, concerned, patient, others, done)


def _word(name: str) -> str:
    return name.replace("-", "_")


def _proposed(
    proposal: ProposedAdjustment,
    code: str,
    drug: Drug,
    concerned: Sequence[tuple[Medicine, DoseRule]],
    patient: Patient,
    others: Sequence[str],
    done: Sequence[Adjustment],
) -> Iterator[Finding]:
    source = drug.source(proposal.source)
    try:
        if not proposal.concerns(patient, others):
            return
    except InputError as error:
        missing = " and ".join(problem.field for problem in error.problems)
        yield warn(
            f"{code}.unknown", f"Without {missing} this cannot be ruled out: {proposal}", source
        )
        return
    if not proposal.parts:
        yield Finding(
            level=proposal.level,
            code=code,
            source=source,
            text=f"Proposed: avoid {drug.name}. {proposal.text}",
        )
        return
    factor = 1.0
    for adjustment in done:
        factor *= adjustment.factor
    settled = bool(done) and not above(factor, proposal.parts[-1])
    if settled:
        yield note(
            code,
            (
                f"Settled: {proposal.propose} of the standard dose of {drug.name} is proposed, "
                f"{show_share(factor)} is planned. {proposal.text}"
            ),
            source,
        )
        return
    doses = dict.fromkeys(_resulting(proposal, rule, patient) for _, rule in concerned)
    yield Finding(
        level=proposal.level,
        code=code,
        source=source,
        text=f"Proposed: {proposal.propose} of the standard dose of {drug.name}, "
        f"{'; '.join(doses)}. {proposal.text} It is not applied by itself: adjust the dose with "
        "a reason.",
    )


def _resulting(proposal: ProposedAdjustment, rule: DoseRule, patient: Patient) -> str:
    """Say what a dose becomes, before it is rounded to what can be given."""
    exact = dataclasses.replace(rule, adjustments=(), rounding=None)
    standard = calculate(exact, patient).amount
    proposed = [
        calculate(
            dataclasses.replace(
                exact, adjustments=(Adjustment(factor=factor, reason="proposed", source=TYPED),)
            ),
            patient,
        ).amount
        for factor in proposal.parts
    ]
    becomes = " to ".join(show(amount, _DIGITS) for amount in proposed)
    return f"{becomes} for {show(standard, _DIGITS)}"
