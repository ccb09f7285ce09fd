"""The course that a session looks at, worked out again only when it would be another one."""

from __future__ import annotations

from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.plans.plan import Plan
from screens.state.session import Session, WorkedOut


def course_of(session: Session, plan: Plan, knowledge: Library) -> Course:
    """Return the course of a plan; the last one while plan and library are as they were.

    Each session has its own: no two patients share a plan, so no two sessions share a course.

    Raises:
        InputError: if a measurement or choice is missing or a clock time does not exist that day.
        KnowledgeError: if the library has no such regimen.
    """
    last = session.worked_out
    if last is not None and last.knowledge is knowledge and last.plan == plan:
        return last.course
    session.worked_out = None
    course = work_out(plan, knowledge)
    session.worked_out = WorkedOut(plan=plan, knowledge=knowledge, course=course)
    return course
