"""All saved plans of one label: their doses by date, what was changed, and each drug added up."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from collections.abc import Sequence

import htpy as h
import streamlit as st

from dosing.errors import InputError, KnowledgeError
from dosing.units import show
from records.place import are_begun, home_of_records
from schedules.course.course import Course
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.plans.plan import Plan
from schedules.plans.undo import numbers_in_force, words_of
from schedules.review.exposure import EqualDoses, Exposure, add_up_exposure, doses_in_runs
from schedules.review.intensity import DEFINITION, SOURCE, intensities
from schedules.review.summary import points_of
from screens.marks import (
    bullets,
    date_text,
    part_title,
    quiet,
    show_findings,
    show_html,
    source_mark,
    table,
    whole,
)
from screens.parts.closed_records import closed_records_panel
from screens.parts.timeline import draw_drug
from screens.state.records import store as open_records

MOST_PLANS = 100
_DIGITS = 6


def show_plans_of_label(label: str, knowledge: Library, today: dt.date) -> None:
    """Show all saved plans of a label, folded away; nothing is read before it is opened."""
    box = st.expander("All saved plans of this label", key="plans-of-label", on_change="rerun")
    if box.open and label:
        with box:
            _show(label, knowledge, today)


def _show(label: str, knowledge: Library, today: dt.date) -> None:
    try:
        plans, is_cut = _plans_of(label, knowledge)
    except InputError as error:
        show_html(closed_records_panel(error))
        return
    courses, left_out = [], []
    for plan in plans:
        try:
            courses.append(work_out(plan, knowledge))
        except (InputError, KnowledgeError):
            left_out.append(plan.regimen.id)
    if left_out:
        show_html(quiet(f"Not counted, as they cannot be calculated now: {', '.join(left_out)}."))
    if is_cut:
        show_html(quiet(f"Only {MOST_PLANS} plans are read; older ones are not counted."))
    if not courses:
        show_html(quiet(f"No plan with the label {label} was saved yet."))
        return
    show_html(
        quiet(
            f"Every saved plan with the label {label}, in its newest version. A label may have "
            "been another patient's before: see the dates. What is found of all together stands "
            "here alone and does not stop this plan."
        ),
        _plans_table(courses),
    )
    exposures = add_up_exposure(courses, knowledge, today)
    show_html(part_title("Added up by drug"), _exposure_table(exposures, today))
    show_findings([finding for one in exposures for finding in one.findings])
    show_html(part_title("Relative dose intensity"), _intensity_table(courses))
    show_html(part_title("Doses by date"), _runs_table(doses_in_runs(courses)))
    _draw(courses, exposures)


def _plans_of(label: str, knowledge: Library) -> tuple[list[Plan], bool]:
    """Return the newest version of each plan, by its first day; and whether some were left out."""
    if not are_begun(os.environ, home_of_records()):
        return [], False
    from records.listing import Search

    records = open_records()
    page = records.plans(knowledge, Search(label=label), size=MOST_PLANS)
    same = [one for one in page.plans if one.label.casefold() == label.casefold()]
    newest = [records.versions(one.plan_id)[-1].plan for one in same]
    plans = sorted((plan for plan in newest if plan is not None), key=lambda plan: plan.first_day)
    return plans, page.next is not None and len(same) == len(page.plans)


def _plans_table(courses: Sequence[Course]) -> h.Renderable:
    rows: list[list[h.Node]] = [
        [
            whole(f"plan {number}"),
            course.regimen.title,
            whole(date_text(course.plan.first_day)),
            _changes(course.plan),
        ]
        for number, course in enumerate(courses, 1)
    ]
    head = ["Plan", "Regimen", "First day", "What was changed, and why"]
    return table(head, rows, caption="Saved plans of this label")


def _changes(plan: Plan) -> h.Node:
    """Return what was deferred, omitted, ceased or otherwise changed and is in force."""
    words, in_force = words_of(plan.changes), numbers_in_force(plan.changes)
    lines: list[h.Node] = [
        f"{words[number - 1]}: {change.why} ({change.who}, {change.when:%d-%b-%Y})"
        for number in in_force
        if (change := plan.changes[number - 1])
    ]
    return bullets(lines) if lines else "nothing"


def _exposure_table(exposures: Sequence[Exposure], today: dt.date) -> h.Renderable:
    head = ["Drug", "Doses", f"By {date_text(today)}", "All plans", "Stated before", "In all"]
    rows: list[list[h.Node]] = [
        [
            one.name,
            f"{one.doses} in {one.plans} plan{'' if one.plans == 1 else 's'}",
            show(one.by_day, _DIGITS),
            show(one.in_all, _DIGITS),
            "not stated" if one.before is None else show(one.before, _DIGITS),
            h.strong[show(one.lifetime, _DIGITS)],
            "; ".join(one.limits) or "no limit of a lifetime is known here",
        ]
        for one in exposures
    ]
    listed = table([*head, "Limits of a lifetime"], rows, caption="Each drug over all plans")
    return h.div(".long-heads")[listed]


def _intensity_table(courses: Sequence[Course]) -> h.Renderable:
    """Return what was given of each drug in its time beside what was planned, plan by plan."""
    rows: list[list[h.Node]] = [
        [
            whole(f"plan {number}"),
            one.name,
            f"{show(one.given, _DIGITS)} in {one.given_days} days",
            f"{show(one.planned, _DIGITS)} in {one.planned_days} days",
            h.strong[f"{one.percent:.0f}\u00a0%"],
        ]
        for number, course in enumerate(courses, 1)
        for one in intensities(course)
    ]
    if not rows:
        return quiet("Of no drug were two doses recorded as given yet.")
    head = ["Plan", "Drug", "Given", "As first planned", "Relative dose intensity"]
    return h.fragment[
        table(head, rows, caption="Relative dose intensity of each drug"),
        h.p(".quiet")[DEFINITION, " ", source_mark(SOURCE)],
    ]


def _runs_table(runs: Sequence[EqualDoses]) -> h.Renderable:
    rows: list[list[h.Node]] = [
        [whole(_days(run)), run.name, h.strong[_amounts(run)], whole(f"plan {run.plan}"), run.state]
        for run in runs
    ]
    head = ["Days", "Drug", "Amount", "Plan", "State"]
    return table(head, rows, caption="Doses of all plans by date")


def _days(run: EqualDoses) -> str:
    first = date_text(run.first)
    return first if run.doses == 1 else f"{first} to {date_text(run.last)}"


def _amounts(run: EqualDoses) -> str:
    amount = show(run.amount, _DIGITS)
    return amount if run.doses == 1 else f"{run.doses} times {amount}"


def _draw(courses: Sequence[Course], exposures: Sequence[Exposure]) -> None:
    """Draw each drug over all plans, which stand as bands so that the days agree."""
    named = [(f"plan {number}", course) for number, course in enumerate(courses, 1) if course.rows]
    spans = [
        (name, course.rows[0].date, course.rows[-1].date + dt.timedelta(days=1))
        for name, course in named
    ]
    for one in exposures:
        doses = [
            dataclasses.replace(row, phase=name)
            for name, course in named
            for row in course.rows
            if row.drug == one.drug
        ]
        draw_drug(one.name, points_of(sorted(doses, key=lambda row: row.date)), spans, ())
