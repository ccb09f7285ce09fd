"""From a plan and its regimen to dose rules, with what has to be said before any date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dosing.calculation.limits import check_rate
from dosing.calculation.rule import DoseRule, Rounding
from dosing.errors import InputError, Problem
from dosing.patient import Patient
from dosing.trace import TYPED, Finding, Source, stops
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
from schedules.knowledge.medicine import AsRequired, Give
from schedules.knowledge.phase import Check, Phase
from schedules.knowledge.regimen import Regimen
from schedules.plans.label import about_label
from schedules.plans.plan import Plan

if TYPE_CHECKING:
    from dosing.drugs.band_table import BandTable
    from dosing.drugs.drug import Drug
    from schedules.knowledge.library import Library

_SAME = 0.001
_NOT_A_WORD = re.compile("[^a-z0-9]+")
_LONGEST_CODE = 60


def gives_that_hold(
    regimen: Regimen, patient: Patient, findings: list[Finding]
) -> dict[str, list[Give]]:
    """Pick the band of each table for this patient; where there is none, stop."""
    for refused in regimen.not_for:
        if refused.when.holds(patient):
            findings.append(
                Finding(
                    level="STOP", code="band.not_for", source=regimen.source(refused.source),
                    text=f"Nothing is planned for {refused.when}. {refused.why}",
                )
            )  # fmt: skip
    kept: dict[str, list[Give]] = {}
    for phase in regimen.phases:
        kept[phase.name] = []
        for name, gives in regimen.dosed(phase).tables().items():
            fitting = [give for give in gives if give.when is None or give.when.holds(patient)]
            kept[phase.name] += fitting
            if not fitting and not any(f.code == "band.not_for" for f in findings):
                findings.append(
                    Finding(
                        level="STOP", code="band.outside", source=regimen.source(gives[0].source),
                        text=f"No dose of {name} is stated for this patient. Stated are: "
                        + "; ".join(str(give.when) for give in gives) + ".",
                    )
                )  # fmt: skip
    return kept


def about_the_plan(plan: Plan, regimen: Regimen, library: Library) -> Iterable[Finding]:
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
                "NOTE", f"as_required.{part.drug.replace('-', '_')}",
                f"As required, without a date: {as_required(part, library)}.",
                regimen.source(part.source),
            )  # fmt: skip
    yield from _alerts(plan, regimen, library)
    files = [("regimens", plan.regimen)]
    files += [("drugs", drug) for drug in plan.drugs]
    files += [("bands", table) for table in plan.bands]
    for folder, used in files:
        now = library.used(f"{folder}/{used.id}")
        if now is None or now.sha256 != used.sha256:
            yield finding(
                "WARN", f"plan.knowledge_changed.{used.id.replace('-', '_')}",
                f"The file of {used.id} has changed since this plan was made; check every dose.",
            )  # fmt: skip
    if not plan.patient.label:
        yield finding(
            "NOTE", "plan.no_label",
            "This plan has no label: two plans alike cannot be told apart in one calendar.", TYPED,
        )  # fmt: skip


def _other_jurisdiction(plan: Plan, regimen: Regimen, source: Source) -> Iterable[Finding]:
    """Say when a regimen is of another jurisdiction than the site's, above all if ours differs."""
    here = plan.site.jurisdiction
    if not regimen.jurisdiction or not here or regimen.jurisdiction in here:
        return
    said = f"This regimen is that of {regimen.jurisdiction}; this site follows {', '.join(here)}"
    own = [regimen.elsewhere[place] for place in here if place in regimen.elsewhere]
    yield Finding(
        level="WARN" if own else "NOTE", code="regimen.jurisdiction", source=source,
        text=f"{said}, which has its own: {own[0]}." if own else f"{said}.",
    )  # fmt: skip


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
                yield Finding(level=alert.level, code=f"alert.{name.replace('-', '_')}.{number}",
                              text=alert.text, source=drug.source(alert.source))  # fmt: skip


def _check_code(check: Check) -> str:
    """Give each check a code of its own, from its words: to tick one is not to tick another."""
    words = _NOT_A_WORD.sub("_", check.what.lower())[:_LONGEST_CODE].strip("_")
    return f"check.{check.before.replace(' ', '_')}.{words}"


def _the(words: str) -> str:
    return words if words.startswith("each") else f"the {words}"


def dose_rules(
    plan: Plan,
    regimen: Regimen,
    library: Library,
    gives: Mapping[str, Sequence[Give]],
    findings: list[Finding],
) -> dict[tuple[str, str], DoseRule]:
    """Turn each give into a dose rule; a dose that is not the regimen's is marked and checked."""
    # What is a part of another dose follows it, and has no other dose of its own.
    own = [g for held in gives.values() for g in held if g.percent_of is None]
    drugs = list(dict.fromkeys(give.drug for give in own))
    if plan.dose and len(drugs) > 1:
        raise InputError(
            Problem(field="dose", typed=plan.dose, why="could be meant for several drugs",
                    accepted=f"{regimen.id} gives {', '.join(drugs)}")
        )  # fmt: skip
    stated = list(dict.fromkeys(show(give.dose) for give in own))
    if plan.dose and len(stated) > 1:
        raise InputError(
            Problem(field="dose", typed=plan.dose, why="could be meant for several steps",
                    accepted=f"{regimen.id} gives {', '.join(stated)}")
        )  # fmt: skip
    rules = {}
    for phase in regimen.phases:
        for give in gives[phase.name]:
            rate = give.dose
            if plan.dose and give.percent_of is None:
                rate = dose(plan.dose)
                findings += _other_dose(plan, regimen, phase, give, library.drug(give.drug), rate)
            table = _band_table(plan, library, give, findings)
            rounding = None
            if give.round is not None and table is None:
                rounding = Rounding(step=give.round.to, rule=give.round.rule,
                                    source=regimen.source(give.round.source))  # fmt: skip
            rules[phase.name, give.name] = DoseRule(
                rate=rate, weight_basis=give.weight, ideal=give.ideal, fraction=give.fraction,
                surface=give.surface, doses_a_day=give.doses_a_day,
                adjustments=applied(plan, give.drug), rounding=rounding, banding=table,
                cap=give.cap.amount if give.cap else None,
                cap_source=regimen.source(give.cap.source) if give.cap else TYPED,
                source=TYPED if rate is not give.dose else regimen.source(give.source),
            )  # fmt: skip
    return rules


def _band_table(
    plan: Plan, library: Library, give: Give, findings: list[Finding]
) -> BandTable | None:
    """Give the table by which the site bands this dose, in the place of the regimen's rounding.

    A flat dose is nobody's to band, and a total that is dealt out over a cycle stays as it is.
    """
    for name in plan.site.pharmacy.dose_bands:
        table = library.bands.get(name)
        if table is None:
            text = f"This plan bands doses by {name}, which is not among the tables in bands/."
            findings.append(Finding(level="STOP", code="bands.missing", text=text, source=TYPED))
            continue
        if not table.holds_for(give.drug, give.route):
            continue
        if give.round is not None and give.round.over == "cycle":
            text = f"{give.name} is rounded as a whole cycle, and not banded by {table}."
            findings.append(
                Finding(level="NOTE", code="bands.not_used", text=text, source=table.source)
            )
        elif parts(give.dose.units).body is not None:
            return table
    return None


def _other_dose(
    plan: Plan, regimen: Regimen, phase: Phase, give: Give, drug: Drug, rate: Quantity
) -> list[Finding]:
    standard, written = show(give.dose), show(rate)
    unit, regimen_unit = parts(rate.units), parts(give.dose.units)
    found = [
        Finding(level="NOTE", code="dose.not_the_regimens", source=TYPED,
                text=f"The dose is {written}, not the regimen's {standard}.")
    ]  # fmt: skip
    found += _course_as_daily(phase, give, rate)
    found += check_rate(drug, give.route, rate, "day" if unit.per_day else "dose")
    same_form = (unit.body, unit.per_day) == (regimen_unit.body, regimen_unit.per_day)
    if not same_form and not stops(tuple(found)):
        raise InputError(
            Problem(field="dose", typed=plan.dose, why="is another kind of dose than the regimen's",
                    accepted=f"{regimen.id} doses as {standard}")
        )  # fmt: skip
    return found


def _course_as_daily(phase: Phase, give: Give, rate: Quantity) -> list[Finding]:
    """Find the total of a whole course written as one dose, the field's landmark death."""
    total = give.per_course if give.per_course is not None else give.per_cycle
    of_what = "course" if give.per_course is not None else "cycle"
    written = parts(rate.units)
    if total is None or parts(total.units).body != written.body:
        return []
    if not same_kind(parts(total.units).amount, written.amount):
        return []
    scale = float(in_unit(quantity(1.0, parts(total.units).amount), written.amount, "dose"))
    stated = total.magnitude * scale
    single = give.dose.magnitude * float(
        in_unit(quantity(1.0, parts(give.dose.units).amount), written.amount, "dose")
    )
    if stated <= single or abs(rate.magnitude - stated) > _SAME * stated:
        return []
    return [
        Finding(
            level="STOP", code="dose.course_total_as_dose", source=TYPED,
            text=f"{show(rate)} is the total of a whole {of_what}; one dose is "
            f"{show(give.dose)}. Was the total written for a single dose?",
        )
    ]  # fmt: skip
