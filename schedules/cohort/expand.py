"""From the classes of a table to the doses and findings of all its patients."""

from __future__ import annotations

import numpy as np

from schedules.cohort.doses import Doses, Piece, RowKind
from schedules.cohort.patient_group import PatientGroup
from schedules.cohort.people import Found, People, read_person
from schedules.cohort.screening import Class, Screen, Screened
from schedules.course.course import Course
from schedules.course.work_out import work_out


def expand(screen: Screen, screened: Screened) -> Doses:
    """Return the doses and findings of all patients."""
    people = screened.people
    found = Found(len(people.table))
    pieces: list[Piece] = []
    kinds: list[RowKind] = []
    alone = list(screened.alone)
    if screened.classes:
        people.note_labels(found, np.concatenate([one.people for one in screened.classes]))
    for classes in _grouped(screened):
        group = PatientGroup(screen, people, classes, found, kinds)
        pieces += group.expand()
        alone += group.alone
    found.remove(alone)
    for n in alone:
        course = expand_alone(screen, people, n)
        for finding in course.findings:
            found.add((finding.level, finding.code), np.array([n]))
        pieces.append(_piece_of(course, n, kinds))
    return Doses(
        people=people,
        found=found,
        alone=np.array(sorted(alone), dtype=np.intp),
        kinds=kinds,
        pieces=pieces,
    )


def expand_alone(screen: Screen, people: People, position: int) -> Course:
    """Return what ``work_out`` gives for one patient: slow, and right for everybody."""
    return work_out(screen.plan_of(read_person(people.table.row(position))), screen.library)


def _piece_of(course: Course, position: int, kinds: list[RowKind]) -> Piece:
    begin, rows = len(kinds), course.rows
    kinds += [RowKind(row, row.tablets) for row in rows]
    return Piece(
        people=np.array([position]),
        first_days=np.zeros(1, dtype=np.int32),
        offsets=np.array([row.date.toordinal() for row in rows], dtype=np.int32),
        kinds=np.arange(begin, len(kinds), dtype=np.int32),
        same=np.arange(len(rows)),
        amounts=np.array([[float(row.dose.amount.magnitude)] for row in rows]).reshape(-1, 1),
        tablets=np.zeros((len(rows), 1), dtype=np.int32),
    )


def _grouped(screened: Screened) -> list[list[Class]]:
    """Put classes together whose doses go by the same rules and the same kind of columns."""
    groups: list[list[Class]] = []
    for one in screened.classes:
        for members in groups:
            if _alike(members[0], one):
                members.append(one)
                break
        else:
            groups.append([one])
    return groups


def _alike(one: Class, other: Class) -> bool:
    a, b = one.first, other.first
    return (
        (a.sex is None) == (b.sex is None)
        and a.entry.get("size_confirmed") == b.entry.get("size_confirmed")
        and {name: value.units for name, value in a.measured.items()}
        == {name: value.units for name, value in b.measured.items()}
        and (one.planned.patient.clearance is None) == (other.planned.patient.clearance is None)
        and one.planned.medicines == other.planned.medicines
        and one.planned.rules == other.planned.rules
    )
