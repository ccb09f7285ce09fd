"""What every output says of itself: which plan, which regimen, which program, checked by whom."""

from __future__ import annotations

from schedules.course.course import Course
from schedules.version import VERSION

_SHORT = 12


def short_hash(course: Course) -> str:
    """Return the first digits of the plan's hash, enough to compare by eye."""
    return course.plan.hash[:_SHORT]


def provenance(course: Course) -> str:
    """Return the line that every output bears.

    The regimen's id names its drug: a discreet file takes ``discreet_provenance``.
    """
    regimen = course.regimen
    return (
        f"Regimen {regimen.id} version {regimen.version}, {regimen.status}; {course.checked}; "
        f"plan {short_hash(course)}{_row(course)}; Posology {VERSION}"
    )


def discreet_provenance(course: Course) -> str:
    """Return the line for a file that may name neither drug nor dose nor disease.

    Nor who checked it: a pharmacist, or a program for doses, tells that there are medicines.
    """
    status = course.regimen.status
    return f"Plan {short_hash(course)}{_row(course)}, {status}; {course.checked.state}"


def record_of(course: Course) -> dict[str, str]:
    """Return the row of the records under its name, as tables and JSON have it, or nothing."""
    return {"record": course.checked.row} if course.checked.row else {}


def _row(course: Course) -> str:
    return f"; record {course.checked.row}" if course.checked.row else ""
