"""What every output says of itself: which plan, regimen, files and program, checked by whom."""

from __future__ import annotations

from schedules.course.course import Course
from schedules.course.plan_findings import SINCE_RELEASE
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
        f"Regimen {regimen.id} version {regimen.version}, {regimen.status}; "
        f"{_with_names(course)}{course.checked}; "
        f"plan {short_hash(course)}{_row(course)}; Posology {VERSION}"
    )


def discreet_provenance(course: Course) -> str:
    """Return the line for a file that may name neither drug nor dose nor disease.

    Nor who checked it: a pharmacist, or a program for doses, tells that there are medicines.
    """
    changed = files_since_release(course)
    many = f"; {len(changed)} file{'' if len(changed) == 1 else 's'} changed since the release"
    status = f"{course.regimen.status}{many if changed else ''}; {course.checked.state}"
    return f"Plan {short_hash(course)}{_row(course)}; {status}"


def record_of(course: Course) -> dict[str, str]:
    """Return the row of the records under its name, as tables and JSON have it, or nothing."""
    return {"record": course.checked.row} if course.checked.row else {}


def files_since_release(course: Course) -> list[str]:
    """Return the names of its files that mean something else than in the release."""
    codes = (finding.code for finding in course.findings)
    begin = f"{SINCE_RELEASE}."
    names = (code.removeprefix(begin) for code in codes if code.startswith(begin))
    return [name.replace("_", "-") for name in names]


def _with_names(course: Course) -> str:
    changed = ", ".join(files_since_release(course))
    return f"changed since the release: {changed}; " if changed else ""


def _row(course: Course) -> str:
    return f"; record {course.checked.row}" if course.checked.row else ""
