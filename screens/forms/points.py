"""A dose is verified at the points of the site, without the plan in sight: one entry is blind."""

from __future__ import annotations

import htpy as h
import streamlit as st

from dosing.errors import InputError
from dosing.trace import RefusedError
from records.points import points_of_dose, verify_point
from records.verified import VerifiedPoint, next_point, tell_points
from schedules.course.course import Course
from screens.access.sign_in import signed_in
from screens.forms.check import is_known, named_actor
from screens.forms.check_decision import Desk, now_utc
from screens.marks import (
    bullets,
    date_text,
    problem_panel,
    quiet,
    reason,
    show_html,
    title,
    with_whole_dates,
)
from screens.parts.fields import Form, says_quantity
from screens.parts.focus import move_focus
from screens.state.session import CheckEntries, PointEntries

_BLIND = (
    ("weight", "Weight", "weight"),
    ("height", "Height", "height"),
    ("dose", "Dose", "amount"),
)
# No example: it might be taken for the plan's figure, or be it.
_NO_EXAMPLE = "number and unit"
_WIDTH = 280


def offer_points(desk: Desk, course: Course) -> None:
    """Offer to verify a dose of a signed plan, where the site demands it."""
    if desk.knowledge.site.verify.points and course.checked.state == "checked":
        st.button("Verify a dose", key="check-verify", on_click=_begin, args=(desk.entries,))


def show_points(desk: Desk, course: Course) -> None:
    """Show a dose without its figures, the points it has passed, and what the next one asks."""
    entries, demanded = desk.entries.points, desk.knowledge.site.verify
    show_html(title("Verify a dose"))
    show_html(h.p[f"{course.plan.patient.label}: the plan is not shown here."])
    days = {row.id: f"{date_text(row.date)}, {row.drug_name}" for row in course.rows}
    form = Form(entries, "points")
    dose_id = form.pick(
        "dose_id", "Which dose", list(days), "Choose a dose", words=days.__getitem__
    )
    if dose_id:
        done = points_of_dose(desk.records, desk.plan.record_id, dose_id)
        told = tell_points(demanded, done)
        show_html(
            bullets(map(with_whole_dates, told), "lines")
            if told
            else quiet("No point is passed yet.")
        )
        point = next_point(demanded, done)
        if point is None:
            show_html(quiet("Every point is passed."))
        else:
            show_html(h.h3[f"Next: {point}"])
            if point == demanded.blind:
                show_html(quiet("Measure and look up anew; the plan's figures are compared after."))
                for name, label, kind in _BLIND:
                    form.text(name, label, _NO_EXAMPLE, says_quantity(kind), width=_WIDTH)
            _offer_to_verify(desk, dose_id, point)
    _show_outcome(desk.entries)
    st.button("Back to the plan", key="points-back", on_click=_end, args=(desk.entries,))


def _offer_to_verify(desk: Desk, dose_id: str, point: str) -> None:
    if signed_in() is None and not is_known(desk.entries):
        show_html(quiet("Name and role are needed above before anything is saved."))
        return
    st.button(
        f"Verified {point}",
        key="points-verified",
        type="primary",
        on_click=_verify,
        args=(desk, dose_id),
    )


def _verify(desk: Desk, dose_id: str) -> None:
    entries = desk.entries
    entries.done, entries.problems = "", ()
    entries.tries += 1
    about: dict[str, str | None] = {"dose_id": dose_id}
    typed = {name: getattr(entries.points, name) for name, *_ in _BLIND}
    try:
        found = verify_point(
            desk.records,
            desk.plan,
            desk.knowledge,
            signed_in() or named_actor(entries),
            dose_id=dose_id,
            entered=typed,
            at=now_utc(),
        )
    except InputError as error:
        entries.problems = tuple(map(str, error.problems))
        about |= typed
    except RefusedError as error:
        entries.problems = tuple(finding.text for finding in error.findings)
    else:
        _forget_blind(entries)
        entries.done = f"Saved: {found}." if found.agrees else ""
        entries.problems = () if found.agrees else (_differs(found),)
    entries.points.answered = about


def _differs(found: VerifiedPoint) -> str:
    return (
        f"Do not give it: the plan has another {found.differs_in}. What was entered is saved, and "
        "the point is not passed. Find out which is right, correct the plan or let another person "
        "verify, who does not see either."
    )


def _show_outcome(entries: CheckEntries) -> None:
    points = entries.points
    if any(getattr(points, name) != was for name, was in points.answered.items()):
        entries.done, entries.problems, points.answered = "", (), {}
    if entries.problems:
        show_html(h.div("#points-refused")[problem_panel("Not verified", entries.problems)])
        move_focus("#points-refused", f"refused {entries.tries}")
    if entries.done:
        show_html(reason(with_whole_dates(entries.done)))


def _forget_blind(entries: CheckEntries) -> None:
    """Clear what was entered blind: the next person must not see it."""
    kept = entries.points.dose_id
    entries.points = PointEntries(dose_id=kept)
    for name, *_ in _BLIND:
        st.session_state[f"points-{name}"] = ""


def _begin(entries: CheckEntries) -> None:
    entries.verifying, entries.points = True, PointEntries()
    entries.done, entries.problems = "", ()


def _end(entries: CheckEntries) -> None:
    entries.verifying = False
    entries.done, entries.problems = "", ()
