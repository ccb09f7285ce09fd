"""The amount of each dose on its date, with the tablets that make it up."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from dosing.calculation.calculate import Dose, calculate, calculate_course
from dosing.calculation.packs import Packs
from dosing.calculation.rule import DoseRule, PercentOf
from dosing.columns import is_column
from dosing.drugs.drug import Drug
from dosing.trace import TYPED, Finding, after_the_fact, note
from dosing.units import plain
from schedules.course.measurements import Measurements
from schedules.course.planned_regimen import PlannedRegimen
from schedules.course.rows import Administration, Slot, replaced
from schedules.course.tablets import with_tablets
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import Settled
from schedules.knowledge.regimen import Regimen
from schedules.plans.plan import Plan

_Key: TypeAlias = tuple[object, ...]


class Calculator:
    """Computes the doses of all states of a course; what is the same for many is computed once."""

    def __init__(
        self,
        plan: Plan,
        planned: Sequence[PlannedRegimen],
        measurements: Sequence[Measurements],
        library: Library,
    ) -> None:
        """Keep what doses are computed with.

        Args:
            plan: its site says which deviation by rounding passes.
            planned: the regimens of the course in their order.
            measurements: those of the plan and of each re-weigh.
            library: where the drugs are read from.
        """
        self._tolerance = plan.site.rounding_tolerance_percent / 100
        self._planned = planned
        self._measurements = measurements
        self._library = library
        # All keep the slots whose identities they go by, so that none is used twice.
        self._doses: dict[_Key, tuple[Slot, Sequence[Dose]]] = {}
        self._tablets: dict[_Key, tuple[Slot, Sequence[Finding], Packs | None]] = {}
        self._rows_alike: dict[_Key, tuple[Slot, list[Administration]]] = {}
        self._rows: dict[int, tuple[Slot, Administration, Administration]] = {}

    def compute(self, slots: Iterable[Slot]) -> list[Administration]:
        """Return the doses, those first that are no share of another dose.

        Raises:
            InputError: if a rule needs a measurement that is missing.
        """
        computed: list[Administration] = []
        by_id: dict[str, Administration] = {}
        # A share of another dose can be computed only after that dose.
        for slot in sorted(slots, key=lambda slot: slot.medicine.percent_of is not None):
            whole = by_id[slot.goes_with] if slot.medicine.percent_of is not None else None
            dose = by_id[slot.id] = self._administration(slot, whole)
            computed.append(dose)
        return computed

    def _administration(self, slot: Slot, whole: Administration | None) -> Administration:
        """Return a slot with its dose. ``whole`` is the dose of which it is a share, if it is."""
        alike = self.dosed_alike(slot, whole)
        _, row, shared = self._rows.get(id(slot), (None, None, None))
        if row is None or shared is not alike:
            row = replaced(
                alike,
                id=slot.id,
                date=slot.date,
                time=slot.time,
                length=slot.length,
                phase=slot.phase,
                cycle=slot.cycle,
                day=slot.day,
                n=slot.n,
                condition=slot.condition,
                course_number=slot.course_number,
                measurement=slot.measurement,
                state=slot.state,
                original_date=slot.original_date,
                beside=slot.beside,
            )
            if slot.state == "given":
                findings = after_the_fact(alike.dose.findings)
                row = replaced(row, dose=dataclasses.replace(alike.dose, findings=findings))
            self._rows[id(slot)] = slot, row, alike
        return row

    def dosed_alike(self, slot: Slot, whole: Administration | None = None) -> Administration:
        """Return the first slot with this very dose, and its dose."""
        position, _ = _share_of_total(slot)
        key = self._key(slot, whole)
        if key not in self._rows_alike:
            drug = self._library.drug(slot.medicine.drug)
            rows = [
                _row(slot, drug, *self._finished(dose, slot, drug))
                for dose in self.doses_alike(slot, whole)
            ]
            self._rows_alike[key] = slot, rows
        return self._rows_alike[key][1][position]

    def _finished(self, dose: Dose, slot: Slot, drug: Drug) -> tuple[Dose, Packs | None]:
        """Return a dose with what the regimen expects of it, and with its tablets."""
        regimen = self._planned[slot.course_number - 1].regimen
        settled = _settle(dose, self._settled(slot), regimen)
        return self._with_tablets(settled, slot, regimen, drug)

    def _with_tablets(
        self, dose: Dose, slot: Slot, regimen: Regimen, drug: Drug
    ) -> tuple[Dose, Packs | None]:
        """Return a dose with its tablets and what is found of them, once for equal amounts."""
        key = id(slot.medicine), _spelled(dose)
        if key not in self._tablets:
            bare = dataclasses.replace(dose, findings=())
            bare, packs = with_tablets(bare, slot.medicine, regimen, drug)
            self._tablets[key] = slot, bare.findings, packs
        _, found, packs = self._tablets[key]
        if found:
            dose = dataclasses.replace(dose, findings=(*dose.findings, *found))
        return dose, packs

    def _settled(self, slot: Slot) -> Sequence[Settled]:
        """Return what the regimen expects of its own dose; of another dose it expects nothing."""
        typed = slot.amount is not None or slot.rule.rate is not slot.medicine.dose
        changed = typed or slot.adjustments or slot.rule.adjustments
        return [] if changed else slot.medicine.settled

    def doses_alike(self, slot: Slot, whole: Administration | None = None) -> Sequence[Dose]:
        """Return the dose of a slot; where a total is dealt out, all over which it is.

        Raises:
            InputError: if the rule needs a measurement that is missing.
        """
        key = self._key(slot, whole)
        if key not in self._doses:
            _, of = _share_of_total(slot)
            self._doses[key] = slot, self._calculated(_rule_of(slot, whole), slot, of)
        return self._doses[key][1]

    def _key(self, slot: Slot, whole: Administration | None) -> _Key:
        """Return what the amount of a dose depends on."""
        return (
            id(slot.rule),
            id(slot.medicine),
            id(self._measurements[slot.measurement].patient),
            _share_of_total(slot)[1],
            slot.adjustments,
            id(slot.amount),
            _spelled(whole.dose) if whole is not None else "",
        )

    def _calculated(self, rule: DoseRule, slot: Slot, of: int) -> Sequence[Dose]:
        """Return the one dose of a rule, or all over which a total is dealt out."""
        patient = self._measurements[slot.measurement].patient
        drug, route = self._library.drug(slot.medicine.drug), slot.medicine.route
        if of:
            _, doses = calculate_course(
                rule,
                patient,
                days=of,
                drug=drug,
                route=route,
                tolerance=self._tolerance,
                a_cycle=slot.medicine.round is None or slot.medicine.round.over == "cycle",
            )
            return doses
        return [calculate(rule, patient, drug=drug, route=route, tolerance=self._tolerance)]


def _settle(dose: Dose, settled: Sequence[Settled], regimen: Regimen) -> Dose:
    """Return the regimen's own dose with the findings that the regimen expects as notes."""
    if not settled:
        return dose
    findings = list(dose.findings)
    for n, finding in enumerate(findings):
        for one in settled:
            if one.concerns(finding, float(dose.deviation)):
                text = f"{finding.text} {one.why}"
                findings[n] = note("dose.settled", text, regimen.source(one.source))
    return dataclasses.replace(dose, findings=tuple(findings))


def _share_of_total(slot: Slot) -> tuple[int, int]:
    """Return the position of a dose that is dealt out, and of how many; two zeros if it is not."""
    # A stated amount is that of one dose, and never dealt out.
    return (0, 0) if slot.amount is not None else slot.dealt or (0, 0)


def _spelled(dose: Dose) -> str | int:
    """Return what tells an amount from another; a column is itself."""
    return id(dose) if is_column(dose.amount.magnitude) else plain(dose.amount)


def _row(slot: Slot, drug: Drug, dose: Dose, tablets: Packs | None) -> Administration:
    medicine = slot.medicine
    return Administration(
        id=slot.id,
        date=slot.date,
        time=slot.time,
        length=slot.length,
        phase=slot.phase,
        cycle=slot.cycle,
        day=slot.day,
        n=slot.n,
        condition=slot.condition,
        course_number=slot.course_number,
        measurement=slot.measurement,
        item=medicine.name,
        drug=drug.id,
        drug_name=drug.name,
        route=medicine.route,
        dose=dose,
        tablets=tablets,
        rate=medicine.rate,
        companion=medicine.companion,
        beside=slot.beside,
        into=slot.into,
    )


def _rule_of(slot: Slot, whole: Administration | None) -> DoseRule:
    """Return the rule of a dose with all that was decided for it alone."""
    rule = slot.rule
    if slot.medicine.percent_of is not None and whole is not None:
        share = PercentOf(percent=slot.medicine.percent_of.percent, of=whole.drug_name)
        rule = dataclasses.replace(rule, rate=whole.dose.amount, percent_of=share)
    if slot.amount is not None:
        rule = DoseRule(rate=slot.amount, source=TYPED)
    if slot.adjustments:
        rule = dataclasses.replace(rule, adjustments=(*rule.adjustments, *slot.adjustments))
    return rule
