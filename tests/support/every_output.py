"""Every regimen in every output: ``python -m tests.support.every_output`` makes the whole matrix.

It ends at the first that cannot be made, and else prints how many files were.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable

from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.outputs.formats import FORMATS, Format, Job
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Acknowledgement
from tests.support.planning import MADE_ON, whole_library

AT = dt.datetime(2026, 11, 21, 15, 40, tzinfo=dt.UTC)


def course_of_example(shelf: Library, name: str) -> Course:
    """Return the course of a regimen's first worked example, with every WARN acknowledged."""
    regimen = shelf.regimen(name)
    example = regimen.examples[0]
    plan = make_plan(
        regimen,
        shelf.knowledge_for(regimen),
        shelf.site,
        PatientEntry.model_validate({"label": "ward-7", **example.patient}),
        first_day=example.start.isoformat(),
        made_on=MADE_ON,
        choices=example.choose,
    )
    found = work_out(plan, shelf)
    if not found.unacknowledged:
        return found
    seen = [Acknowledgement(code=one.code, reason="seen") for one in found.unacknowledged]
    return work_out(plan.model_copy(update={"acknowledgements": seen}), shelf)


def make(shelf: Library, name: str, forms: Iterable[Format]) -> list[int]:
    """Make these outputs of a regimen, and return how many bytes each has.

    What goes wrong bears the names of the regimen and the output.
    """
    course = course_of_example(shelf, name)
    sizes = []
    for form in forms:
        try:
            sizes.append(len(form.write(Job(course=course, library=shelf, printed_at=AT))))
        except Exception as error:
            error.add_note(f"{name}, {form.title}")
            raise
    return sizes


def main() -> int:
    """Make every output of every regimen."""
    shelf = whole_library()
    sizes = [size for name in shelf.regimens for size in make(shelf, name, FORMATS)]
    sys.stdout.write(f"{len(sizes)} files, the smallest of {min(sizes)} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
