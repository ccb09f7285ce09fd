"""What is said where a dose depends on the kidney: the clearance used, muscle, near edges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dosing.calculation.clearance import muscle_finding
from dosing.drugs.conditions import Interval, NumberMeasure, When, number_of
from dosing.patient import Patient
from dosing.trace import ARITHMETIC, Finding, note
from dosing.units import CREATININE_UMOL_PER_L, ML_PER_MIN, quantity, show
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from schedules.plans.plan import Plan, clearance_used

_DIGITS = 5
_UNITS = {"creatinine": CREATININE_UMOL_PER_L, "clearance": ML_PER_MIN}


def kidney_findings(
    plan: Plan, regimen: Regimen, library: Library, patient: Patient
) -> Iterator[Finding]:
    """Say which clearance is used and by what, and which edges of a table are near."""
    used = clearance_used(plan, regimen)
    bands = [*regimen.bands(), *_of_drugs(regimen, library)]
    by_creatinine = any(band.creatinine is not None for band in bands)
    if used is not None:
        yield note("kidney.clearance", used.text, used.source)
    if by_creatinine or (used is not None and used.by == "creatinine"):
        yield muscle_finding([*regimen.for_, *plan.patient.conditions])
    yield from _near_edges(bands, patient)


def _of_drugs(regimen: Regimen, library: Library) -> Iterator[When]:
    routes = {
        (medicine.drug, medicine.route) for phase in regimen.phases for medicine in phase.medicines
    }
    for name in regimen.drugs:
        for proposal in library.drug(name).adjustments:
            concerned = not proposal.routes or any((name, r) in routes for r in proposal.routes)
            if concerned and proposal.when is not None:
                yield proposal.when


def _near_edges(bands: Iterable[When], patient: Patient) -> Iterator[Finding]:
    intervals: list[tuple[NumberMeasure, Interval]] = [
        entry for band in bands for entry in band.intervals() if entry[0] in _UNITS
    ]
    said: set[tuple[str, str]] = set()
    for name, interval in intervals:
        if getattr(patient, name) is None:
            continue
        value = number_of(patient, name)
        for edge in interval.ends_near(value, name):
            if (name, edge) in said:
                continue
            said.add((name, edge))
            number = show(quantity(value, _UNITS[name]), _DIGITS)
            yield note(
                "band.near_edge",
                (
                    f"The {name} of {number} lies within 5 % of the edge at {edge}: "
                    "another dose is stated on its other side."
                ),
                ARITHMETIC,
            )
