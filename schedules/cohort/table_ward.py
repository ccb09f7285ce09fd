"""A ward as a table of patients: a plan for each row, which nobody has saved.

Every row is read before any course is computed, and one that is wrong is refused with all that is
wrong in it: nothing is added up of a table that does not hold.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from dosing.errors import InputError, Problems, refuse
from dosing.trace import RefusedError
from schedules.cohort.demand import LeftOutPlan, Ward, WardCourse
from schedules.cohort.left_out import leave_out
from schedules.cohort.people import read_person
from schedules.cohort.screening import Screen, TableOrder
from schedules.cohort.table import REGIMEN, PatientRow
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.outputs.progress import Progress, unreported
from schedules.plans.plan import Plan


def read_ward_of_table(
    rows: Sequence[PatientRow],
    order: TableOrder,
    library: Library,
    progress: Progress = unreported,
) -> Ward:
    """Compute a course for each row.

    Args:
        rows: the patients. One that names its own regimen is planned by that.
        order: the regimen of the others, and what is chosen.
        library: the regimens.
        progress: told the share that is done.

    Returns:
        The courses under "row 2" and so on; those with a finding that keeps them back are left out.

    Raises:
        InputError: with the number of every row that is wrong.
    """
    plans = _read_plans(rows, order, library)
    courses: list[WardCourse] = []
    left_out: list[LeftOutPlan] = []
    for done, (name, plan) in enumerate(plans.items(), 1):
        try:
            course = work_out(plan, library)
            course.must_be_exportable()
            courses.append(WardCourse(name=name, course=course))
        except (InputError, RefusedError) as error:
            left_out.append(leave_out(name, error))
        progress(done / len(plans))
    return Ward(courses=tuple(courses), left_out=tuple(left_out))


def _read_plans(
    rows: Sequence[PatientRow], order: TableOrder, library: Library
) -> Mapping[str, Plan]:
    problems = Problems()
    screens: dict[str, Screen] = {}
    plans: dict[str, Plan] = {}
    for row in rows:
        name = f"row {row.number}"
        try:
            regimen = library.regimen(_regimen_of(row, order))
            if regimen.id not in screens:
                own = {choice.name for choice in regimen.choices}
                chosen = {name: text for name, text in order.choices.items() if name in own}
                one = dataclasses.replace(order, regimen=regimen.id, choices=chosen)
                screens[regimen.id] = Screen(one, library)
            screen = screens[regimen.id]
            plans[name] = screen.plan_of(read_person(row))
        except InputError as error:
            problems.extend(
                dataclasses.replace(one, field=f"{name}, {one.field}") for one in error.problems
            )
    used = {name for screen in screens.values() for name in screen.order.choices}
    for name in order.choices.keys() - used:
        why = "is no choice of these regimens"
        problems.add("choose", name, why=why, accepted="leave it out")
    _refuse_wrong(problems)
    return plans


def _refuse_wrong(problems: Problems) -> None:
    problems.raise_if_any()


def _regimen_of(row: PatientRow, order: TableOrder) -> str:
    found = row.cells.get(REGIMEN, "") or order.regimen
    if not found:
        write = "an id such as rituximab-weekly, in a column regimen or for all rows"
        refuse("regimen", "", why="is missing", write=write)
    return found
