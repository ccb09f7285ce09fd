"""A plan as it is checked: its state, what was planned, and what the pharmacist verifies."""

from __future__ import annotations

from collections.abc import Sequence

import htpy as h
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dosing.trace import Finding
from records.signature import checked_content
from records.store import Store
from records.versions import plan_changes
from schedules.course.checked import Verification
from schedules.course.course import Course
from schedules.knowledge.library import Library
from schedules.plans.plan import Plan
from schedules.plans.undo import words_of
from schedules.review.checklist import Checklist, DoseLine
from screens.marks import (
    bullets,
    date_text,
    part_title,
    quiet,
    show_blocks,
    show_findings,
    show_html,
    title,
    with_whole_dates,
)
from screens.parts.card import DERIVATION, regimen_head, steps_table
from screens.parts.findings import show_none, show_stops, show_warnings
from screens.parts.ledger import ledger_tables, looked_at_lines
from screens.parts.margin_bars import margin_bars

# More lines than these are folded away, behind their count.
_MOST_LINES = 8
_IN_SIGHT = 2
_SIGNS = {"checked": "✓", "not checked": "○", "sent back": "↩", "void": "!"}


def check_state(check: Verification) -> h.Renderable:
    """Return whether this very content is checked, by whom, and what has changed since."""
    sign = h.span(".sign", aria_hidden="true")[_SIGNS[check.state]]
    since = f"; since then {check.why}" if check.why else ""
    text = with_whole_dates(check.text[:1].upper() + check.text[1:])
    kind = f"check-state {check.state.replace(' ', '-')}"
    return h.section(class_=kind, role="status")[sign, h.p[h.strong[text], since]]


def changes_since_signed(records: Store, plan: Plan, knowledge: Library) -> h.Renderable | None:
    """Return in clinical words what differs from the content that was last signed."""
    signed = [s for s in records.signatures(plan.record_id) if s.outcome != "sent back"]
    if not signed:
        return None
    last = signed[-1]
    then = records.versions(plan.record_id)[last.version - 1].plan
    now = checked_content(plan, knowledge)
    lines = [] if then is None else list(plan_changes(then, plan, knowledge))
    lines += [text for text in now.changed_since(last.covers) if text != "the plan has changed"]
    if last.remarks:
        lines.append(f"remarks then: {last.remarks}")
    return h.fragment[
        title(f"Changed since it was signed by {last}"),
        bullets(lines) if lines else h.p["Nothing."],
    ]


def reasons_sent_back(records: Store, plan: Plan) -> h.Renderable | None:
    """Return why the plan was sent back, unless a version of it has been signed since."""
    decisions = records.signatures(plan.record_id)
    if not decisions or decisions[-1].outcome != "sent back":
        return None
    last = decisions[-1]
    return h.fragment[
        title(f"Why version {last.version} was sent back by {last}"),
        h.p[last.remarks or "The reasons were erased."],
    ]


def show_doses_in_sight(course: Course, checklist: Checklist) -> None:
    """Keep label and doses in sight on a narrow screen, where the plan scrolls away."""
    doses = [line.dose for line in checklist.doses]
    more = f" and {len(doses) - _IN_SIGHT} more" if len(doses) > _IN_SIGHT else ""
    words = f"{course.plan.patient.label}: {', '.join(doses[:_IN_SIGHT]) or 'no dose'}{more}"
    show_html(h.div(".in-sight.narrow")[h.p(".now")[words]])


def show_planned(course: Course, checklist: Checklist) -> None:
    """Show the plan: patient, doses with their second calculation, totals, tests, changes."""
    patient = course.plan.patient
    facts = (patient.label, patient.sex, patient.age or patient.born, patient.weight)
    known = ", ".join(str(fact) for fact in (*facts, patient.height) if fact)
    show_html(title("What was planned"), regimen_head(course.regimen, level=3))
    show_html(h.p[f"{known}; first day {date_text(course.plan.first_day)}"])
    show_stops(checklist.in_the_way)
    show_html([_dose(dose) for dose in checklist.doses])
    _show_derivations(checklist.doses)
    changes = tuple(
        f"{words} ({one.who}: {one.why})"
        for one, words in zip(course.plan.changes, words_of(course.plan.changes), strict=True)
    )
    for heading, texts in (
        ("Totals", checklist.totals),
        ("Tests and decisions", checklist.tests_and_decisions),
        ("Before the doses", checklist.before_doses),
        ("Changes", changes),
    ):
        if len(texts) > _MOST_LINES:
            with st.expander(f"{heading}: {len(texts)}", key=f"check-{heading.split()[0].lower()}"):
                show_html(bullets(texts, "lines"))
        elif texts:
            show_html(part_title(heading), bullets(texts, "lines"))


def _dose(line: DoseLine) -> h.Renderable:
    return h.section(".twice")[
        h.p(".phase")[line.what],
        h.div(".pair")[
            _amount("planned", line.dose), _amount("calculated a second time", line.again)
        ],
        quiet(f"{line.deviation} from the reference dose {line.reference}; {line.days}"),
    ]


@st.fragment
def _show_derivations(doses: Sequence[DoseLine]) -> None:
    if not doses:
        return
    how = st.expander(DERIVATION, key="check-derivation", on_change="rerun")
    if how.open:
        with how:
            show_blocks(
                h.fragment[h.p[f"{line.what}: {line.dose}"], steps_table(line.steps)]
                for line in doses
            )


def _amount(label: str, amount: str) -> h.Renderable:
    return h.p[h.span(".quiet")[label], h.strong(".amount")[amount]]


def show_verified(
    course: Course, checklist: Checklist
) -> list[tuple[Sequence[Finding], DeltaGenerator]]:
    """Show the findings, how far the doses lie from each limit, what was looked at.

    Returns:
        The WARNs, each with the place in which it is acknowledged.
    """
    show_html(title("What the pharmacist verifies"))
    warnings = show_warnings(checklist.findings, key="check")
    show_none(course)
    show_findings(
        [
            finding
            for finding in checklist.findings
            if finding.level == "NOTE" and not finding.code.endswith(".not_asked")
        ]
    )
    if checklist.margins:
        show_html(margin_bars(checklist.margins))
    show_html(part_title("What was looked at"), looked_at_lines(course))
    with st.expander("What was entered, and what used it", key="check-ledger"):
        show_html(ledger_tables(course))
    unconfirmed = checklist.unconfirmed
    if unconfirmed:
        with st.expander(f"Unconfirmed figures: {len(unconfirmed)}", key="check-unconfirmed"):
            show_html(bullets(unconfirmed, "lines"))
    return warnings
