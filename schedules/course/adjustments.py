"""Adjustments of the standard dose: what the drug files propose, and what a person has applied."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dosing.calculation.calculate import calculate
from dosing.calculation.rule import Adjustment, DoseRule
from dosing.errors import InputError
from dosing.numbers import part
from dosing.rounding import above
from dosing.trace import TYPED, Finding
from dosing.units import show, show_part
from schedules.knowledge.regimen import Regimen
from schedules.plans.plan import Plan

if TYPE_CHECKING:
    from dosing.drugs.adjustment import Proposal
    from dosing.drugs.drug import Drug
    from dosing.patient import Patient
    from schedules.knowledge.library import Library
    from schedules.knowledge.medicine import Give

_DIGITS = 5
Gives = Mapping[str, Sequence["Give"]]
Rules = Mapping[tuple[str, str], DoseRule]


def applied(plan: Plan, drug: str) -> tuple[Adjustment, ...]:
    """Give what a person has applied to a drug of the plan, in the order it was applied."""
    return tuple(
        Adjustment(
            factor=part(entry.part, f"adjust {drug}"), source=TYPED,
            reason=entry.reason + (f" ({entry.who})" if entry.who else ""),
        )
        for entry in plan.adjustments
        if entry.drug == drug
    )  # fmt: skip


def adjustment_findings(
    plan: Plan, regimen: Regimen, library: Library, gives: Gives, rules: Rules, patient: Patient
) -> Iterator[Finding]:
    """Say what was applied, and what the drug files propose for this patient."""
    for name in regimen.drugs:
        drug = library.drug(name)
        done = applied(plan, name)
        for adjustment in done:
            yield Finding(
                level="NOTE", code=f"dose.adjusted.{_word(name)}", source=TYPED,
                text=f"{show_part(adjustment.factor)} of the standard dose of {drug.name} is "
                f"planned: {adjustment.reason}.",
            )  # fmt: skip
        others = [*plan.patient.takes]
        others += [library.drug(other).name for other in regimen.drugs if other != name]
        for number, proposal in enumerate(drug.adjustments, 1):
            concerned = [
                (give, rules[phase, give.name])
                for phase, held in gives.items()
                for give in held
                if give.drug == name and (not proposal.routes or give.route in proposal.routes)
            ]
            code = f"adjust.{_word(name)}.{number}"
            if concerned:
                yield from _proposed(proposal, code, drug, concerned, patient, others, done)


def _word(name: str) -> str:
    return name.replace("-", "_")


def _proposed(
    proposal: Proposal, code: str, drug: Drug, concerned: Sequence[tuple[Give, DoseRule]],
    patient: Patient, others: Sequence[str], done: Sequence[Adjustment],
) -> Iterator[Finding]:  # fmt: skip
    source = drug.source(proposal.source)
    try:
        if not proposal.concerns(patient, others):
            return
    except InputError as error:
        missing = " and ".join(problem.field for problem in error.problems)
        yield Finding(level="WARN", code=f"{code}.unknown", source=source,
                      text=f"Without {missing} this cannot be ruled out: {proposal}")  # fmt: skip
        return
    if not proposal.parts:
        yield Finding(level=proposal.level, code=code, source=source,
                      text=f"Proposed: avoid {drug.name}. {proposal.text}")  # fmt: skip
        return
    factor = 1.0
    for adjustment in done:
        factor *= adjustment.factor
    settled = bool(done) and not above(factor, proposal.parts[-1])
    if settled:
        yield Finding(
            level="NOTE", code=code, source=source,
            text=f"Settled: {proposal.propose} of the standard dose of {drug.name} is proposed, "
            f"{show_part(factor)} is planned. {proposal.text}",
        )  # fmt: skip
        return
    doses = dict.fromkeys(_resulting(proposal, rule, patient) for _, rule in concerned)
    yield Finding(
        level=proposal.level, code=code, source=source,
        text=f"Proposed: {proposal.propose} of the standard dose of {drug.name}, "
        f"{'; '.join(doses)}. {proposal.text} It is not applied by itself: adjust the dose with "
        "a reason.",
    )  # fmt: skip


def _resulting(proposal: Proposal, rule: DoseRule, patient: Patient) -> str:
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
