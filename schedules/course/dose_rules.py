"""From a plan and its regimen to dose rules: which medicines hold, and how each is dosed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dosing.calculation.limits import check_rate
from dosing.calculation.rule import DoseRule, Rounding
from dosing.drugs.band_table import BandTable
from dosing.drugs.drug import Drug
from dosing.errors import refuse
from dosing.patient import Patient
from dosing.plausibility import PLAUSIBLE
from dosing.trace import TYPED, Finding, note, stop, stops
from dosing.units import (
    Quantity,
    dose,
    in_unit,
    parts,
    quantity,
    same_kind,
    show,
)
from schedules.course.adjustments import applied
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.regimen import Regimen
from schedules.plans.plan import Plan

_SAME_AS_TOTAL = PLAUSIBLE.total_as_one_dose.within_percent / 100


def medicines_that_hold(
    regimen: Regimen, patient: Patient
) -> tuple[dict[str, list[Medicine]], list[Finding]]:
    """Return the medicines whose band holds for a patient, by phase, and a STOP for each gap."""
    refused = [
        stop(
            "band.not_for",
            f"Nothing is planned for {one.when}. {one.why}",
            regimen.source(one.source),
        )
        for one in regimen.not_for
        if one.when.holds(patient)
    ]
    findings = list(refused)
    holding: dict[str, list[Medicine]] = {}
    for phase in regimen.phases:
        holding[phase.name] = []
        for name, medicines in regimen.dosed(phase).tables().items():
            fitting = [m for m in medicines if m.when is None or m.when.holds(patient)]
            holding[phase.name] += fitting
            if not fitting and not refused:
                stated = "; ".join(str(medicine.when) for medicine in medicines)
                text = f"No dose of {name} is stated for this patient. Stated are: {stated}."
                findings.append(stop("band.outside", text, regimen.source(medicines[0].source)))
    return holding, findings


def dose_rules(
    plan: Plan, regimen: Regimen, library: Library, medicines: Mapping[str, Sequence[Medicine]]
) -> tuple[dict[tuple[str, str], DoseRule], list[Finding]]:
    """Return the dose rule of each medicine, by phase and name, and what is found on them.

    A dose that is not the regimen's is marked, and held to the drug's limits.

    Raises:
        InputError: if a dose that was typed could be meant for several drugs or steps, or is of
            another kind than the regimen's.
    """
    _refuse_ambiguous_dose(plan, regimen, medicines)
    rules: dict[tuple[str, str], DoseRule] = {}
    findings: list[Finding] = []
    for phase in regimen.phases:
        for medicine in medicines[phase.name]:
            rate = medicine.dose
            if plan.dose and _has_own_dose(medicine):
                rate = dose(plan.dose)
                drug = library.drug(medicine.drug)
                findings += _other_dose(plan, regimen, medicine, drug, rate)
            table, about_bands = _band_table(plan, library, medicine)
            findings += about_bands
            rules[phase.name, medicine.name] = _rule(plan, regimen, medicine, rate, table)
    return rules, findings


def _refuse_ambiguous_dose(
    plan: Plan, regimen: Regimen, medicines: Mapping[str, Sequence[Medicine]]
) -> None:
    """Refuse a typed dose that could be meant for several drugs or steps.

    A share of another dose follows that dose, and a companion keeps its own.
    """
    if not plan.dose:
        return
    own = [m for holding in medicines.values() for m in holding if _has_own_dose(m)]
    for what, values in (
        ("drugs", dict.fromkeys(medicine.drug for medicine in own)),
        ("steps", dict.fromkeys(show(medicine.dose) for medicine in own)),
    ):
        if len(values) > 1:
            refuse(
                "dose",
                plan.dose,
                why=f"could be meant for several {what}",
                accepted=f"{regimen.id} gives {', '.join(values)}",
            )


def _has_own_dose(medicine: Medicine) -> bool:
    return medicine.percent_of is None and not medicine.companion


def _rule(
    plan: Plan, regimen: Regimen, medicine: Medicine, rate: Quantity, table: BandTable | None
) -> DoseRule:
    cap, rounding = medicine.cap, None
    if medicine.round is not None and table is None:
        rounding = Rounding(
            step=medicine.round.to,
            rule=medicine.round.rule,
            source=regimen.source(medicine.round.source),
        )
    return DoseRule(
        rate=rate,
        weight_basis=medicine.weight,
        ideal=medicine.ideal,
        fraction=medicine.fraction,
        surface=medicine.surface,
        plasma=medicine.plasma,
        doses_a_day=medicine.doses_a_day,
        adjustments=applied(plan, medicine.drug),
        rounding=rounding,
        banding=table,
        cap=cap.amount if cap else None,
        cap_source=regimen.source(cap.source) if cap else TYPED,
        source=TYPED if rate is not medicine.dose else regimen.source(medicine.source),
    )


def _band_table(
    plan: Plan, library: Library, medicine: Medicine
) -> tuple[BandTable | None, list[Finding]]:
    """Return the table by which the site bands this dose, in place of the regimen's rounding.

    A flat dose is not banded, and a total that is dealt out stays as it is.
    """
    findings: list[Finding] = []
    for name in plan.site.pharmacy.dose_bands:
        table = library.bands.get(name)
        if table is None:
            text = f"This plan bands doses by {name}, which is not among the tables in bands/."
            findings.append(stop("bands.missing", text, TYPED))
            continue
        if not table.holds_for(medicine.drug, medicine.route):
            continue
        if medicine.round is not None and medicine.round.over != "dose":
            over = medicine.round.over
            text = f"{medicine.name} is rounded as a whole {over}, and not banded by {table}."
            findings.append(note("bands.not_used", text, table.source))
        elif parts(medicine.dose.units).body is not None:
            return table, findings
    return None, findings


def _other_dose(
    plan: Plan, regimen: Regimen, medicine: Medicine, drug: Drug, rate: Quantity
) -> list[Finding]:
    """Return what is found on a dose that is not the regimen's; another kind of dose is refused."""
    standard = show(medicine.dose)
    unit, regimen_unit = parts(rate.units), parts(medicine.dose.units)
    text = f"The dose is {show(rate)}, not the regimen's {standard}."
    findings = [
        note("dose.not_the_regimens", text, TYPED),
        *_course_as_daily(medicine, rate),
        *check_rate(drug, medicine.route, rate, "day" if unit.per_day else "dose"),
    ]
    same_form = (unit.body, unit.per_day) == (regimen_unit.body, regimen_unit.per_day)
    if not same_form and not stops(tuple(findings)):
        refuse(
            "dose",
            plan.dose,
            why="is another kind of dose than the regimen's",
            accepted=f"{regimen.id} doses as {standard}",
        )
    return findings


def _course_as_daily(medicine: Medicine, rate: Quantity) -> list[Finding]:
    """Return a STOP for the total of a whole course written as one dose: patients died of it."""
    total, of_what = medicine.per_course, "course"
    if total is None:
        total, of_what = medicine.per_cycle, "cycle"
    written = parts(rate.units)
    if total is None or parts(total.units).body != written.body:
        return []
    if not same_kind(parts(total.units).amount, written.amount):
        return []
    stated, single = (_number_in(value, rate) for value in (total, medicine.dose))
    if stated <= single or abs(rate.magnitude - stated) > _SAME_AS_TOTAL * stated:
        return []
    text = (
        f"{show(rate)} is the total of a whole {of_what}; one dose is {show(medicine.dose)}. "
        "Was the total written for a single dose?"
    )
    return [stop("dose.course_total_as_dose", text, TYPED)]


def _number_in(value: Quantity, rate: Quantity) -> float:
    """Return a value as a number in the unit of amount that a rate is written in."""
    one = quantity(1.0, parts(value.units).amount)
    return float(value.magnitude) * float(in_unit(one, parts(rate.units).amount, "dose"))
