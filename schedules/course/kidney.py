"""Findings where a dose depends on the kidney: the clearance used, muscle, edges nearby."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dosing.calculation.clearance import Clearance, muscle_finding, table_by_creatinine
from dosing.drugs.conditions import (
    NEAR_AN_EDGE_PERCENT,
    TOLD_NEAR_AN_EDGE,
    Interval,
    NumberMeasure,
    When,
    compared,
    number_of,
)
from dosing.patient import Patient
from dosing.trace import ARITHMETIC, Finding, note
from dosing.units import show
from schedules.course.measurements import clearance_by_creatinine
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen

_DIGITS = 5


def kidney_findings(
    regimen: Regimen,
    library: Library,
    patient: Patient,
    clearance: Clearance | None,
    diseases: Iterable[str],
    screened: Clearance | None = None,
) -> Iterator[Finding]:
    """Yield which clearance is used and how it came about, and which edges of a table are near.

    Args:
        regimen: with its bands.
        library: the drugs, whose proposed adjustments have bands as well.
        patient: with the clearance that the bands are compared with.
        clearance: the same with its origin; None where the regimen needs none or none is known.
        diseases: those of the patient, nothing where nobody asked; creatinine over-reads in some
            of them. Then those that the regimen is for count.
        screened: the clearance that drug files are compared with, also where no dose goes by it.
    """
    bands = [*regimen.bands(), *_of_drugs(regimen, library)]
    by_creatinine = any(band.creatinine is not None for band in bands)
    if clearance is not None:
        yield note("kidney.clearance", clearance.text, clearance.source)
    if by_creatinine and screened is not None and screened.by != "creatinine":
        yield table_by_creatinine(clearance_by_creatinine(patient), screened)
    elif by_creatinine or (clearance is not None and clearance.by == "creatinine"):
        yield muscle_finding(diseases or regimen.for_)
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
        entry for band in bands for entry in band.intervals() if entry[0] in TOLD_NEAR_AN_EDGE
    ]
    # Two lines of a table share an edge; it is named once.
    edges = {
        (name, edge): show(compared(patient, name, interval), _DIGITS)
        for name, interval in intervals
        if getattr(patient, name) is not None
        for edge in interval.ends_near(number_of(patient, name, interval), name)
    }
    for (name, edge), number in edges.items():
        text = (
            f"The {name} of {number} lies within {NEAR_AN_EDGE_PERCENT:g} % of the edge at {edge}: "
            "another dose is stated on its other side."
        )
        yield note("band.near_edge", text, ARITHMETIC)
