"""From a plan and its regimen to dose rules, with what has to be said before any date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dosing.calculation.limits import check_rate
from dosing.calculation.rule import DoseRule, Rounding
from dosing.drugs.band_table import BandTable
from dosing.drugs.drug import Drug
from dosing.errors import refuse
from dosing.patient import Patient
from dosing.trace import TYPED, Finding, Source, note, stop, stops
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
from schedules.knowledge.medicine import AsRequired, Medicine
from schedules.knowledge.phase import Phase, Prerequisite
from schedules.knowledge.regimen import Regimen
from schedules.plans.label import about_label
from schedules.plans.plan import Plan

_SAME = 0.001
_NOT_A_WORD = re.compile("[^a-z0-9]+")
_LONGEST_CODE = 60


def medicines_that_hold(
    regimen: Regimen, patient: Patient, findings: list[Finding]
) -> dict[str, list[Medicine]]:
    """Pick the band of each table for this patient; where there is none, stop."""
    for refused in regimen.not_for:
        if refused.when.holds(patient):
            findings.append(
                stop(
                    "band.not_for",
                    f"Nothing is planned for {refused.when}. {refused.why}",
                    regimen.source(refused.source),
                )
            )
    kept: dict[str, list[Medicine]] = {}
    for phase in regimen.phases:
        kept[phase.name] = []
        for name, medicines in regimen.dosed(phase).tables().items():
            fitting = [
                medicine
                for medicine in medicines
                if medicine.when is None or medicine.when.holds(patient)
            ]
            kept[phase.name] += fitting
            if not fitting and not any(f.code == "band.not_for" for f in findings):
                findings.append(
                    stop(
                        "band.outside",
                        (
                            f"No dose of {name} is stated for this patient. Stated are: "
                            + "; ".join(str(medicine.when) for medicine in medicines)
                            + "."
                        ),
                        regimen.source(medicines[0].source),
                    )
                )
    return kept


def plan_findings(plan: Plan, regimen: Regimen, library: Library) -> Iterable[Finding]:
    """Say what holds for every dose of this plan: status, errata, checks, drift of the files."""
    source = Source(cite=f"regimen {regimen.id} version {regimen.version}", confirmed=True)

    def finding(level: Any, code: str, text: str, said_by: Source = source) -> Finding:
        return Finding(level=level, code=code, text=text, source=said_by)

    if regimen.status == "under review":
        text = "No clinician has endorsed this regimen yet: it is under review."
        yield finding("NOTE", "regimen.under_review", text)
    elif regimen.status != "endorsed":
        yield finding("STOP", "regimen.withdrawn", f"This regimen is {regimen.status}.")
    yield from _other_jurisdiction(plan, regimen, source)
    for erratum in regimen.errata:
        yield finding("NOTE", "regimen.erratum", erratum.why, regimen.source(erratum.says))
    for check in regimen.checks:
        text = f"Before {_the(check.before)}: {check.what}."
        yield finding("NOTE", _check_code(check), text, regimen.source(check.source))
    yield from about_label(plan.patient.label, born=plan.patient.born is not None)
    for phase in regimen.phases:
        for part in phase.as_required:
            yield finding(
                "NOTE",
                f"as_required.{part.drug.replace('-', '_')}",
                f"As required, without a date: {as_required(part, library)}.",
                regimen.source(part.source),
            )
    yield from _alerts(plan, regimen, library)
    files = [("regimens", plan.regimen)]
    files += [("drugs", drug) for drug in plan.drugs]
    files += [("bands", table) for table in plan.bands]
    for folder, used in files:
        now = library.used(f"{folder}/{used.id}")
        if now is None or now.sha256 != used.sha256:
            yield finding(
                "WARN",
                f"plan.knowledge_changed.{used.id.replace('-', '_')}",
                f"The file of {used.id} has changed since this plan was made; check every dose.",
            )
    if not plan.patient.label:
        yield finding(
            "NOTE",
            "plan.no_label",
            "This plan has no label: two plans alike cannot be told apart in one calendar.",
            TYPED,
        )


def _other_jurisdiction(plan: Plan, regimen: Regimen, source: Source) -> Iterable[Finding]:
    """Say when a regimen is of another jurisdiction than the site's, above all if ours differs."""
    here = plan.site.jurisdiction
    if not regimen.jurisdiction or not here or regimen.jurisdiction in here:
        return
    said = f"This regimen is that of {regimen.jurisdiction}; this site follows {', '.join(here)}"
    own = [regimen.elsewhere[place] for place in here if place in regimen.elsewhere]
    yield Finding(
        level="WARN" if own else "NOTE",
        code="regimen.jurisdiction",
        source=source,
        text=f"{said}, which has its own: {own[0]}." if own else f"{said}.",
    )


def as_required(part: AsRequired, library: Library) -> str:
    """Say what may be taken when it is needed, how often at most, and when."""
    return (
        f"{library.drug(part.drug).name} {show(part.dose)}, {part.route}, "
        f"at most {part.most_a_day} a day, {part.when}"
    )


def _alerts(plan: Plan, regimen: Regimen, library: Library) -> Iterable[Finding]:
    """Say where a drug of the regimen meets a disease or another drug of the patient."""
    words = [*regimen.for_, *plan.patient.conditions, *plan.patient.takes]
    for name in regimen.drugs:
        drug = library.drug(name)
        others = [other for d in regimen.drugs if d != name for other in (library.drug(d).name,)]
        # Each alert has a code of its own: to accept one is not to accept another.
        for number, alert in enumerate(drug.alerts, 1):
            if alert.holds_for((*words, *others)):
                yield Finding(
                    level=alert.level,
                    code=f"alert.{name.replace('-', '_')}.{number}",
                    text=alert.text,
                    source=drug.source(alert.source),
                )


def _check_code(check: Prerequisite) -> str:
    """Give each check a code of its own, from its words: to tick one is not to tick another."""
    words = _NOT_A_WORD.sub("_", check.what.lower())[:_LONGEST_CODE].strip("_")
    return f"check.{check.before.replace(' ', '_')}.{words}"


def _the(words: str) -> str:
    return words if words.startswith("each") else f"the {words}"


def dose_rules(
    plan: Plan,
    regimen: Regimen,
    library: Library,
    medicines: Mapping[str, Sequence[Medicine]],
    findings: list[Finding],
) -> dict[tuple[str, str], DoseRule]:
    """Turn each give into a dose rule; a dose that is not the regimen's is marked and checked."""
    # What is a part of another dose follows it, and has no other dose of its own.
    own = [g for held in medicines.values() for g in held if g.percent_of is None]
    drugs = list(dict.fromkeys(medicine.drug for medicine in own))
    if plan.dose and len(drugs) > 1:
        refuse(
            "dose",
            plan.dose,
            why="could be meant for several drugs",
            accepted=f"{regimen.id} gives {', '.join(drugs)}",
        )
    stated = list(dict.fromkeys(show(medicine.dose) for medicine in own))
    if plan.dose and len(stated) > 1:
        refuse(
            "dose",
            plan.dose,
            why="could be meant for several steps",
            accepted=f"{regimen.id} gives {', '.join(stated)}",
        )
    rules = {}
    for phase in regimen.phases:
        for medicine in medicines[phase.name]:
            rate = medicine.dose
            if plan.dose and medicine.percent_of is None:
                rate = dose(plan.dose)
                findings += _other_dose(
                    plan, regimen, phase, medicine, library.drug(medicine.drug), rate
                )
            table = _band_table(plan, library, medicine, findings)
            rounding = None
            if medicine.round is not None and table is None:
                rounding = Rounding(
                    step=medicine.round.to,
                    rule=medicine.round.rule,
                    source=regimen.source(medicine.round.source),
                )
            rules[phase.name, medicine.name] = DoseRule(
                rate=rate,
                weight_basis=medicine.weight,
                ideal=medicine.ideal,
                fraction=medicine.fraction,
                surface=medicine.surface,
                doses_a_day=medicine.doses_a_day,
                adjustments=applied(plan, medicine.drug),
                rounding=rounding,
                banding=table,
                cap=medicine.cap.amount if medicine.cap else None,
                cap_source=regimen.source(medicine.cap.source) if medicine.cap else TYPED,
                source=TYPED if rate is not medicine.dose else regimen.source(medicine.source),
            )
    return rules


def _band_table(
    plan: Plan, library: Library, medicine: Medicine, findings: list[Finding]
) -> BandTable | None:
    """Give the table by which the site bands this dose, in the place of the regimen's rounding.

    A flat dose is nobody's to band, and a total that is dealt out over a cycle stays as it is.
    """
    for name in plan.site.pharmacy.dose_bands:
        table = library.bands.get(name)
        if table is None:
            text = f"This plan bands doses by {name}, which is not among the tables in bands/."
            findings.append(stop("bands.missing", text, TYPED))
            continue
        if not table.holds_for(medicine.drug, medicine.route):
            continue
        if medicine.round is not None and medicine.round.over == "cycle":
            text = f"{medicine.name} is rounded as a whole cycle, and not banded by {table}."
            findings.append(note("bands.not_used", text, table.source))
        elif parts(medicine.dose.units).body is not None:
            return table
    return None


def _other_dose(
    plan: Plan, regimen: Regimen, phase: Phase, medicine: Medicine, drug: Drug, rate: Quantity
) -> list[Finding]:
    standard, written = show(medicine.dose), show(rate)
    unit, regimen_unit = parts(rate.units), parts(medicine.dose.units)
    found = [
        note(
            "dose.not_the_regimens", f"The dose is {written}, not the regimen's {standard}.", TYPED
        )
    ]
    found += _course_as_daily(phase, medicine, rate)
    found += check_rate(drug, medicine.route, rate, "day" if unit.per_day else "dose")
    same_form = (unit.body, unit.per_day) == (regimen_unit.body, regimen_unit.per_day)
    if not same_form and not stops(tuple(found)):
        refuse(
            "dose",
            plan.dose,
            why="is another kind of dose than the regimen's",
            accepted=f"{regimen.id} doses as {standard}",
        )
    return found


def _course_as_daily(phase: Phase, medicine: Medicine, rate: Quantity) -> list[Finding]:
    """Find the total of a whole course written as one dose, the field's landmark death."""
    total = medicine.per_course if medicine.per_course is not None else medicine.per_cycle
    of_what = "course" if medicine.per_course is not None else "cycle"
    written = parts(rate.units)
    if total is None or parts(total.units).body != written.body:
        return []
    if not same_kind(parts(total.units).amount, written.amount):
        return []
    scale = float(in_unit(quantity(1.0, parts(total.units).amount), written.amount, "dose"))
    stated = total.magnitude * scale
    single = medicine.dose.magnitude * float(
        in_unit(quantity(1.0, parts(medicine.dose.units).amount), written.amount, "dose")
    )
    if stated <= single or abs(rate.magnitude - stated) > _SAME * stated:
        return []
    return [
        stop(
            "dose.course_total_as_dose",
            (
                f"{show(rate)} is the total of a whole {of_what}; one dose is "
                f"{show(medicine.dose)}. Was the total written for a single dose?"
            ),
            TYPED,
        )
    ]
