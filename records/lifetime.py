"""What other saved plans of a label hold of a drug counts toward its limit of a lifetime."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from dosing.errors import InputError, KnowledgeError
from dosing.trace import Finding, Source, note, warn
from dosing.units import show
from records.models import read_plan_version, select_records
from records.tables import listed_plans, plan_versions
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.plans.plan import Plan
from schedules.review.exposure import Exposure, add_up_exposure

_RECORDS = Source(cite="saved plans of this label (records)", confirmed=True)
_DIGITS = 6


def find_lifetime_of_label(
    connection: Connection, current: Course, library: Library
) -> Iterator[Finding]:
    """Yield for each drug with a limit of a lifetime what other plans of the label add to it.

    It is a NOTE within the limit, and a WARN above: a label may have been another patient's before,
    which a person has to decide.

    Args:
        connection: to the records.
        current: the course as it is planned or looked at, saved or not.
        library: the knowledge.
    """
    drugs = {
        row.drug
        for row in current.rows
        if any(one.per == "lifetime" for one in library.drug(row.drug).limits_for(row.route))
    }
    if not drugs:
        return
    others, left_out = [], []
    for plan in _others(connection, current.plan, drugs):
        try:
            others.append(work_out(plan, library))
        except (InputError, KnowledgeError):
            left_out.append(f"{plan.regimen.id} from {plan.first_day:%d-%b-%Y}")
    exposures = add_up_exposure([current, *others], library, current.plan.first_day)
    for one in exposures:
        own = [course for course in others if any(row.drug == one.drug for row in course.rows)]
        if one.drug in drugs and own:
            yield _finding(one, own)
    if left_out:
        text = f"Not counted toward a lifetime, as it cannot be calculated now: {left_out[0]}"
        rest = f" and {len(left_out) - 1} more" if len(left_out) > 1 else ""
        yield warn("lifetime.not_counted", f"{text}{rest}.", _RECORDS)


def _finding(total: Exposure, others: Sequence[Course]) -> Finding:
    plans = "; ".join(
        f"{course.regimen.id} from {course.plan.first_day:%d-%b-%Y}" for course in others
    )
    counted = (
        f"{total.name}: {show(total.lifetime, _DIGITS)} in a lifetime, with what other saved plans "
        f"of this label hold, given or planned ({plans})."
    )
    text = " ".join([counted, *(one.text for one in total.findings)])
    if any(one.level != "NOTE" for one in total.findings):
        return warn("lifetime.with_records", text, _RECORDS)
    return note("lifetime.from_records", text, _RECORDS)


def _others(connection: Connection, plan: Plan, drugs: set[str]) -> Iterator[Plan]:
    """Yield the last version of each other plan of the label that has one of the drugs."""
    label = plan.patient.label.casefold()
    listed = select(listed_plans.c.n).where(
        listed_plans.c.label == label, listed_plans.c.plan != plan.record_id
    )
    query = select_records(plan_versions).where(plan_versions.c.n.in_(listed))
    for row in connection.execute(query.order_by(plan_versions.c.n)):
        other = read_plan_version(row).plan
        if other is not None and drugs & _drugs_of(other):
            yield other


def _drugs_of(plan: Plan) -> set[str]:
    return {drug.id for one in plan.by_regimen() for drug in one.drugs}
