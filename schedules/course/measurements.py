"""The measurements of a patient through a course; each text is read once, here."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from dosing.calculation.clearance import (
    Clearance,
    ClearanceRule,
    clearance_of,
    clearance_of_a_child,
    clearance_without_surface,
    refuse_for_a_child,
    surface_of,
)
from dosing.errors import InputError, Problems
from dosing.names import ESTIMATED_BY, EstimatedBy
from dosing.patient import Patient
from dosing.units import ML_PER_MIN_PER_173, Quantity, clearance
from schedules.knowledge.regimen import Regimen
from schedules.plans.changes import Reweigh
from schedules.plans.patient_entry import MEASURED_AGAIN, PatientEntry
from schedules.plans.patient_reading import age_on, read_measured, read_patient
from schedules.plans.plan import Plan


class ClearancePlan(Protocol):
    """What a clearance needs of a plan."""

    @property
    def choices(self) -> Mapping[str, str]:
        """Return the choices that were made."""

    @property
    def first_day(self) -> dt.date:
        """Return the day on which the age is taken."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Measurements:
    """What was measured of a patient: as typed, as read, and the day from which it counts.

    ``weighed`` is False where a re-weigh states no weight and the one before it goes on.
    ``clearance`` is the one that was typed, in mL/min or mL/min/1.73 m2.
    """

    entry: PatientEntry
    patient: Patient
    clearance: Quantity | None
    measured_on: dt.date
    weighed: bool = True

    def for_regimen(
        self, plan: ClearancePlan, regimen: Regimen
    ) -> tuple[Patient, Clearance | None]:
        """Return the patient with all that the bands of a regimen depend on, and the clearance.

        Args:
            plan: the plan of this one regimen. A birth date gives the age on its first day.
            regimen: it says how a clearance is calculated, and whether it needs one.

        Raises:
            InputError: if an indexed clearance is typed without the measurements of the surface.
        """
        patient = self.patient
        if self.entry.born is not None:
            patient = dataclasses.replace(patient, age=age_on(self.entry.born, plan.first_day))
        used = None
        if regimen.clearance is not None:
            used = clearance_of(regimen.clearance, patient, self.clearance, self._by)
            if used is None and any(band.clearance is not None for band in regimen.bands()):
                refuse_for_a_child(patient)
        value = used.value if used is not None else None
        severity = plan.choices.get("severity")
        return dataclasses.replace(patient, clearance=value, severity=severity), used

    @property
    def _by(self) -> EstimatedBy | None:
        return next((word for word in ESTIMATED_BY if word == self.entry.clearance_by), None)

    def screened(
        self, patient: Patient | None = None, used: Clearance | None = None
    ) -> tuple[Patient, Clearance | None]:
        """Return the patient with a clearance to compare the limits of drug files with.

        No dose goes by it. Where a regimen needs no clearance it is calculated by actual weight,
        which its text names, for a child by bedside Schwartz; there is none where a
        measurement is missing, or where nobody has the one that is calculated.

        Args:
            patient: the measurements, where the regimen added to them.
            used: the clearance that the regimen uses.
        """
        patient = patient or self.patient
        used = used or self._screened(patient)
        if used is None:
            return dataclasses.replace(patient, clearance=None), None
        of_both = dataclasses.replace(patient, clearance=used.value, indexed_clearance=used.indexed)
        return of_both, used

    def _screened(self, patient: Patient) -> Clearance | None:
        entered, by = self.clearance, self._by
        if entered is not None and by is not None:
            if entered.units == ML_PER_MIN_PER_173 and surface_of(_SCREENING, patient) is None:
                return clearance_without_surface(entered, by)
            return clearance_of(_SCREENING, patient, entered, by)
        try:
            return clearance_of(_SCREENING, patient, None, None) or clearance_of_a_child(
                _SCREENING, patient
            )
        except InputError:
            return None


_SCREENING = ClearanceRule(weight="actual", surface="mosteller", source="proposed")


def clearance_by_creatinine(patient: Patient) -> Clearance | None:
    """Return the clearance by Cockcroft and Gault and actual weight, whatever else is known."""
    return clearance_of(_SCREENING, dataclasses.replace(patient, cystatin_c=None), None, None)


def read_measurements(plan: Plan) -> tuple[Measurements, ...]:
    """Read the measurements of a plan, then those of each re-weigh in the order of the changes.

    Raises:
        InputError: with every measurement that cannot be read.
    """
    entry = plan.patient
    found = [
        Measurements(
            entry=entry,
            patient=read_patient(entry, plan.first_day),
            clearance=clearance(entry.clearance) if entry.clearance else None,
            measured_on=plan.first_day,
        )
    ]
    for number, change in enumerate(plan.changes, 1):
        if isinstance(change, Reweigh):
            found.append(_measured_again(found[-1], change, number))
    return tuple(found)


def _measured_again(last: Measurements, change: Reweigh, number: int) -> Measurements:
    problems = Problems()
    fields = [field for field in MEASURED_AGAIN if getattr(change, field.name)]
    texts = {field.name: getattr(change, field.name) for field in fields}
    measured: dict[str, Any] = {
        field.name: problems.reading(
            read_measured, field, texts[field.name], f"change {number}, {field.in_words}"
        )
        for field in fields
    }
    dry = measured.pop("dry_weight", None)
    if change.weight and last.entry.dry_weight and dry is None:
        why, accepted = "is missing", "doses go by it: write the one of now beside the weight"
        problems.add(f"change {number}, dry weight", "", why=why, accepted=accepted)
    problems.raise_if_any()
    if dry is not None:
        measured["weight"] = dry
    # One patient object for the same figures, so that nothing is calculated by them twice.
    same = all(getattr(last.entry, name) == text for name, text in texts.items())
    return dataclasses.replace(
        last,
        entry=change.applied_to(last.entry),
        patient=last.patient if same else dataclasses.replace(last.patient, **measured),
        measured_on=change.from_day,
        weighed="weight" in measured,
    )


def weight_at(measurements: Sequence[Measurements], day: dt.date) -> Quantity | None:
    """Return the body weight as it was last measured up to a day; None if it never was."""
    weights = [m.patient.weight for m in measurements[1:] if m.weighed and m.measured_on <= day]
    return weights[-1] if weights else measurements[0].patient.weight
