"""The saved plans of a ward, each as its links show it, to be added up together."""

from __future__ import annotations

from collections.abc import Sequence

from dosing.errors import InputError
from dosing.trace import RefusedError
from records.database import reading
from records.feeds import plans_of_ward, show_plan
from records.listing import find_all
from records.store import Store
from schedules.cohort.demand import LeftOutPlan, Ward, WardCourse
from schedules.cohort.left_out import leave_out
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
