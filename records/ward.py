"""The saved plans of a ward: each as its links show it, to be added up; the newest, to be moved."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

from dosing.errors import InputError
from dosing.trace import RefusedError
from records.database import reading
from records.feeds import plans_of_ward, show_plan
from records.listing import find_all
from records.roles import Actor
from records.store import Store
from records.versions import OtherVersionSavedError
from schedules.cohort.demand import LeftOutPlan, Ward, WardCourse
from schedules.cohort.left_out import leave_out
from schedules.cohort.replan import Replanned
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.outputs.progress import Progress, unreported

_OLDER = "its last version that may be shown is counted; the newest is held back"


def find_plans(store: Store, label: str) -> list[str]:
    """Return the ids of the plans whose labels begin with these words; of all where it is empty."""
    if label:
        return plans_of_ward(store, label)
    with reading(store.engine) as connection:
        return find_all(connection)


def read_ward_of_records(
    store: Store, library: Library, names: Sequence[str], progress: Progress = unreported
) -> Ward:
    """Compute the course of each saved plan; one that gives none is left out with the reason."""
    courses: list[WardCourse] = []
    left_out: list[LeftOutPlan] = []
    notes: list[str] = []
    for done, name in enumerate(names, 1):
        try:
            shown = show_plan(store, library, name)
        except (InputError, RefusedError) as error:
            left_out.append(leave_out(name, error))
        else:
            if shown is None:
                left_out.append(LeftOutPlan(name=name, why=("was erased",), stopped=False))
            else:
                courses.append(WardCourse(name=name, course=shown.course))
                if not shown.up_to_date:
                    notes.append(f"{name}: {_OLDER}.")
        progress(done / len(names))
    return Ward(courses=tuple(courses), left_out=tuple(left_out), notes=tuple(notes))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NewestPlans:
    """The last version of each plan, which alone may be changed, and which number it has."""

    courses: tuple[WardCourse, ...]
    versions: Mapping[str, int]
    left_out: tuple[LeftOutPlan, ...]


def read_newest(
    store: Store, library: Library, names: Sequence[str], progress: Progress = unreported
) -> NewestPlans:
    """Compute the newest version of each saved plan; one that gives no course is left out."""
    courses: list[WardCourse] = []
    left_out: list[LeftOutPlan] = []
    numbers: dict[str, int] = {}
    for done, name in enumerate(names, 1):
        progress(done / len(names))
        versions = store.versions(name)
        plan = versions[-1].plan if versions else None
        if plan is None:
            left_out.append(LeftOutPlan(name=name, why=("was erased",), stopped=False))
            continue
        try:
            course = store.look_up_check(work_out(plan, library), library)
            course.must_be_exportable()
        except (InputError, RefusedError) as error:
            left_out.append(leave_out(name, error))
        else:
            courses.append(WardCourse(name=name, course=course))
            numbers[name] = len(versions)
    return NewestPlans(courses=tuple(courses), versions=numbers, left_out=tuple(left_out))


def save_moves(
    store: Store,
    moved: Sequence[Replanned],
    versions: Mapping[str, int],
    actor: Actor,
    at: dt.datetime,
) -> list[str]:
    """Save each plan that moves as a new version, which nobody has checked yet.

    Returns:
        The plans that were not saved: somebody has saved another version meanwhile.

    Raises:
        RefusedError: if the role may not.
    """
    unsaved: list[str] = []
    for one in moved:
        try:
            store.save(one.after.plan, actor, expected_version=versions[one.name], at=at)
        except OtherVersionSavedError:
            unsaved.append(one.name)
    return unsaved
